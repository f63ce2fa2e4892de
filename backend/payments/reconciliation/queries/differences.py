"""Statements on what a statement and the ledger do not agree on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, many, maybe
from backend.payments.reconciliation.models import DayKey


class DifferenceRow(NamedTuple):
    """A difference as a run has found it; the columns of `upsert_differences` in order."""

    subject_id: UUID
    difference_id: UUID
    judged: str
    about: str
    state: str
    kind: str
    line_no: int | None
    order_no: str | None
    refund_no: str | None
    booked_key: str | None
    told_fen: int | None
    booked_fen: int | None
    effect_fen: int
    verdict: str | None


class Difference(Struct, frozen=True):
    """As it stands. `judged` is its Class, `state` its DifferenceState."""

    subject_id: UUID
    difference_id: UUID
    channel: str
    merchant: str
    day: date
    judged: str
    about: str
    state: str
    kind: str
    statement_id: UUID | None
    line_no: int | None
    order_no: str | None
    refund_no: str | None
    booked_key: str | None
    told_fen: int | None
    booked_fen: int | None
    effect_fen: int
    verdict: str | None
    first_seen_at: datetime
    settled_at: datetime | None


class Counted(NamedTuple):
    judged: str
    state: str
    rows: int


async def upsert_differences(
    tx: Tx, key: DayKey, statement_id: UUID | None, run_id: UUID, rows: Sequence[DifferenceRow], now: datetime
) -> None:
    """What was settled by itself and differs again is open again; what was written off stays so."""
    await tx.execute(
        """INSERT INTO statement_differences AS d
               (subject_id, difference_id, class, about, state, kind, line_no, order_no, refund_no, booked_key,
                told_fen, booked_fen, effect_fen, verdict, channel, merchant, day, statement_id, run_id, first_seen_at)
           SELECT subject_id, difference_id, judged, about, state, kind, line_no, order_no, refund_no, booked_key,
                  told_fen, booked_fen, effect_fen, verdict, $15, $16, $17, $18, $19, $20
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
                       $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[])
                AS t (subject_id, difference_id, judged, about, state, kind, line_no, order_no, refund_no, booked_key,
                      told_fen, booked_fen, effect_fen, verdict)
           ON CONFLICT (subject_id, channel, merchant, day, class, about) DO UPDATE SET
               state = CASE d.state WHEN 'gone' THEN excluded.state WHEN 'repaired' THEN excluded.state
                                    WHEN 'reappeared' THEN 'written_off' ELSE d.state END,
               settled_at = CASE WHEN d.state = 'written_off' THEN d.settled_at
                                 WHEN d.state = 'reappeared' THEN excluded.first_seen_at END,
               booked_key = CASE WHEN d.state IN ('written_off', 'reappeared') THEN d.booked_key
                                 ELSE excluded.booked_key END,
               booked_fen = CASE WHEN d.state IN ('written_off', 'reappeared') THEN d.booked_fen
                                 ELSE excluded.booked_fen END,
               effect_fen = CASE WHEN d.state IN ('written_off', 'reappeared') THEN d.effect_fen
                                 ELSE excluded.effect_fen END,
               line_no = excluded.line_no, statement_id = excluded.statement_id, run_id = excluded.run_id,
               verdict = excluded.verdict""",
        *zip(*rows, strict=True),
        key.channel,
        key.merchant,
        key.day,
        statement_id,
        run_id,
        now,
    )


async def settle_unseen(tx: Tx, key: DayKey, run_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """Of a day what its last run has not found any more, but for the day's fees. Returns the keys."""
    rows = await tx.fetch(
        """UPDATE statement_differences SET
               state = CASE state WHEN 'written_off' THEN 'reappeared' ELSE 'gone' END,
               settled_at = CASE state WHEN 'written_off' THEN NULL ELSE $5::timestamptz END
           WHERE channel = $1 AND merchant = $2 AND day = $3 AND run_id <> $4 AND kind <> 'day'
             AND state IN ('waiting', 'open', 'written_off')
           RETURNING subject_id, difference_id""",
        key.channel,
        key.merchant,
        key.day,
        run_id,
        now,
    )
    return [(row["subject_id"], row["difference_id"]) for row in rows]


