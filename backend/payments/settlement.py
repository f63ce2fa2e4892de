"""THE effect of what a provider tells: the same from callback, query and daily bill, once whatever comes how often."""

from datetime import datetime
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.events import record
from backend.payments import ledger, refund_facts, states
from backend.payments.events import PaymentOverpaid, PaymentSettled
from backend.payments.exceptions import Kind as Odd
from backend.payments.exceptions import list_exception
from backend.payments.ledger import Posting
from backend.payments.models import CNY, Kind, Observation, ObservedState
from backend.payments.money import Fen
from backend.payments.numbers import new_refund_no, owner_of
from backend.payments.queries import bills, orders, refunds
from backend.payments.queries import ledger as queries
from backend.payments.receipts.service import issue_receipt
from backend.payments.records import Account, Cause, Order, OrderState, Refund, RefundState, Source
from backend.payments.states import ORDERS, Step
from backend.payments.verdicts import Verdict

_LEADS_TO = {
    ObservedState.PAID: OrderState.PAID,
    ObservedState.FINISHED: OrderState.PAID,
    ObservedState.PENDING: OrderState.PENDING,
    ObservedState.CLOSED: OrderState.CLOSED,
    ObservedState.FAILED: OrderState.FAILED,
}


async def apply(tx: Tx, keyring: Keyring, seen: Observation, source: Source, now: datetime) -> Verdict:
    """Brings order, bill, refund and ledger to where this fact puts them; joins the caller's transaction.

    Idempotent and independent of order: a fact that needs another one first (a refund of a payment not known here) is
    WAITING and must be given again. Whoever tells, the order's row is locked first, so that facts about one order take
    turns. Nothing moves unless channel, currency and amount are the order's own; what does not fit is listed.
    """
    order = await _lock_order(tx, keyring, seen)
    if order is None:
        return Verdict.WAITING
    if odd := _oddity(order, seen):
        await list_exception(tx, order.subject_id, odd, seen, source, now, expected_fen=order.amount_fen)
        return Verdict.EXCEPTION
    if seen.kind is Kind.REFUND:
        return await refund_facts.apply(tx, order, seen, source, now)
    after = OrderState.CLOSED if seen.kind is Kind.CLOSED else _LEADS_TO.get(seen.state)
    if seen.kind is Kind.OTHER or after is None:
        return Verdict.NOTHING
    if after is OrderState.PAID:
        return await _pay(tx, keyring, order, seen, source, now)
    return await _move(tx, order, after, source, now)


async def _lock_order(tx: Tx, keyring: Keyring, seen: Observation) -> Order | None:
    """By its number, which tells its owner; else by the number of our refund, or of the provider's payment."""
    for owner, order_no in await _candidates(tx, keyring, seen):
        if order := await orders.lock_order(tx, owner, order_no):
            return order
    return None


async def _candidates(tx: Tx, keyring: Keyring, seen: Observation) -> list[tuple[UUID, str]]:
    if seen.order_no is not None:
        owner = owner_of(keyring, seen.order_no)
        return [] if owner is None else [(owner, seen.order_no)]
    found = []
    owner = None if seen.refund_no is None else owner_of(keyring, seen.refund_no)
    if owner is not None and seen.refund_no is not None:
        refund = await refunds.find_refund(tx, owner, seen.refund_no)
        found += [] if refund is None else [(owner, str(refund.order_no))]
    if not found and seen.provider_txn_id is not None:
        known = await queries.find_transaction(tx, seen.channel, seen.provider_txn_id)
        found += [] if known is None else [(known[0], str(known[1]))]
    return found


def _oddity(order: Order, seen: Observation) -> Odd | None:
    if seen.channel != order.channel:
        return Odd.CHANNEL
    if seen.currency != CNY:
        return Odd.CURRENCY
    if seen.total_fen is not None and seen.total_fen != order.amount_fen:
        return Odd.AMOUNT
    if seen.kind is Kind.PAYMENT and _LEADS_TO.get(seen.state) is OrderState.PAID:
        if seen.amount_fen != order.amount_fen:
            return Odd.AMOUNT
        if not seen.provider_txn_id:
            return Odd.NO_TRANSACTION
    return None


