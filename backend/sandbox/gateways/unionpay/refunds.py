"""Refunds (04) and voids (31): trades of their own, accepted first and told when the money has gone back."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Refund, RefundState, Trade, TradeState
from backend.sandbox.gateways.unionpay.orders import kept_of, request_of
from backend.sandbox.gateways.unionpay.refusals import Code, Refused
from backend.sandbox.gateways.unionpay.requests import amount_of, order_id_of, require, require_kind
from backend.sandbox.gateways.unionpay.times import clearing_day

_LONGEST = timedelta(days=330)


def give_back(counter: Counter, fields: Mapping[str, str], new_query_id: Callable[[], str]) -> dict[str, str]:
    """Raises Refused, also for a number that was used before: whoever is not sure asks with a query."""
    is_void = fields["txnType"] == "31"
    require_kind(fields, "31" if is_void else "04", "00")
    require(fields, "origQryId")
    number, amount = order_id_of(fields), amount_of(fields)
    if counter.book.find_refund(number) or counter.book.find_trade(number):
        raise Refused(Code.DUPLICATE)
    trade = counter.book.find_trade_by_txn(fields["origQryId"])
    if trade is None or trade.state is not TradeState.PAID or trade.paid_at is None:
        raise Refused(Code.NO_ORIGINAL)
    if counter.now() - trade.paid_at > _LONGEST:
        raise Refused(Code.OUT_OF_TIME)
    if is_void and clearing_day(trade.paid_at) != clearing_day(counter.now()):
        raise Refused(Code.NO_ORIGINAL)
    _check_amount(counter, trade, amount, is_void=is_void)
    refund = Refund(
        refund_no=number,
        order_no=trade.order_no,
        amount_fen=amount,
        notify_url=fields["backUrl"],
        created_at=counter.now(),
        refund_id=new_query_id(),
        request=request_of(fields),
        details=kept_of(fields),
    )
    return {"queryId": counter.book.add_refund(refund).refund_id}


def _check_amount(counter: Counter, trade: Trade, amount: int, *, is_void: bool) -> None:
    """A void takes back the whole payment; what the card's bank did not take may be asked for again."""
    refunds = counter.book.list_refunds(trade.order_no)
    left = trade.amount_fen - sum(each.amount_fen for each in refunds if each.state is not RefundState.ABNORMAL)
    if left == 0 or (is_void and left != trade.amount_fen):
        raise Refused(Code.GIVEN_BACK)
    if amount > left or (is_void and amount != left):
        raise Refused(Code.MISMATCH)
