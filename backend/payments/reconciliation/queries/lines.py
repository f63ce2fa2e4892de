"""Statements on the rows of statements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from backend.core.db import Queryable, Tx
from backend.payments.reconciliation.models import DayKey


class LineRow(NamedTuple):
    """A row of a bill as it is kept; the columns of the table in order."""

    subject_id: UUID
    statement_id: UUID
    line_no: int
    channel: str
    day: date
    kind: str
    state: str
    order_no: str | None
    known_order_no: str | None
    refund_no: str | None
    provider_txn_id: str | None
    provider_refund_id: str | None
    amount_fen: int
    total_fen: int | None
    received_fen: int
    fee_fen: int
    occurred_at: datetime | None
    effect_key: str | None


async def copy_lines(tx: Tx, rows: Sequence[LineRow]) -> None:
    await tx.copy_records_to_table("statement_lines", records=rows, columns=LineRow._fields)


async def delete_lines_of_day(tx: Tx, key: DayKey) -> None:
    """Of all revisions: only one of them counts, and the files themselves stay."""
    await tx.execute(
        """DELETE FROM statement_lines WHERE statement_id IN (
               SELECT statement_id FROM statements
               WHERE channel = $1 AND merchant = $2 AND bill_type = $3 AND day = $4)""",
        key.channel,
        key.merchant,
        key.bill_type,
        key.day,
    )


async def delete_lines(tx: Tx, statement_id: UUID) -> None:
    await tx.execute("DELETE FROM statement_lines WHERE statement_id = $1", statement_id)


async def find_line(conn: Queryable, subject_id: UUID, statement_id: UUID, line_no: int) -> LineRow | None:
    row = await conn.fetchrow(
        """SELECT subject_id, statement_id, line_no, channel, day, kind, state, order_no, known_order_no, refund_no,
                  provider_txn_id, provider_refund_id, amount_fen, total_fen, received_fen, fee_fen, occurred_at,
                  effect_key
           FROM statement_lines WHERE subject_id = $1 AND statement_id = $2 AND line_no = $3""",
        subject_id,
        statement_id,
        line_no,
    )
    return None if row is None else LineRow(*row)


async def list_transactions(tx: Tx, channel: str, txn_ids: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """Owner and order of those of a provider's payments that are known here."""
    rows = await tx.fetch(
        """SELECT provider_txn_id, subject_id, order_no FROM provider_transactions
           WHERE channel = $1 AND provider_txn_id = ANY($2::text[])""",
        channel,
        txn_ids,
    )
    return {row["provider_txn_id"]: (row["subject_id"], row["order_no"]) for row in rows}
