"""Statements on days of a merchant: how far each has come."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Database, Queryable, Tx, many, maybe
from backend.payments.reconciliation.models import DayKey


class DayRow(Struct, frozen=True):
    """`revision` of the file that counts; `picture` as JSON."""

    channel: str
    merchant: str
    bill_type: str
    day: date
    state: str
    statement_id: UUID | None
    picture: str | None
    tries: int
    next_try_at: datetime | None
    completed_at: datetime | None

    @property
    def key(self) -> DayKey:
        return DayKey(self.channel, self.merchant, self.bill_type, self.day)


async def insert_day(conn: Queryable, key: DayKey, now: datetime) -> None:
    """Waiting for its bill, unless it is known already."""
    await conn.execute(
        """INSERT INTO reconciled_days (channel, merchant, bill_type, day, state, next_try_at)
           VALUES ($1, $2, $3, $4, 'waiting', $5) ON CONFLICT (channel, merchant, bill_type, day) DO NOTHING""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        now,
    )


async def try_lock_run(tx: Tx, name: str) -> bool:
    """True where nobody else is at it; then nobody else will be until this transaction ends."""
    locked: bool = await tx.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", name)
    return locked


async def lock_day(tx: Tx, key: DayKey) -> DayRow:
    """Whatever changes a day takes turns here. Raises LookupError where `insert_day` has not been."""
    found = await maybe(
        tx,
        DayRow,
        """SELECT channel, merchant, bill_type, day, state, statement_id, picture::text AS picture, tries, next_try_at,
                  completed_at
           FROM reconciled_days WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4 FOR UPDATE""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
    )
    if found is None:
        raise LookupError("no such day")
    return found


async def claim_day(db: Database, key: DayKey, now: datetime, until: datetime) -> int | None:
    """How often it was tried before, where it is this caller's to try now; others leave it alone until `until`."""
    tries: int | None = await db.fetchval(
        """UPDATE reconciled_days SET next_try_at = $6, tries = tries + 1
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4 AND next_try_at <= $5
           RETURNING tries - 1""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        now,
        until,
    )
    return tries


async def update_next_try(db: Database, key: DayKey, at: datetime) -> None:
    """Only while the day is not done."""
    await db.execute(
        """UPDATE reconciled_days SET next_try_at = $5
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4 AND state <> 'done'""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        at,
    )


async def update_begun(tx: Tx, key: DayKey, state: str, statement_id: UUID | None, unless_claimed: datetime) -> None:
    """Under way (again), by this file; where nobody has claimed it, somebody may do so from then on."""
    await tx.execute(
        """UPDATE reconciled_days SET state = $5, statement_id = $6, next_try_at = coalesce(next_try_at, $7)
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        state,
        statement_id,
        unless_claimed,
    )


async def update_done(tx: Tx, key: DayKey, picture: str, now: datetime) -> None:
    await tx.execute(
        """UPDATE reconciled_days SET state = 'done', picture = $5::jsonb, next_try_at = NULL, completed_at = $6
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        picture,
        now,
    )


async def reopen_day(db: Database, key: DayKey, at: datetime) -> None:
    """What was done of it stays; it is to be done again from `at` on."""
    await db.execute(
        """UPDATE reconciled_days SET state = 'matching', next_try_at = $5, tries = 0
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
        at,
    )


async def list_days(conn: Queryable, channel: str, merchant: str, bill_type: str, since: date) -> list[DayRow]:
    return await many(
        conn,
        DayRow,
        """SELECT channel, merchant, bill_type, day, state, statement_id, picture::text AS picture, tries, next_try_at,
                  completed_at
           FROM reconciled_days
           WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day >= $4 ORDER BY day LIMIT 1000""",
        channel,
        merchant,
        bill_type,
        since,
    )


async def find_first_day(conn: Queryable, channel: str, merchant: str, bill_type: str) -> date | None:
    first: date | None = await conn.fetchval(
        "SELECT min(day) FROM reconciled_days WHERE channel = $1 AND merchant = $2 AND bill_type = $3",
        channel,
        merchant,
        bill_type,
    )
    return first


async def list_on_day(conn: Queryable, day: date) -> list[DayRow]:
    """All merchants' of one day."""
    return await many(
        conn,
        DayRow,
        """SELECT channel, merchant, bill_type, day, state, statement_id, picture::text AS picture, tries, next_try_at,
                  completed_at
           FROM reconciled_days WHERE day = $1 ORDER BY channel, merchant, bill_type LIMIT 100""",
        day,
    )


async def list_last_done(conn: Queryable) -> Sequence[tuple[str, date]]:
    """By channel the last day before the first one that is not done: what lies behind it is settled."""
    rows = await conn.fetch(
        """SELECT channel, coalesce(min(day) FILTER (WHERE state <> 'done') - 1, max(day)) AS day
           FROM reconciled_days GROUP BY channel ORDER BY channel LIMIT 100"""
    )
    return [(row["channel"], row["day"]) for row in rows]
