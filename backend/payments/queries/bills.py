"""Statements on bills."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from backend.core.db import Queryable, Tx, many, maybe
from backend.payments.models import OrderNo
from backend.payments.money import Fen
from backend.payments.records import Bill


class BillRow(NamedTuple):
    """A bill as it is written; the columns of `upsert_bills` in order."""

    subject_id: UUID
    bill_id: UUID
    bill_no: str
    source_id: str
    fee_code: str
    amount_fen: Fen
    basis: str
    payee: str
    reference_enc: bytes | None
    due_on: date | None
    state: str


async def list_bill_states(
    tx: Tx, subject_ids: Sequence[UUID], bill_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, str]]:
    """Fee and state of these bills, locked until the transaction ends."""
    rows = await tx.fetch(
        """SELECT b.bill_id, b.fee_code, b.state
           FROM unnest($1::uuid[], $2::uuid[]) AS wanted (subject_id, bill_id)
           JOIN bills b ON b.subject_id = wanted.subject_id AND b.bill_id = wanted.bill_id
           ORDER BY b.subject_id, b.bill_id FOR UPDATE OF b""",
        subject_ids,
        bill_ids,
    )
    return {row["bill_id"]: (row["fee_code"], row["state"]) for row in rows}


async def upsert_bills(tx: Tx, rows: Sequence[BillRow], key_id: str, department_id: str, now: datetime) -> None:
    """What has been paid meanwhile is left as it is."""
    await tx.execute(
        """INSERT INTO bills AS b (subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                                   reference_enc, due_on, state, key_id, department_id, created_at, updated_at)
           SELECT subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                  reference_enc, due_on, state, $12, $13, $14, $14
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
                       $9::bytea[], $10::date[], $11::text[])
                AS t (subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                      reference_enc, due_on, state)
           ON CONFLICT (subject_id, bill_id) DO UPDATE SET
               amount_fen = excluded.amount_fen, basis = excluded.basis, payee = excluded.payee,
               reference_enc = excluded.reference_enc, key_id = excluded.key_id, due_on = excluded.due_on,
               state = excluded.state, updated_at = excluded.updated_at
           WHERE b.state IN ('open', 'withdrawn')""",
        *zip(*rows, strict=True),
        key_id,
        department_id,
        now,
    )


async def find_bill(conn: Queryable, subject_id: UUID, bill_id: UUID) -> Bill | None:
    return await maybe(
        conn,
        Bill,
        """SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                  settled_at
           FROM bills WHERE subject_id = $1 AND bill_id = $2""",
        subject_id,
        bill_id,
    )


async def lock_bill(tx: Tx, subject_id: UUID, bill_id: UUID) -> Bill | None:
    return await maybe(
        tx,
        Bill,
        """SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                  settled_at
           FROM bills WHERE subject_id = $1 AND bill_id = $2 FOR UPDATE""",
        subject_id,
        bill_id,
    )


async def list_bills(conn: Queryable, subject_id: UUID, limit: int) -> list[Bill]:
    """What is still to pay first, by the day it is due; then what was paid, newest first."""
    return await many(
        conn,
        Bill,
        """SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                  settled_at
           FROM bills WHERE subject_id = $1 AND state <> 'withdrawn'
           ORDER BY state <> 'open', settled_at DESC, due_on NULLS LAST, bill_id LIMIT $2""",
        subject_id,
        limit,
    )


async def update_bill_settled(
    tx: Tx, subject_id: UUID, bill_id: UUID, order_no: OrderNo, amount_fen: Fen, now: datetime
) -> bool:
    """True where this money settles the bill: it is still owed, and exactly this much."""
    settled = await tx.fetchval(
        """UPDATE bills SET state = 'settled', settled_by = $3, settled_at = $5, updated_at = $5
           WHERE subject_id = $1 AND bill_id = $2 AND state = 'open' AND amount_fen = $4 RETURNING true""",
        subject_id,
        bill_id,
        order_no,
        amount_fen,
        now,
    )
    return settled is True


async def update_bill_refunded(tx: Tx, subject_id: UUID, bill_id: UUID, order_no: OrderNo, now: datetime) -> None:
    await tx.execute(
        """UPDATE bills SET state = 'refunded', updated_at = $4
           WHERE subject_id = $1 AND bill_id = $2 AND settled_by = $3 AND state = 'settled'""",
        subject_id,
        bill_id,
        order_no,
        now,
    )
