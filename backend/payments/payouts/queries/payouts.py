"""Statements on payouts."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Database, Queryable, Tx, many, maybe
from backend.core.ids import uuid7
from backend.payments.payouts.models import Day, Payout


class DayRow(Struct, frozen=True):
    subject_id: UUID
    payout_no: str
    amount_fen: int
    state: str


async def insert_payout(tx: Tx, payout: Payout, next_ask_at: datetime) -> None:
    await tx.execute(
        """INSERT INTO payouts (subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen,
                                state, ordered_at, next_ask_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        payout.subject_id,
        payout.payout_no,
        payout.card_id,
        payout.beneficiary_id,
        payout.rule,
        payout.cause_id,
        payout.purpose,
        payout.amount_fen,
        payout.state,
        payout.ordered_at,
        next_ask_at,
    )


async def insert_directory(tx: Tx, payout_no: str, subject_id: UUID) -> None:
    await tx.execute("INSERT INTO payout_directory (payout_no, subject_id) VALUES ($1, $2)", payout_no, subject_id)


async def find_owner(conn: Queryable, payout_no: str) -> UUID | None:
    owner = await conn.fetchval("SELECT subject_id FROM payout_directory WHERE payout_no = $1", payout_no)
    return None if owner is None else UUID(str(owner))


async def find_payout(conn: Queryable, subject_id: UUID, payout_no: str) -> Payout | None:
    return await maybe(
        conn,
        Payout,
        """SELECT subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen, state, failure,
                  ordered_at, paid_at, tries
           FROM payouts WHERE subject_id = $1 AND payout_no = $2""",
        subject_id,
        payout_no,
    )


async def list_payouts(conn: Queryable, owners: Sequence[UUID], numbers: Sequence[str]) -> list[Payout]:
    return await many(
        conn,
        Payout,
        """SELECT p.subject_id, p.payout_no, p.card_id, p.beneficiary_id, p.rule, p.cause_id, p.purpose, p.amount_fen,
                  p.state, p.failure, p.ordered_at, p.paid_at, p.tries
           FROM unnest($1::uuid[], $2::text[]) AS n (subject_id, payout_no)
           JOIN payouts p ON p.subject_id = n.subject_id AND p.payout_no = n.payout_no""",
        owners,
        numbers,
    )


async def lock_payout(tx: Tx, subject_id: UUID, payout_no: str) -> Payout | None:
    return await maybe(
        tx,
        Payout,
        """SELECT subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen, state, failure,
                  ordered_at, paid_at, tries
           FROM payouts WHERE subject_id = $1 AND payout_no = $2 FOR UPDATE""",
        subject_id,
        payout_no,
    )


async def update_payout(
    tx: Tx,
    payout: Payout,
    after: str,
    *,
    bank_txn_id: str | None,
    failure: str | None,
    paid_at: datetime | None,
    ended: bool,
) -> None:
    """The row is locked by the caller, who has checked that this may follow."""
    await tx.execute(
        """UPDATE payouts
           SET state = $3, bank_txn_id = coalesce($4, bank_txn_id), failure = coalesce($5, failure),
               paid_at = coalesce(paid_at, $6), next_ask_at = CASE WHEN $7 THEN NULL ELSE next_ask_at END
           WHERE subject_id = $1 AND payout_no = $2""",
        payout.subject_id,
        payout.payout_no,
        after,
        bank_txn_id,
        failure,
        paid_at,
        ended,
    )


async def insert_history(tx: Tx, payout: Payout, after: str, source: str, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO payout_history (subject_id, history_id, payout_no, before, after, source, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        payout.subject_id,
        uuid7(),
        payout.payout_no,
        payout.state,
        after,
        source,
        now,
    )


async def claim_payouts(tx: Tx, now: datetime, until: datetime, limit: int) -> list[Payout]:
    """Payouts to be handed to the bank or asked about; others leave them alone until `until`."""
    return await many(
        tx,
        Payout,
        """WITH due AS MATERIALIZED (
               SELECT subject_id, payout_no FROM payouts WHERE next_ask_at <= $1
               ORDER BY next_ask_at LIMIT $3 FOR UPDATE SKIP LOCKED)
           UPDATE payouts p SET next_ask_at = $2, tries = p.tries + 1
           FROM due WHERE p.subject_id = due.subject_id AND p.payout_no = due.payout_no
           RETURNING p.subject_id, p.payout_no, p.card_id, p.beneficiary_id, p.rule, p.cause_id, p.purpose,
                     p.amount_fen, p.state, p.failure, p.ordered_at, p.paid_at, p.tries""",
        now,
        until,
        limit,
    )


async def update_next_ask(db: Database, payout: Payout, claimed_until: datetime, at: datetime) -> None:
    """Only where nothing else has moved the hour since it was claimed."""
    await db.execute(
        """UPDATE payouts SET next_ask_at = $4
           WHERE subject_id = $1 AND payout_no = $2 AND next_ask_at = $3""",
        payout.subject_id,
        payout.payout_no,
        claimed_until,
        at,
    )


async def list_paid_between(conn: Queryable, start: datetime, end: datetime, limit: int) -> list[DayRow]:
    return await many(
        conn,
        DayRow,
        """SELECT subject_id, payout_no, amount_fen, state FROM payouts
           WHERE paid_at >= $1 AND paid_at < $2 ORDER BY paid_at, payout_no LIMIT $3""",
        start,
        end,
        limit,
    )


async def list_by_numbers(conn: Queryable, numbers: Sequence[str]) -> list[DayRow]:
    """By the directory, one look-up for all."""
    return await many(
        conn,
        DayRow,
        """SELECT p.subject_id, p.payout_no, p.amount_fen, p.state
           FROM unnest($1::text[]) AS n (payout_no)
           JOIN payout_directory d ON d.payout_no = n.payout_no
           JOIN payouts p ON p.subject_id = d.subject_id AND p.payout_no = d.payout_no
           ORDER BY p.payout_no""",
        numbers,
    )


async def list_unpaid(conn: Queryable, limit: int) -> list[Payout]:
    """What the bank has not paid for good, the newest first."""
    return await many(
        conn,
        Payout,
        """SELECT subject_id, payout_no, card_id, beneficiary_id, rule, cause_id, purpose, amount_fen, state, failure,
                  ordered_at, paid_at, tries
           FROM payouts WHERE state IN ('failed', 'returned') ORDER BY ordered_at DESC, payout_no LIMIT $1""",
        limit,
    )


async def find_last_day(conn: Queryable) -> date | None:
    """The last day held against the bank's list."""
    day: date | None = await conn.fetchval("SELECT max(day) FROM payout_days")
    return day


async def list_days(conn: Queryable, limit: int) -> list[Day]:
    return await many(
        conn, Day, "SELECT day, ours, theirs, differences FROM payout_days ORDER BY day DESC LIMIT $1", limit
    )


async def find_first_paid_at(conn: Queryable) -> datetime | None:
    at: datetime | None = await conn.fetchval("SELECT min(paid_at) FROM payouts WHERE paid_at IS NOT NULL")
    return at


async def upsert_day(tx: Tx, day: date, ours: int, theirs: int, differences: int, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO payout_days (day, compared_at, ours, theirs, differences) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (day) DO UPDATE
           SET compared_at = excluded.compared_at, ours = excluded.ours, theirs = excluded.theirs,
               differences = excluded.differences""",
        day,
        now,
        ours,
        theirs,
        differences,
    )
