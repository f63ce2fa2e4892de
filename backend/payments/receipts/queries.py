"""Statements on receipts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Queryable, Tx, execute_each, maybe
from backend.payments.models import BillId, OrderNo
from backend.payments.receipts.models import Receipt
from backend.payments.receipts.numbers import ReceiptNo


async def insert_receipts(tx: Tx, rows: Sequence[tuple[UUID, BillId, OrderNo, ReceiptNo, datetime]]) -> None:
    """Owner, bill, order, number and now of each. Fails where a bill has one."""
    await execute_each(
        tx,
        """WITH listed AS (
               INSERT INTO receipt_directory (receipt_no, subject_id, order_no) VALUES ($4, $1, $3))
           INSERT INTO receipts (subject_id, bill_id, order_no, receipt_no, issued_at) VALUES ($1, $2, $3, $4, $5)""",
        rows,
    )


async def find_receipt(conn: Queryable, subject_id: UUID, order_no: str) -> Receipt | None:
    return await maybe(
        conn,
        Receipt,
        """SELECT r.subject_id, r.bill_id, r.receipt_no, r.issued_at, b.bill_no, b.fee_code, b.fee_name, b.amount_fen,
                  b.basis, b.payee, b.key_id, b.fiscal_enc, o.order_no, o.channel, o.provider_txn_id, o.paid_at,
                  coalesce(back.refunded_fen, 0)::bigint AS refunded_fen,
                  coalesce(back.refunding_fen, 0)::bigint AS refunding_fen, back.refunded_at
           FROM receipts r
           JOIN bills b ON b.subject_id = r.subject_id AND b.bill_id = r.bill_id
           JOIN payment_orders o ON o.subject_id = r.subject_id AND o.order_no = r.order_no
           LEFT JOIN LATERAL (
               SELECT sum(f.amount_fen) FILTER (WHERE f.state = 'succeeded') AS refunded_fen,
                      sum(f.amount_fen) FILTER (WHERE f.state IN ('requested', 'accepted', 'abnormal'))
                          AS refunding_fen,
                      max(f.succeeded_at) AS refunded_at
               FROM payment_refunds f
               WHERE f.subject_id = r.subject_id AND f.order_no = r.order_no AND f.cause <> 'overpayment') AS back
             ON true
           WHERE r.subject_id = $1 AND r.order_no = $2""",
        subject_id,
        order_no,
    )


async def find_place(conn: Queryable, receipt_no: str) -> tuple[UUID, str] | None:
    """Whose receipt has this number, and for which payment."""
    row = await conn.fetchrow("SELECT subject_id, order_no FROM receipt_directory WHERE receipt_no = $1", receipt_no)
    return None if row is None else (row["subject_id"], row["order_no"])
