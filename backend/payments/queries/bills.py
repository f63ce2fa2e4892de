"""Statements on bills."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, fetch_each, many, maybe
from backend.payments.models import OrderNo
from backend.payments.money import Fen
from backend.payments.records import Bill, OwedTogether


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
    fee_name: str
    fiscal_enc: bytes | None


class StoredBill(Struct, frozen=True):
    """A bill as it was declared before."""

    bill_id: UUID
    fee_code: str
    state: str
    amount_fen: Fen
    basis: str
    payee: str
    due_on: date | None
    key_id: str
    reference_enc: bytes | None


async def list_stored_bills(tx: Tx, subject_ids: Sequence[UUID], bill_ids: Sequence[UUID]) -> list[StoredBill]:
    """These bills, locked until the transaction ends."""
    return await many(
        tx,
        StoredBill,
        """SELECT b.bill_id, b.fee_code, b.state, b.amount_fen, b.basis, b.payee, b.due_on, b.key_id, b.reference_enc
           FROM unnest($1::uuid[], $2::uuid[]) AS wanted (subject_id, bill_id)
           JOIN bills b ON b.subject_id = wanted.subject_id AND b.bill_id = wanted.bill_id
           ORDER BY b.subject_id, b.bill_id FOR UPDATE OF b""",
        subject_ids,
        bill_ids,
    )


async def upsert_bills(tx: Tx, rows: Sequence[BillRow], key_id: str, department_id: str, now: datetime) -> None:
    """What has been paid meanwhile is left as it is."""
    if not rows:
        return
    await tx.execute(
        """INSERT INTO bills AS b (subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                                   reference_enc, due_on, state, fee_name, fiscal_enc, key_id, department_id,
                                   created_at, updated_at)
           SELECT subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                  reference_enc, due_on, state, fee_name, fiscal_enc, $14, $15, $16, $16
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
                       $9::bytea[], $10::date[], $11::text[], $12::text[], $13::bytea[])
                AS t (subject_id, bill_id, bill_no, source_id, fee_code, amount_fen, basis, payee,
                      reference_enc, due_on, state, fee_name, fiscal_enc)
           ON CONFLICT (subject_id, bill_id) DO UPDATE SET
               amount_fen = excluded.amount_fen, basis = excluded.basis, payee = excluded.payee,
               reference_enc = excluded.reference_enc, key_id = excluded.key_id, due_on = excluded.due_on,
               fee_name = excluded.fee_name, fiscal_enc = excluded.fiscal_enc, state = excluded.state,
               updated_at = excluded.updated_at
           WHERE b.state IN ('open', 'withdrawn')""",
        *zip(*rows, strict=True),
        key_id,
        department_id,
        now,
    )


async def update_fiscal(tx: Tx, rows: Sequence[BillRow], key_id: str, now: datetime) -> None:
    """Of bills that have been paid: the fiscal bill is made after that. What is sealed is sealed under one key."""
    await tx.execute(
        """UPDATE bills b SET fiscal_enc = t.fiscal_enc, reference_enc = t.reference_enc, key_id = $5, updated_at = $6
           FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[])
                AS t (subject_id, bill_id, fiscal_enc, reference_enc)
           WHERE b.subject_id = t.subject_id AND b.bill_id = t.bill_id AND b.state IN ('settled', 'refunded')""",
        [row.subject_id for row in rows],
        [row.bill_id for row in rows],
        [row.fiscal_enc for row in rows],
        [row.reference_enc for row in rows],
        key_id,
        now,
    )


async def find_bill(conn: Queryable, subject_ids: Sequence[UUID], bill_id: UUID) -> Bill | None:
    """Of one of these."""
    return await maybe(
        conn,
        Bill,
        """SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                  settled_at
           FROM bills WHERE subject_id = ANY($1::uuid[]) AND bill_id = $2""",
        subject_ids,
        bill_id,
    )


async def list_owners(conn: Queryable, reader_id: UUID, bill_id: UUID) -> list[UUID]:
    """Who has this bill: the reader, or somebody for whom the reader has ever been said to act."""
    rows = await conn.fetch(
        """SELECT subject_id FROM bills WHERE subject_id = $1 AND bill_id = $2
           UNION
           SELECT b.subject_id FROM mandates m JOIN bills b ON b.subject_id = m.subject_id AND b.bill_id = $2
           WHERE m.agent_id = $1""",
        reader_id,
        bill_id,
    )
    return [row["subject_id"] for row in rows]


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


async def list_bills(conn: Queryable, subject_ids: Sequence[UUID], of_each: int, limit: int) -> list[Bill]:
    """What is still to pay first, by the day it is due; then what was paid, newest first; both by owner, as given."""
    return await many(
        conn,
        Bill,
        """SELECT b.subject_id, b.bill_id, b.bill_no, b.fee_code, b.amount_fen, b.basis, b.payee, b.due_on, b.state,
                  b.settled_by, b.settled_at
           FROM unnest($1::uuid[]) WITH ORDINALITY AS p (subject_id, place)
           CROSS JOIN LATERAL (
               SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                      settled_at
               FROM bills WHERE subject_id = p.subject_id AND state <> 'withdrawn'
               ORDER BY state <> 'open', settled_at DESC, due_on NULLS LAST, bill_id LIMIT $2) AS b
           ORDER BY b.state <> 'open', p.place, b.settled_at DESC, b.due_on NULLS LAST, b.bill_id LIMIT $3""",
        subject_ids,
        of_each,
        limit,
    )


async def list_open_bills(conn: Queryable, subject_id: UUID, limit: int) -> list[Bill]:
    """Those due first."""
    return await many(
        conn,
        Bill,
        """SELECT subject_id, bill_id, bill_no, fee_code, amount_fen, basis, payee, due_on, state, settled_by,
                  settled_at
           FROM bills WHERE subject_id = $1 AND state = 'open' ORDER BY due_on NULLS LAST, bill_id LIMIT $2""",
        subject_id,
        limit,
    )


async def find_owed(
    conn: Queryable, subject_id: UUID, others: Sequence[UUID], fee_codes: Sequence[str] | None
) -> OwedTogether | None:
    """None where nothing is open; of these fees, or of all."""
    return await maybe(
        conn,
        OwedTogether,
        """SELECT count(*) AS number, count(*) FILTER (WHERE subject_id <> $1) AS of_others,
                  sum(amount_fen)::bigint AS amount_fen, min(due_on) AS due_on,
                  (array_agg(bill_id))[1] AS bill_id, (array_agg(fee_code))[1] AS fee_code
           FROM bills
           WHERE subject_id = ANY($1 || $2::uuid[]) AND state = 'open'
             AND ($3::text[] IS NULL OR fee_code = ANY($3))
           HAVING count(*) > 0""",
        subject_id,
        others,
        fee_codes,
    )


async def update_bills_settled(tx: Tx, rows: Sequence[tuple[UUID, UUID, OrderNo, Fen, datetime]]) -> set[OrderNo]:
    """Owner, bill, order, amount, time; the orders whose money settles its bill: still owed, and exactly this much."""
    settled = await fetch_each(
        tx,
        """UPDATE bills SET state = 'settled', settled_by = $3, settled_at = $5, updated_at = $5
           WHERE subject_id = $1 AND bill_id = $2 AND state = 'open' AND amount_fen = $4 RETURNING settled_by""",
        rows,
    )
    return {OrderNo(row["settled_by"]) for row in settled}


async def update_bill_refunded(tx: Tx, subject_id: UUID, bill_id: UUID, order_no: OrderNo, now: datetime) -> None:
    await tx.execute(
        """UPDATE bills SET state = 'refunded', updated_at = $4
           WHERE subject_id = $1 AND bill_id = $2 AND settled_by = $3 AND state = 'settled'""",
        subject_id,
        bill_id,
        order_no,
        now,
    )
