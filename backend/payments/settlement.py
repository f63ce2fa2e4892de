"""THE effect of what a provider tells: the same from callback, query and daily bill, once whatever comes how often."""

from collections.abc import Sequence
from datetime import datetime

from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.payments import refund_facts, states
from backend.payments.exceptions import Kind as Odd
from backend.payments.exceptions import list_exception
from backend.payments.incoming import Payment, settle
from backend.payments.models import CNY, Kind, Observation, ObservedState
from backend.payments.numbers import owner_of
from backend.payments.queries import ledger, orders, refunds
from backend.payments.records import Order, OrderState, Source
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
    (verdict,) = await apply_each(tx, keyring, [seen], source, now)
    return verdict


async def apply_each(
    tx: Tx, keyring: Keyring, facts: Sequence[Observation], source: Source, now: datetime
) -> list[Verdict]:
    """The same for facts that all name an order, each another one; payments among them are settled together."""
    verdicts = [Verdict.WAITING] * len(facts)
    payments: dict[int, Payment] = {}
    for place, (order, seen) in enumerate(zip(await _lock_orders(tx, keyring, facts), facts, strict=True)):
        if order is None:
            continue
        if odd := _oddity(order, seen):
            await list_exception(tx, order.subject_id, odd, seen, source, now, expected_fen=order.amount_fen)
            verdicts[place] = Verdict.EXCEPTION
        elif _is_paid(seen):
            payments[place] = Payment(order, seen)
        else:
            verdicts[place] = await _apply_without_payment(tx, order, seen, source, now)
    for place, verdict in zip(payments, await settle(tx, keyring, [*payments.values()], source, now), strict=True):
        verdicts[place] = verdict
    return verdicts


async def _lock_orders(tx: Tx, keyring: Keyring, facts: Sequence[Observation]) -> list[Order | None]:
    """All that are named in one go and in one order, so that two who lock never wait for each other in a circle."""
    named = {seen.order_no: owner_of(keyring, seen.order_no) for seen in facts if seen.order_no is not None}
    keys = sorted((owner, order_no) for order_no, owner in named.items() if owner is not None)
    locked = {order.order_no: order for order in await orders.lock_orders(tx, keys)}
    return [
        await _lock_unnamed(tx, keyring, seen) if seen.order_no is None else locked.get(seen.order_no) for seen in facts
    ]


async def _lock_unnamed(tx: Tx, keyring: Keyring, seen: Observation) -> Order | None:
    """By the number of our refund, which tells its owner; else by that of the provider's payment."""
    owner = None if seen.refund_no is None else owner_of(keyring, seen.refund_no)
    if owner is not None and seen.refund_no is not None:
        refund = await refunds.find_refund(tx, owner, seen.refund_no)
        if refund is not None:
            return await orders.lock_order(tx, owner, refund.order_no)
    if seen.provider_txn_id is None:
        return None
    known = await ledger.find_transaction(tx, seen.channel, seen.provider_txn_id)
    return None if known is None else await orders.lock_order(tx, *known)


def _is_paid(seen: Observation) -> bool:
    return seen.kind is Kind.PAYMENT and _LEADS_TO.get(seen.state) is OrderState.PAID


def _oddity(order: Order, seen: Observation) -> Odd | None:
    if seen.channel != order.channel:
        return Odd.CHANNEL
    if seen.currency != CNY:
        return Odd.CURRENCY
    if seen.total_fen is not None and seen.total_fen != order.amount_fen:
        return Odd.AMOUNT
    if _is_paid(seen):
        if seen.amount_fen != order.amount_fen:
            return Odd.AMOUNT
        if not seen.provider_txn_id:
            return Odd.NO_TRANSACTION
    return None


async def _apply_without_payment(tx: Tx, order: Order, seen: Observation, source: Source, now: datetime) -> Verdict:
    if seen.kind is Kind.REFUND:
        return await refund_facts.apply(tx, order, seen, source, now)
    after = OrderState.CLOSED if seen.kind is Kind.CLOSED else _LEADS_TO.get(seen.state)
    if seen.kind is Kind.OTHER or after is None:
        return Verdict.NOTHING
    return await _move(tx, order, after, source, now)


async def _move(tx: Tx, order: Order, after: OrderState, source: Source, now: datetime) -> Verdict:
    """Without money. An order that has ended is asked about no more; one that is pending still is."""
    if states.check(ORDERS, OrderState(order.state), after) is not Step.MOVE:
        return Verdict.REPEATED
    allowed = states.before(ORDERS, after)
    if after is OrderState.PENDING:
        await orders.update_pending(tx, order, allowed)
    else:
        await orders.update_ended(tx, order, after, allowed)
    await orders.insert_history(tx, [orders.Move(order, None, order.state, after)], source, now)
    return Verdict.APPLIED
