"""What it means when a provider tells of a refund; the order's row is locked by the caller."""

from datetime import datetime

from backend.core.db import Tx
from backend.core.events import record
from backend.payments import ledger, states
from backend.payments.events import RefundSucceeded
from backend.payments.exceptions import Kind as Odd
from backend.payments.exceptions import list_exception
from backend.payments.ledger import Posting
from backend.payments.models import Observation, ObservedState
from backend.payments.money import Fen
from backend.payments.queries import bills, orders, refunds
from backend.payments.queries import ledger as queries
from backend.payments.queries.orders import Move
from backend.payments.records import Account, Cause, Order, OrderState, Refund, RefundState, Source
from backend.payments.states import REFUNDS, Step
from backend.payments.verdicts import Verdict

_LEADS_TO = {
    ObservedState.REFUNDED: RefundState.SUCCEEDED,
    ObservedState.PARTIALLY_REFUNDED: RefundState.SUCCEEDED,
    ObservedState.ABNORMAL: RefundState.ABNORMAL,
    ObservedState.FAILED: RefundState.FAILED,
    ObservedState.CLOSED: RefundState.FAILED,
    ObservedState.PENDING: RefundState.ACCEPTED,
}
_LISTED = {RefundState.ABNORMAL: Odd.REFUND_ABNORMAL, RefundState.FAILED: Odd.REFUND_FAILED}


async def apply(tx: Tx, order: Order, seen: Observation, source: Source, now: datetime) -> Verdict:
    """Of ours by its number; of somebody else's making (at the provider's own desk) it is booked all the same."""
    after = _LEADS_TO.get(seen.state)
    if after is None:
        return Verdict.NOTHING
    if order.paid_fen == 0:
        await orders.update_query_now(tx, order, now)  # what is given back was paid: ask
        return Verdict.WAITING
    if seen.refund_no is None:
        return await _sum_told(tx, order, seen, now)
    refund = await refunds.find_refund(tx, order.subject_id, seen.refund_no)
    if refund is not None:
        return await _known(tx, order, refund, after, seen, source, now)
    return await _external(tx, order, after, seen, source, now)


async def _sum_told(tx: Tx, order: Order, seen: Observation, now: datetime) -> Verdict:
    """Only how much has gone back altogether: nothing to book by, but a reason to ask about what is under way."""
    if seen.refunded_total_fen is not None and seen.refunded_total_fen <= order.refunded_fen:
        return Verdict.REPEATED
    await refunds.update_refunds_query_now(tx, order.subject_id, order.order_no, now)
    return Verdict.WAITING


async def _oddity(tx: Tx, order: Order, refund: Refund, seen: Observation) -> Odd | None:
    if refund.order_no != order.order_no:
        return Odd.OTHER_ORDER
    if seen.amount_fen is not None and seen.amount_fen != refund.amount_fen:
        return Odd.REFUND_AMOUNT
    if seen.provider_txn_id is None or seen.provider_txn_id == refund.provider_txn_id:
        return None
    known = await queries.find_transaction(tx, order.channel, seen.provider_txn_id)
    return None if known == (order.subject_id, order.order_no) else Odd.OTHER_ORDER


async def _known(
    tx: Tx, order: Order, refund: Refund, after: RefundState, seen: Observation, source: Source, now: datetime
) -> Verdict:
    if odd := await _oddity(tx, order, refund, seen):
        await list_exception(tx, order.subject_id, odd, seen, source, now, expected_fen=refund.amount_fen)
        return Verdict.EXCEPTION
    state = RefundState(refund.state)
    if states.check(REFUNDS, state, after) is not Step.MOVE:
        return Verdict.REPEATED
    if seen.amount_fen is None:  # as Alipay tells it: a reason to ask at once; it may be acknowledged, asking goes on
        await refunds.update_refunds_query_now(tx, order.subject_id, order.order_no, now)
        return Verdict.NOTHING
    again = refund.amount_fen if state is RefundState.FAILED else 0  # its reservation was given up
    if after is RefundState.SUCCEEDED:
        if again > order.refundable_fen:
            await list_exception(tx, order.subject_id, Odd.REFUND_TOO_MUCH, seen, source, now)
            return Verdict.EXCEPTION
        return await _succeed(tx, order, refund, seen, source, now, reserve_fen=again)
    if after is RefundState.FAILED:
        await orders.update_reserved(tx, order, -refund.amount_fen)
    if after in _LISTED:
        await list_exception(tx, order.subject_id, _LISTED[after], seen, source, now)
    await _move(tx, order, refund, after, seen, source, now)
    return Verdict.APPLIED


