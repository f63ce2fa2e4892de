"""Statements on attempts to pay."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.core.db import Database, Queryable, Tx, execute_each, fetch_each, many, maybe, structs
from backend.core.ids import uuid7
from backend.payments.models import RefundNo
from backend.payments.money import Fen
from backend.payments.records import Order


class PaidRow(NamedTuple):
    """What has come for an order; the arguments of `update_paid` in order."""

    subject_id: UUID
    order_no: str
    amount_fen: Fen
    booked_to: str
    txn_id: str
    paid_at: datetime
    reserved_fen: int


class Move(NamedTuple):
    """A step of an order, or of a refund of it."""

    order: Order
    refund_no: RefundNo | None
    before: str
    after: str


async def insert_order(tx: Tx, order: Order, idempotency_key: str, next_query_at: datetime | None) -> bool:
    """False where an order under this key of this owner exists."""
    inserted = await tx.fetchval(
        """INSERT INTO payment_orders (subject_id, order_no, bill_id, channel, scene, amount_fen, idempotency_key,
                                       request_hash, ordered_at, expires_at, next_query_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           ON CONFLICT (subject_id, idempotency_key) DO NOTHING RETURNING true""",
        order.subject_id,
        order.order_no,
        order.bill_id,
        order.channel,
        order.scene,
        order.amount_fen,
        idempotency_key,
        order.request_hash,
        order.ordered_at,
        order.expires_at,
        next_query_at,
    )
    return inserted is True


async def lock_order(tx: Tx, subject_id: UUID, order_no: str) -> Order | None:
    found = await lock_orders(tx, [(subject_id, order_no)])
    return found[0] if found else None


async def lock_orders(tx: Tx, keys: Sequence[tuple[UUID, str]]) -> list[Order]:
    """Those that there are, by owner and number, locked in this order."""
    found = await fetch_each(
        tx,
        """SELECT subject_id, order_no, bill_id, channel, scene, amount_fen, state, booked_to, request_hash,
                  creation::text AS creation, provider_txn_id, paid_fen, reserved_fen, refunded_fen, ordered_at,
                  expires_at, paid_at
           FROM payment_orders WHERE subject_id = $1 AND order_no = $2 FOR UPDATE""",
        keys,
    )
    return structs(Order, found)


async def find_order(conn: Queryable, subject_id: UUID, order_no: str) -> Order | None:
    return await maybe(
        conn,
        Order,
        """SELECT subject_id, order_no, bill_id, channel, scene, amount_fen, state, booked_to, request_hash,
                  creation::text AS creation, provider_txn_id, paid_fen, reserved_fen, refunded_fen, ordered_at,
                  expires_at, paid_at
           FROM payment_orders WHERE subject_id = $1 AND order_no = $2""",
        subject_id,
        order_no,
    )


async def find_order_by_key(conn: Queryable, subject_id: UUID, idempotency_key: str) -> Order | None:
    return await maybe(
        conn,
        Order,
        """SELECT subject_id, order_no, bill_id, channel, scene, amount_fen, state, booked_to, request_hash,
                  creation::text AS creation, provider_txn_id, paid_fen, reserved_fen, refunded_fen, ordered_at,
                  expires_at, paid_at
           FROM payment_orders WHERE subject_id = $1 AND idempotency_key = $2""",
        subject_id,
        idempotency_key,
    )


async def list_open_others(conn: Queryable, subject_id: UUID, bill_id: UUID, key: str, limit: int) -> list[Order]:
    """Attempts to pay a bill that may still be paid, but for the one made under this key."""
    return await many(
        conn,
        Order,
        """SELECT subject_id, order_no, bill_id, channel, scene, amount_fen, state, booked_to, request_hash,
                  creation::text AS creation, provider_txn_id, paid_fen, reserved_fen, refunded_fen, ordered_at,
                  expires_at, paid_at
           FROM payment_orders
           WHERE subject_id = $1 AND bill_id = $2 AND idempotency_key <> $3 AND state IN ('created', 'pending')
           ORDER BY ordered_at, order_no LIMIT $4""",
        subject_id,
        bill_id,
        key,
        limit,
    )


async def update_creation(tx: Tx, order: Order, creation: str) -> None:
    await tx.execute(
        "UPDATE payment_orders SET creation = $3::jsonb WHERE subject_id = $1 AND order_no = $2",
        order.subject_id,
        order.order_no,
        creation,
    )


async def update_pending(tx: Tx, order: Order, allowed: Sequence[str]) -> None:
    await tx.execute(
        """UPDATE payment_orders SET state = 'pending'
           WHERE subject_id = $1 AND order_no = $2 AND state = ANY($3::text[])""",
        order.subject_id,
        order.order_no,
        allowed,
    )


async def update_ended(tx: Tx, order: Order, after: str, allowed: Sequence[str]) -> None:
    """Without money; nothing more to ask the provider."""
    await tx.execute(
        """UPDATE payment_orders SET state = $3, next_query_at = NULL
           WHERE subject_id = $1 AND order_no = $2 AND state = ANY($4::text[])""",
        order.subject_id,
        order.order_no,
        after,
        allowed,
    )


async def update_paid(tx: Tx, rows: Sequence[PaidRow]) -> None:
    """The money has come; a first payment decides state and booking, a second one only adds."""
    await execute_each(
        tx,
        """UPDATE payment_orders SET
               state = CASE WHEN paid_fen = 0 THEN 'paid' ELSE state END,
               booked_to = coalesce(booked_to, $4), provider_txn_id = coalesce(provider_txn_id, $5),
               paid_at = coalesce(paid_at, $6), paid_fen = paid_fen + $3, reserved_fen = reserved_fen + $7,
               next_query_at = NULL
           WHERE subject_id = $1 AND order_no = $2""",
        rows,
    )


async def update_reserved(tx: Tx, order: Order, change_fen: int) -> None:
    await tx.execute(
        "UPDATE payment_orders SET reserved_fen = reserved_fen + $3 WHERE subject_id = $1 AND order_no = $2",
        order.subject_id,
        order.order_no,
        change_fen,
    )


async def update_refunded(tx: Tx, order: Order, amount_fen: Fen, after: str, *, reserve_fen: int) -> None:
    await tx.execute(
        """UPDATE payment_orders SET state = $4, refunded_fen = refunded_fen + $3, reserved_fen = reserved_fen + $5
           WHERE subject_id = $1 AND order_no = $2""",
        order.subject_id,
        order.order_no,
        amount_fen,
        after,
        reserve_fen,
    )


async def update_query_now(tx: Tx, order: Order, now: datetime) -> None:
    await tx.execute(
        "UPDATE payment_orders SET next_query_at = least(next_query_at, $3) WHERE subject_id = $1 AND order_no = $2",
        order.subject_id,
        order.order_no,
        now,
    )


async def claim_orders_to_query(tx: Tx, now: datetime, until: datetime, limit: int) -> list[Order]:
    """Orders whose hour to be asked about has come; others leave them alone until `until`."""
    return await many(
        tx,
        Order,
        """WITH due AS MATERIALIZED (
               SELECT subject_id, order_no FROM payment_orders WHERE next_query_at <= $1
               ORDER BY next_query_at LIMIT $3 FOR UPDATE SKIP LOCKED)
           UPDATE payment_orders o SET next_query_at = $2
           FROM due WHERE o.subject_id = due.subject_id AND o.order_no = due.order_no
           RETURNING o.subject_id, o.order_no, o.bill_id, o.channel, o.scene, o.amount_fen, o.state, o.booked_to,
                     o.request_hash, o.creation::text AS creation, o.provider_txn_id, o.paid_fen, o.reserved_fen,
                     o.refunded_fen, o.ordered_at, o.expires_at, o.paid_at""",
        now,
        until,
        limit,
    )


async def update_next_query(db: Database, order: Order, claimed_until: datetime, at: datetime | None) -> None:
    """Only where nothing else has moved the hour since it was claimed."""
    await db.execute(
        """UPDATE payment_orders SET next_query_at = $4
           WHERE subject_id = $1 AND order_no = $2 AND next_query_at = $3""",
        order.subject_id,
        order.order_no,
        claimed_until,
        at,
    )


async def insert_history(tx: Tx, moves: Sequence[Move], source: str, now: datetime) -> None:
    await execute_each(
        tx,
        """INSERT INTO payment_history (subject_id, history_id, order_no, refund_no, before, after, source, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [(order.subject_id, uuid7(), order.order_no, *step, source, now) for order, *step in moves],
    )
