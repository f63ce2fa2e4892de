"""Money back: at once, and under one number of the merchant only once."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from backend.sandbox.gateways.alipay.amounts import fen, local, yuan
from backend.sandbox.gateways.alipay.calls import Call
from backend.sandbox.gateways.alipay.refusals import failed, invalid_parameter
from backend.sandbox.gateways.alipay.trades import BUYER, find, gone_back
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Refund, RefundState, Trade, TradeState

_LONGEST_NUMBER = 64


class Asked(Struct, frozen=True):
    refund_amount: str
    out_trade_no: str = ""
    trade_no: str = ""
    out_request_no: str = ""


class Sought(Struct, frozen=True):
    out_request_no: str
    out_trade_no: str = ""
    trade_no: str = ""
    query_options: Sequence[str] = ()


def refund(counter: Counter, call: Call) -> dict[str, Any]:
    """`fund_change` says whether this very call moved money: N for a repetition, and for a refund that got stuck."""
    asked = call.asked(Asked)
    trade, amount = find(counter.book, asked.out_trade_no, asked.trade_no), fen(asked.refund_amount)
    number = asked.out_request_no or trade.order_no
    if len(number) > _LONGEST_NUMBER or (not asked.out_request_no and amount != trade.amount_fen):
        raise invalid_parameter()
    known = counter.book.find_refund(number)
    if known is None:
        _check(counter, trade, amount)
        known = counter.book.add_refund(_new(counter, trade, number, amount))
    elif (known.order_no, known.amount_fen) != (trade.order_no, amount):
        raise failed("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求")
    moved = known.state is not RefundState.DONE and _move(counter, known)
    return {
        "trade_no": trade.txn_id,
        "out_trade_no": trade.order_no,
        **BUYER,
        "fund_change": "Y" if moved else "N",
        "refund_fee": yuan(gone_back(counter.book, trade.order_no)),
        "send_back_fee": yuan(amount if moved else 0),
    }


def _check(counter: Counter, trade: Trade, amount: int) -> None:
    if trade.state is TradeState.FINISHED:
        raise failed("ACQ.TRADE_HAS_FINISHED", "交易已完结")
    if trade.state is not TradeState.PAID:
        raise failed("ACQ.TRADE_STATUS_ERROR", "交易状态非法")
    left = trade.amount_fen - counter.book.refunded_fen(trade.order_no)
    if amount > left:
        raise failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")


def _new(counter: Counter, trade: Trade, number: str, amount: int) -> Refund:
    return Refund(
        refund_no=number,
        order_no=trade.order_no,
        amount_fen=amount,
        notify_url=trade.notify_url,
        created_at=counter.now(),
        refund_id=number,
    )


def _move(counter: Counter, refund: Refund) -> bool:
    """Of a refund that gets stuck nothing is told; asked again later it may go through."""
    if counter.has(Fault.REFUND_ABNORMAL):
        counter.book.mark_refund(refund.refund_no, RefundState.ABNORMAL, counter.now())
        return False
    return counter.decide_refund(refund, RefundState.DONE).state is RefundState.DONE


def query_refund(counter: Counter, call: Call) -> dict[str, Any]:
    """Without `refund_status` the refund is not known, or did not go through."""
    asked = call.asked(Sought)
    trade = find(counter.book, asked.out_trade_no, asked.trade_no)
    told: dict[str, Any] = {"trade_no": trade.txn_id, "out_trade_no": trade.order_no}
    found = counter.book.find_refund(asked.out_request_no)
    if found is None or found.order_no != trade.order_no or found.done_at is None:
        return told
    told |= {
        "out_request_no": found.refund_no,
        "total_amount": yuan(trade.amount_fen),
        "refund_amount": yuan(found.amount_fen),
        "refund_status": "REFUND_SUCCESS",
    }
    return told | ({"gmt_refund_pay": local(found.done_at)} if "gmt_refund_pay" in asked.query_options else {})