async def _external(
    tx: Tx, order: Order, after: RefundState, seen: Observation, source: Source, now: datetime
) -> Verdict:
    if after is not RefundState.SUCCEEDED:
        return Verdict.NOTHING
    if seen.amount_fen is None or seen.refund_no is None:
        return Verdict.WAITING  # the day's bill tells how much
    if seen.amount_fen > order.refundable_fen:
        await list_exception(tx, order.subject_id, Odd.REFUND_TOO_MUCH, seen, source, now)
        return Verdict.EXCEPTION
    refund = Refund(
        order.subject_id,
        seen.refund_no,
        order.order_no,
        seen.amount_fen,
        Cause.EXTERNAL,
        "支付机构告知的退款",
        seen.provider_txn_id or order.provider_txn_id or "",
        RefundState.REQUESTED,
        now,
        0,
    )
    await refunds.insert_refund(tx, refund, seen.provider_refund_id, None)
    return await _succeed(tx, order, refund, seen, source, now, reserve_fen=refund.amount_fen)


async def _succeed(
    tx: Tx, order: Order, refund: Refund, seen: Observation, source: Source, now: datetime, *, reserve_fen: int
) -> Verdict:
    debit = Account.OVERPAYMENT if refund.cause == Cause.OVERPAYMENT else Account(order.booked_to or "")
    entry = ledger.refund_entry(order, refund, debit, seen, source, now)
    if await ledger.post(tx, entry) is not Posting.NEW:
        await list_exception(tx, order.subject_id, Odd.LEDGER, seen, source, now)
        return Verdict.EXCEPTION
    await _move(tx, order, refund, RefundState.SUCCEEDED, seen, source, now)
    whole = order.refunded_fen + refund.amount_fen == order.paid_fen
    after = OrderState.REFUNDED if whole else OrderState.PARTIALLY_REFUNDED
    await orders.update_refunded(tx, order, refund.amount_fen, after, reserve_fen=reserve_fen)
    if after != order.state:
        await orders.insert_history(tx, [Move(order, None, order.state, after)], source, now)
    if whole:
        await bills.update_bill_refunded(tx, order.subject_id, order.bill_id, order.order_no, now)
    await record(tx, [_fact(order, refund, overpaid=debit is Account.OVERPAYMENT)], now)
    return Verdict.APPLIED


async def _move(
    tx: Tx, order: Order, refund: Refund, after: RefundState, seen: Observation, source: Source, now: datetime
) -> None:
    await refunds.update_refund_state(
        tx,
        refund,
        after,
        states.before(REFUNDS, after),
        now,
        provider_refund_id=seen.provider_refund_id,
        ended=after in {RefundState.SUCCEEDED, RefundState.FAILED},
    )
    await orders.insert_history(tx, [Move(order, refund.refund_no, refund.state, after)], source, now)


def _fact(order: Order, refund: Refund, *, overpaid: bool) -> RefundSucceeded:
    return RefundSucceeded(
        subject_id=order.subject_id,
        bill_id=order.bill_id,
        order_no=order.order_no,
        refund_no=refund.refund_no,
        amount_fen=Fen(refund.amount_fen),
        overpaid=overpaid,
    )
