"""Statements on refunds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Database, Queryable, Tx, many, maybe
from backend.payments.models import OrderNo
from backend.payments.records import Refund


async def insert_refund(tx: Tx, refund: Refund, provider_refund_id: str | None, next_query_at: datetime | None) -> bool:
    inserted = await tx.fetchval(
        """INSERT INTO payment_refunds (subject_id, refund_no, order_no, amount_fen, cause, reason, provider_txn_id,
                                        state, requested_at, tries, provider_refund_id, next_query_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (subject_id, refund_no) DO NOTHING RETURNING true""",
        refund.subject_id,
        refund.refund_no,
        refund.order_no,
        refund.amount_fen,
        refund.cause,
        refund.reason,
        refund.provider_txn_id,
        refund.state,
        refund.requested_at,
        refund.tries,
        provider_refund_id,
        next_query_at,
    )
    return inserted is True


async def find_refund(conn: Queryable, subject_id: UUID, refund_no: str) -> Refund | None:
    """Under the lock of its order a refund does not change."""
    return await maybe(
        conn,
        Refund,
        """SELECT subject_id, refund_no, order_no, amount_fen, cause, reason, provider_txn_id, state, requested_at,
                  tries
           FROM payment_refunds WHERE subject_id = $1 AND refund_no = $2""",
        subject_id,
        refund_no,
    )


async def list_refunds(conn: Queryable, subject_id: UUID, order_no: OrderNo) -> list[Refund]:
    return await many(
        conn,
        Refund,
        """SELECT subject_id, refund_no, order_no, amount_fen, cause, reason, provider_txn_id, state, requested_at,
                  tries
           FROM payment_refunds WHERE subject_id = $1 AND order_no = $2 ORDER BY requested_at, refund_no LIMIT 200""",
        subject_id,
        order_no,
    )


async def list_stuck_refunds(conn: Queryable, limit: int) -> list[Refund]:
    """What the provider cannot give back by itself, oldest first."""
    return await many(
        conn,
        Refund,
        """SELECT subject_id, refund_no, order_no, amount_fen, cause, reason, provider_txn_id, state, requested_at,
                  tries
           FROM payment_refunds WHERE state IN ('abnormal', 'failed') ORDER BY requested_at, refund_no LIMIT $1""",
        limit,
    )


async def update_refund_state(
    tx: Tx,
    refund: Refund,
    after: str,
    allowed: Sequence[str],
    now: datetime,
    *,
    provider_refund_id: str | None,
    ended: bool,
) -> bool:
    moved = await tx.fetchval(
        """UPDATE payment_refunds SET
               state = $3, next_query_at = CASE WHEN $7 THEN NULL ELSE next_query_at END,
               provider_refund_id = coalesce($6, provider_refund_id),
               succeeded_at = CASE WHEN $3 = 'succeeded' THEN $5::timestamptz ELSE succeeded_at END
           WHERE subject_id = $1 AND refund_no = $2 AND state = ANY($4::text[]) RETURNING true""",
        refund.subject_id,
        refund.refund_no,
        after,
        allowed,
        now,
        provider_refund_id,
        ended,
    )
    return moved is True


async def update_refunds_query_now(tx: Tx, subject_id: UUID, order_no: OrderNo, now: datetime) -> None:
    await tx.execute(
        """UPDATE payment_refunds SET next_query_at = $3
           WHERE subject_id = $1 AND order_no = $2 AND state IN ('requested', 'accepted', 'abnormal')""",
        subject_id,
        order_no,
        now,
    )


async def claim_refunds_to_ask(tx: Tx, now: datetime, until: datetime, limit: int) -> list[Refund]:
    """Refunds to be handed to their provider, or asked about; others leave them alone until `until`."""
    return await many(
        tx,
        Refund,
        """WITH due AS MATERIALIZED (
               SELECT subject_id, refund_no FROM payment_refunds WHERE next_query_at <= $1
               ORDER BY next_query_at LIMIT $3 FOR UPDATE SKIP LOCKED)
           UPDATE payment_refunds r SET next_query_at = $2, tries = r.tries + 1
           FROM due WHERE r.subject_id = due.subject_id AND r.refund_no = due.refund_no
           RETURNING r.subject_id, r.refund_no, r.order_no, r.amount_fen, r.cause, r.reason, r.provider_txn_id, r.state,
                     r.requested_at, r.tries""",
        now,
        until,
        limit,
    )


async def update_next_ask(db: Database, refund: Refund, claimed_until: datetime, at: datetime | None) -> None:
    """Only where nothing else has moved the hour since it was claimed."""
    await db.execute(
        """UPDATE payment_refunds SET next_query_at = $4
           WHERE subject_id = $1 AND refund_no = $2 AND next_query_at = $3""",
        refund.subject_id,
        refund.refund_no,
        claimed_until,
        at,
    )