async def settle_found_there(tx: Tx, statement_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """Of any day what was missing in its bill and stands in this one. Returns the keys."""
    rows = await tx.fetch(
        """UPDATE statement_differences d SET
               state = CASE d.state WHEN 'written_off' THEN 'reappeared' ELSE 'gone' END,
               settled_at = CASE d.state WHEN 'written_off' THEN NULL ELSE $2::timestamptz END
           FROM statement_lines l
           WHERE l.statement_id = $1 AND d.subject_id = l.subject_id AND d.booked_key = l.effect_key
             AND d.class = 'missing_there' AND d.state IN ('waiting', 'open', 'written_off')
           RETURNING d.subject_id, d.difference_id""",
        statement_id,
        now,
    )
    return [(row["subject_id"], row["difference_id"]) for row in rows]


async def settle_other_fees(tx: Tx, key: DayKey, about: str | None, now: datetime) -> list[tuple[UUID, UUID]]:
    """What earlier revisions said about the day's fees, but for `about`. Returns the keys."""
    rows = await tx.fetch(
        """UPDATE statement_differences SET state = 'gone', settled_at = $5
           WHERE channel = $1 AND merchant = $2 AND day = $3 AND kind = 'day' AND state = 'open'
             AND about IS DISTINCT FROM $4
           RETURNING subject_id, difference_id""",
        key.channel,
        key.merchant,
        key.day,
        about,
        now,
    )
    return [(row["subject_id"], row["difference_id"]) for row in rows]


async def open_overdue(tx: Tx, key: DayKey) -> None:
    """What was missing in the bill of its day, and in that of a later one too, waits no longer."""
    await tx.execute(
        """UPDATE statement_differences d SET state = 'open'
           WHERE d.channel = $1 AND d.merchant = $2 AND d.day <= $4 AND d.state = 'waiting'
             AND EXISTS (SELECT 1 FROM reconciled_days n
                         WHERE n.channel = $1 AND n.merchant = $2 AND n.bill_type = $3 AND n.day > d.day
                           AND n.state = 'done')""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
    )


async def list_to_repair(conn: Queryable, key: DayKey, kind: str, limit: int) -> list[tuple[UUID, UUID]]:
    """Keys of what the one effect may put right and has not been given to it by this run."""
    rows = await conn.fetch(
        """SELECT subject_id, difference_id FROM statement_differences
           WHERE channel = $1 AND merchant = $2 AND day = $3 AND kind = $4 AND state = 'open' AND verdict IS NULL
             AND class IN ('missing_here', 'state') AND line_no IS NOT NULL AND booked_key IS NULL
           ORDER BY line_no LIMIT $5""",
        key.channel,
        key.merchant,
        key.day,
        kind,
        limit,
    )
    return [(row["subject_id"], row["difference_id"]) for row in rows]


async def lock_difference(tx: Tx, subject_id: UUID, difference_id: UUID) -> Difference | None:
    return await maybe(
        tx,
        Difference,
        """SELECT subject_id, difference_id, channel, merchant, day, class AS judged, about, state, kind, statement_id,
                  line_no, order_no, refund_no, booked_key, told_fen, booked_fen, effect_fen, verdict, first_seen_at,
                  settled_at
           FROM statement_differences WHERE subject_id = $1 AND difference_id = $2 FOR UPDATE""",
        subject_id,
        difference_id,
    )


async def find_difference(conn: Queryable, difference_id: UUID) -> Difference | None:
    """By its number alone, as operators name it."""
    return await maybe(
        conn,
        Difference,
        """SELECT subject_id, difference_id, channel, merchant, day, class AS judged, about, state, kind, statement_id,
                  line_no, order_no, refund_no, booked_key, told_fen, booked_fen, effect_fen, verdict, first_seen_at,
                  settled_at
           FROM statement_differences WHERE difference_id = $1""",
        difference_id,
    )


async def list_by_id(conn: Queryable, difference_ids: Sequence[UUID]) -> list[Difference]:
    return await many(
        conn,
        Difference,
        """SELECT subject_id, difference_id, channel, merchant, day, class AS judged, about, state, kind, statement_id,
                  line_no, order_no, refund_no, booked_key, told_fen, booked_fen, effect_fen, verdict, first_seen_at,
                  settled_at
           FROM statement_differences WHERE difference_id = ANY($1::uuid[]) ORDER BY day, difference_id""",
        difference_ids,
    )


async def list_open(conn: Queryable, limit: int) -> list[Difference]:
    """Of all days, oldest first, those that only wait for the next bill last."""
    return await many(
        conn,
        Difference,
        """SELECT subject_id, difference_id, channel, merchant, day, class AS judged, about, state, kind, statement_id,
                  line_no, order_no, refund_no, booked_key, told_fen, booked_fen, effect_fen, verdict, first_seen_at,
                  settled_at
           FROM statement_differences WHERE state IN ('waiting', 'open', 'reappeared')
           ORDER BY state = 'waiting', day, first_seen_at, difference_id LIMIT $1""",
        limit,
    )


async def list_of_day(conn: Queryable, channel: str, merchant: str, day: date, limit: int) -> list[Difference]:
    return await many(
        conn,
        Difference,
        """SELECT subject_id, difference_id, channel, merchant, day, class AS judged, about, state, kind, statement_id,
                  line_no, order_no, refund_no, booked_key, told_fen, booked_fen, effect_fen, verdict, first_seen_at,
                  settled_at
           FROM statement_differences WHERE channel = $1 AND merchant = $2 AND day = $3 AND state <> 'gone'
           ORDER BY settled_at IS NOT NULL, class, line_no, difference_id LIMIT $4""",
        channel,
        merchant,
        day,
        limit,
    )


async def update_difference(
    tx: Tx, subject_id: UUID, difference_id: UUID, state: str, verdict: str | None, settled_at: datetime | None
) -> None:
    await tx.execute(
        """UPDATE statement_differences SET state = $3, verdict = coalesce($4, verdict), settled_at = $5
           WHERE subject_id = $1 AND difference_id = $2""",
        subject_id,
        difference_id,
        state,
        verdict,
        settled_at,
    )


async def count_of_statement(conn: Queryable, key: DayKey, statement_id: UUID) -> list[Counted]:
    """Rows of a statement that are not matched, by class and state."""
    rows = await conn.fetch(
        """SELECT class AS judged, state, count(*) AS rows FROM statement_differences
           WHERE channel = $1 AND merchant = $2 AND day = $3 AND statement_id = $4 AND line_no IS NOT NULL
             AND state <> 'gone'
           GROUP BY class, state ORDER BY class, state""",
        key.channel,
        key.merchant,
        key.day,
        statement_id,
    )
    return [Counted(*row) for row in rows]


async def count_open(conn: Queryable) -> list[tuple[str, str, date, int]]:
    """Channel, class, oldest day and how many; what waits for the next bill is not among them."""
    rows = await conn.fetch(
        """SELECT channel, class AS judged, min(day) AS day, count(*) AS count FROM statement_differences
           WHERE state IN ('open', 'reappeared') GROUP BY channel, class ORDER BY channel, class LIMIT 100"""
    )
    return [(row["channel"], row["judged"], row["day"], row["count"]) for row in rows]


async def get_fees_written_off(conn: Queryable, key: DayKey) -> int:
    """Fen of fees that two operators have booked for a day beside what its first revision said."""
    fen: int = await conn.fetchval(
        """SELECT coalesce(-sum(effect_fen), 0)::bigint FROM statement_differences
           WHERE channel = $1 AND merchant = $2 AND day = $3 AND kind = 'day'
             AND state IN ('written_off', 'reappeared')""",
        key.channel,
        key.merchant,
        key.day,
    )
    return fen
