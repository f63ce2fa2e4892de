"""Money that has come: it settles its bill, or is not owed and goes back; never lost and never counted twice."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.events import Event, record
from backend.payments import ledger
from backend.payments.events import PaymentOverpaid, PaymentSettled
from backend.payments.exceptions import Kind as Odd
from backend.payments.exceptions import list_exception
from backend.payments.ledger import Posting
from backend.payments.models import Observation, OrderNo
from backend.payments.money import Fen
from backend.payments.numbers import new_refund_no
from backend.payments.queries import bills, orders, refunds
from backend.payments.queries import ledger as queries
from backend.payments.queries.orders import Move, PaidRow
from backend.payments.receipts.service import issue_receipts
from backend.payments.records import Account, Cause, Order, OrderState, Refund, RefundState, Source
from backend.payments.verdicts import Verdict


class Payment(Struct, frozen=True):
    """What a provider tells of money for an order, whose row is locked and which it fits."""

    order: Order
    seen: Observation

    @property
    def txn_id(self) -> str:
        """The number at the provider."""
        return self.seen.provider_txn_id or ""


async def settle(tx: Tx, keyring: Keyring, payments: Sequence[Payment], source: Source, now: datetime) -> list[Verdict]:
    """What becomes of payments of different orders. Each statement goes out once for all of them."""
    verdicts = {each.order.order_no: Verdict.REPEATED for each in payments}
    fresh = await _take_new(tx, payments, verdicts, source, now)
    settling = await _settle_bills(tx, fresh, now)
    entries = [ledger.payment_entry(p.order, p.seen, _credit(p.order, settling), source, now) for p in fresh]
    booked = []
    for payment, posting in zip(fresh, await ledger.post_each(tx, entries), strict=True):
        if posting is Posting.NEW:
            booked.append(payment)
            verdicts[payment.order.order_no] = Verdict.APPLIED
        else:
            await list_exception(tx, payment.order.subject_id, Odd.LEDGER, payment.seen, source, now)
            verdicts[payment.order.order_no] = Verdict.EXCEPTION
    await _note_paid(tx, booked, settling, source, now)
    await _follow_up(tx, keyring, booked, settling, now)
    return [verdicts[each.order.order_no] for each in payments]


async def _take_new(
    tx: Tx, payments: Sequence[Payment], verdicts: dict[OrderNo, Verdict], source: Source, now: datetime
) -> list[Payment]:
    """Those that no order has yet. One that another order has is listed."""
    told = [each for each in payments if each.order.provider_txn_id != each.txn_id]
    rows = [(each.order.channel, each.txn_id, each.order.subject_id, each.order.order_no) for each in told]
    new = await queries.insert_transactions(tx, rows)
    for payment in told:
        order = payment.order
        if order.order_no in new:
            continue
        if await queries.find_transaction(tx, order.channel, payment.txn_id) != (order.subject_id, order.order_no):
            await list_exception(tx, order.subject_id, Odd.OTHER_ORDER, payment.seen, source, now)
            verdicts[order.order_no] = Verdict.EXCEPTION
    return [each for each in told if each.order.order_no in new]


async def _settle_bills(tx: Tx, payments: Sequence[Payment], now: datetime) -> set[OrderNo]:
    """The orders whose first money settles their bill. Bills are locked in the order in which feeds lock them."""
    first = [each.order for each in payments if each.order.paid_fen == 0]
    first.sort(key=lambda order: (order.subject_id, order.bill_id))
    rows = [(each.subject_id, each.bill_id, each.order_no, each.amount_fen, now) for each in first]
    return await bills.update_bills_settled(tx, rows)


def _credit(order: Order, settling: set[OrderNo]) -> Account:
    return Account.RECEIVABLE if order.order_no in settling else Account.OVERPAYMENT


async def _note_paid(
    tx: Tx, payments: Sequence[Payment], settling: set[OrderNo], source: Source, now: datetime
) -> None:
    """On the orders; what is not owed is reserved for its refund."""
    rows, moves = [], []
    for payment in payments:
        order, credit = payment.order, _credit(payment.order, settling)
        reserved_fen = 0 if credit is Account.RECEIVABLE else order.amount_fen
        paid_at = payment.seen.occurred_at or now
        rows.append(
            PaidRow(order.subject_id, order.order_no, order.amount_fen, credit, payment.txn_id, paid_at, reserved_fen)
        )
        if order.paid_fen == 0:
            moves.append(Move(order, None, order.state, OrderState.PAID))
        else:
            await list_exception(tx, order.subject_id, Odd.SECOND_PAYMENT, payment.seen, source, now)
    await orders.update_paid(tx, rows)
    await orders.insert_history(tx, moves, source, now)


async def _follow_up(
    tx: Tx, keyring: Keyring, payments: Sequence[Payment], settling: set[OrderNo], now: datetime
) -> None:
    """A receipt, or a refund; and the fact for whoever listens."""
    owed = [each.order for each in payments if each.order.order_no in settling]
    await issue_receipts(tx, owed, now)
    facts: list[Event] = [_settled(order) for order in owed]
    for payment in payments:
        if payment.order.order_no not in settling:
            facts.append(await _give_back(tx, keyring, payment, now))
    await record(tx, facts, now)


def _settled(order: Order) -> PaymentSettled:
    return PaymentSettled(
        subject_id=order.subject_id,
        bill_id=order.bill_id,
        order_no=order.order_no,
        channel=order.channel,
        amount_fen=order.amount_fen,
    )


async def _give_back(tx: Tx, keyring: Keyring, payment: Payment, now: datetime) -> PaymentOverpaid:
    """All of a payment that was not owed, to be handed to the provider by the worker at once."""
    order = payment.order
    refund = Refund(
        order.subject_id,
        new_refund_no(keyring, order.subject_id),
        order.order_no,
        Fen(order.amount_fen),
        Cause.OVERPAYMENT,
        "重复缴费退款",
        payment.txn_id,
        RefundState.REQUESTED,
        now,
        0,
    )
    await refunds.insert_refund(tx, refund, None, now)
    return PaymentOverpaid(
        subject_id=order.subject_id,
        bill_id=order.bill_id,
        order_no=order.order_no,
        refund_no=refund.refund_no,
        amount_fen=order.amount_fen,
    )
