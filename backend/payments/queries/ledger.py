"""Statements on the ledger, on what leads to it, and on what does not fit into it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.core.db import Queryable, Tx, fetch_each
from backend.core.ids import uuid7
from backend.payments.models import OrderNo


class EntryRow(NamedTuple):
    """A row of the ledger; the columns of `insert_entries` in order."""

    subject_id: UUID
    entry_id: UUID
    effect_key: str
    debit: str
    credit: str
    amount_fen: int
    bill_id: UUID | None
    order_no: str | None
    refund_no: str | None
    reverses_id: UUID | None
    source: str
    occurred_at: datetime
    booked_at: datetime


async def insert_entries(tx: Tx, rows: Sequence[EntryRow]) -> set[UUID]:
    """The entries of effects that were not booked before."""
    inserted = await fetch_each(
        tx,
        """INSERT INTO ledger_entries (subject_id, entry_id, effect_key, debit, credit, amount_fen, bill_id, order_no,
                                       refund_no, reverses_id, source, occurred_at, booked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (subject_id, effect_key) DO NOTHING RETURNING entry_id""",
        rows,
    )
    return {row["entry_id"] for row in inserted}


async def find_entry(conn: Queryable, subject_id: UUID, effect_key: str) -> EntryRow | None:
    row = await conn.fetchrow(
        """SELECT subject_id, entry_id, effect_key, debit, credit, amount_fen, bill_id, order_no, refund_no,
                  reverses_id, source, occurred_at, booked_at
           FROM ledger_entries WHERE subject_id = $1 AND effect_key = $2""",
        subject_id,
        effect_key,
    )
    return None if row is None else EntryRow(*row)


async def insert_transactions(tx: Tx, rows: Sequence[tuple[str, str, UUID, OrderNo]]) -> set[OrderNo]:
    """Channel, number at the provider, owner and order of payments; the orders of those not known, of any order."""
    inserted = await fetch_each(
        tx,
        """INSERT INTO provider_transactions (channel, provider_txn_id, subject_id, order_no) VALUES ($1, $2, $3, $4)
           ON CONFLICT (channel, provider_txn_id) DO NOTHING RETURNING order_no""",
        rows,
    )
    return {OrderNo(row["order_no"]) for row in inserted}


async def find_transaction(conn: Queryable, channel: str, txn_id: str) -> tuple[UUID, OrderNo] | None:
    """Owner and order of a provider's payment."""
    row = await conn.fetchrow(
        "SELECT subject_id, order_no FROM provider_transactions WHERE channel = $1 AND provider_txn_id = $2",
        channel,
        txn_id,
    )
    return None if row is None else (row["subject_id"], OrderNo(row["order_no"]))


async def insert_exception(
    tx: Tx,
    subject_id: UUID,
    kind: str,
    about: str,
    channel: str,
    order_no: str | None,
    refund_no: str | None,
    facts: str,
    source: str,
    now: datetime,
) -> bool:
    """False where the same was raised before."""
    inserted = await tx.fetchval(
        """INSERT INTO payment_exceptions (subject_id, exception_id, kind, about, channel, order_no, refund_no, facts,
                                           source, raised_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
           ON CONFLICT (subject_id, kind, about) DO NOTHING RETURNING true""",
        subject_id,
        uuid7(),
        kind,
        about,
        channel,
        order_no,
        refund_no,
        facts,
        source,
        now,
    )
    return inserted is True


async def list_open_exceptions(conn: Queryable, limit: int) -> Sequence[tuple[str, str, str, str | None, datetime]]:
    """Kind, what about, channel, order and when, oldest first."""
    rows = await conn.fetch(
        """SELECT kind, about, channel, order_no, raised_at FROM payment_exceptions
           WHERE resolved_at IS NULL ORDER BY raised_at, exception_id LIMIT $1""",
        limit,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