async def _pay(tx: Tx, keyring: Keyring, order: Order, seen: Observation, source: Source, now: datetime) -> Verdict:
    """Money has come. It settles the bill, or is not owed and goes back; it is never lost and never counted twice."""
    txn_id = seen.provider_txn_id or ""
    if order.provider_txn_id == txn_id:
        return Verdict.REPEATED
    if not await queries.insert_transaction(tx, order.channel, txn_id, order.subject_id, order.order_no):
        if await queries.find_transaction(tx, order.channel, txn_id) == (order.subject_id, order.order_no):
            return Verdict.REPEATED
        await list_exception(tx, order.subject_id, Odd.OTHER_ORDER, seen, source, now)
        return Verdict.EXCEPTION
    owed = order.paid_fen == 0 and await bills.update_bill_settled(
        tx, order.subject_id, order.bill_id, order.order_no, order.amount_fen, now
    )
    credit = Account.RECEIVABLE if owed else Account.OVERPAYMENT
    if await ledger.book_payment(tx, order, seen, credit, order.amount_fen, source, now) is not Posting.NEW:
        await list_exception(tx, order.subject_id, Odd.LEDGER, seen, source, now)
        return Verdict.EXCEPTION
    await _note_paid(tx, keyring, order, seen, credit, source, now)
    return Verdict.APPLIED


async def _note_paid(
    tx: Tx, keyring: Keyring, order: Order, seen: Observation, credit: Account, source: Source, now: datetime
) -> None:
    owed, amount_fen = credit is Account.RECEIVABLE, order.amount_fen
    paid_at, txn_id = seen.occurred_at or now, seen.provider_txn_id or ""
    await orders.update_paid(tx, order, amount_fen, credit, txn_id, paid_at, reserved_fen=0 if owed else amount_fen)
    if order.paid_fen == 0:
        await orders.insert_history(tx, order, None, order.state, OrderState.PAID, source, now)
    else:
        await list_exception(tx, order.subject_id, Odd.SECOND_PAYMENT, seen, source, now)
    if owed:
        await issue_receipt(tx, order, now)
        settled = PaymentSettled(
            subject_id=order.subject_id,
            bill_id=order.bill_id,
            order_no=order.order_no,
            channel=order.channel,
            amount_fen=amount_fen,
        )
        await record(tx, [settled], now)
    else:
        await _give_back(tx, keyring, order, txn_id, now)


async def _give_back(tx: Tx, keyring: Keyring, order: Order, txn_id: str, now: datetime) -> None:
    """All of a payment that was not owed, to be handed to the provider by the worker at once."""
    refund = Refund(
        order.subject_id,
        new_refund_no(keyring, order.subject_id),
        order.order_no,
        Fen(order.amount_fen),
        Cause.OVERPAYMENT,
        "重复缴费退款",
        txn_id,
        RefundState.REQUESTED,
        now,
        0,
    )
    await refunds.insert_refund(tx, refund, None, now)
    overpaid = PaymentOverpaid(
        subject_id=order.subject_id,
        bill_id=order.bill_id,
        order_no=order.order_no,
        refund_no=refund.refund_no,
        amount_fen=order.amount_fen,
    )
    await record(tx, [overpaid], now)


async def _move(tx: Tx, order: Order, after: OrderState, source: Source, now: datetime) -> Verdict:
    """Without money. An order that has ended is asked about no more; one that is pending still is."""
    if states.check(ORDERS, OrderState(order.state), after) is not Step.MOVE:
        return Verdict.REPEATED
    allowed = states.before(ORDERS, after)
    if after is OrderState.PENDING:
        await orders.update_pending(tx, order, allowed)
    else:
        await orders.update_ended(tx, order, after, allowed)
    await orders.insert_history(tx, order, None, order.state, after, source, now)
    return Verdict.APPLIED
