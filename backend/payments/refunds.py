"""Money back: reserved under the order's lock, so that refunds together never exceed what was paid."""

from datetime import datetime
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.db import Database, Queryable
from backend.payments.errors import OrderNotFound, RefundTooMuch
from backend.payments.models import OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.numbers import new_refund_no
from backend.payments.queries import orders, refunds
from backend.payments.records import Cause, Refund, RefundState

_LISTED = 500


async def request_refund(
    db: Database,
    keyring: Keyring,
    subject_id: UUID,
    order_no: str,
    amount_fen: Fen,
    reason: str,
    now: datetime,
    *,
    refund_no: RefundNo | None = None,
) -> RefundNo:
    """Reserves a part or all of a payment; the worker hands it to the provider. Raises OrderNotFound, RefundTooMuch.

    Under a `refund_no` given again (`plan_refund_no`) nothing is reserved again.
    """
    number = refund_no or plan_refund_no(keyring, subject_id)
    async with db.transaction() as tx:
        order = await orders.lock_order(tx, subject_id, order_no)
        if order is None:
            raise OrderNotFound
        if await refunds.find_refund(tx, subject_id, number):
            return number
        if not 0 < amount_fen <= order.refundable_fen or order.provider_txn_id is None:
            raise RefundTooMuch
        refund = Refund(
            subject_id, number, order.order_no, amount_fen, Cause.DECISION, reason, order.provider_txn_id,
            RefundState.REQUESTED, now, 0,
        )  # fmt: skip
        await refunds.insert_refund(tx, refund, None, now)
        await orders.update_reserved(tx, order, amount_fen)
    return number


def plan_refund_no(keyring: Keyring, subject_id: UUID) -> RefundNo:
    """A number to ask under, also when the first try's answer is lost."""
    return new_refund_no(keyring, subject_id)


async def list_refunds(conn: Queryable, subject_id: UUID, order_no: OrderNo) -> list[Refund]:
    """Of one payment, in the order in which they were asked for."""
    return await refunds.list_refunds(conn, subject_id, order_no)


async def list_stuck(conn: Queryable) -> list[Refund]:
    """Abnormal and failed refunds: the operators' list, oldest first."""
    return await refunds.list_stuck_refunds(conn, _LISTED)
