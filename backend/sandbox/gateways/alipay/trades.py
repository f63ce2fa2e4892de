"""Orders at Alipay: opened by the buyer's phone, asked about and closed by the merchant."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from backend.sandbox.gateways.alipay.amounts import fen, instant, local, yuan
from backend.sandbox.gateways.alipay.calls import Call
from backend.sandbox.gateways.alipay.refusals import failed, invalid_parameter, no_trade
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import RefundState, Topic, Trade, TradeState

# Opened by a phone, with the one product each is for.
OPENING = {"alipay.trade.wap.pay": "QUICK_WAP_PAY", "alipay.trade.app.pay": "QUICK_MSECURITY_PAY"}
BUYER = {"buyer_logon_id": "dem***@sandbox.example", "buyer_user_id": "2088000000000002"}
_NUMBER = re.compile(r"[0-9A-Za-z_]{1,64}", re.ASCII)
_FORBIDDEN_IN_SUBJECTS = frozenset("/=&")
_LONGEST = timedelta(days=15)


class Opening(Struct, frozen=True):
    """biz_content of the two `pay` methods."""

    out_trade_no: str
    total_amount: str
    subject: str
    product_code: str
    time_expire: str = ""
    passback_params: str = ""
    body: str = ""


class Named(Struct, frozen=True):
    """A trade by one of its two numbers."""

    out_trade_no: str = ""
    trade_no: str = ""


def open_trade(counter: Counter, call: Call, new_trade_no: Callable[[], str]) -> Trade:
    """The buyer's phone is at the cashier: from now on the trade exists. Raises Refused."""
    asked = call.asked(Opening)
    amount, now = fen(asked.total_amount), counter.now()
    wrong = not _NUMBER.fullmatch(asked.out_trade_no) or asked.product_code != OPENING[call.method]
    if wrong or not 0 < len(asked.subject) <= 256 or _FORBIDDEN_IN_SUBJECTS & set(asked.subject):
        raise invalid_parameter()
    trade = Trade(
        order_no=asked.out_trade_no,
        amount_fen=amount,
        subject=asked.subject,
        notify_url=call.notify_url,
        return_url=call.return_url,
        created_at=now,
        expires_at=_end(asked.time_expire, now),
        details={"passback_params": asked.passback_params, "body": asked.body},
        txn_id=new_trade_no(),
    )
    known = counter.book.find_trade(trade.order_no) or trade
    _check_same(counter, known, trade)
    return counter.book.add_trade(trade)


def _end(time_expire: str, now: datetime) -> datetime:
    end = instant(time_expire) if time_expire else now + _LONGEST
    if end is None or not now < end <= now + _LONGEST:
        raise invalid_parameter()
    return end


def _check_same(counter: Counter, known: Trade, trade: Trade) -> None:
    """A number opened before may be opened again as it was, while it can still be paid."""
    if known.state is TradeState.PAID or known.state is TradeState.FINISHED:
        raise failed("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
    if not counter.is_open(known):
        raise failed("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
    if (known.amount_fen, known.subject) != (trade.amount_fen, trade.subject):
        raise failed("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")


def find(book: Book, order_no: str, trade_no: str) -> Trade:
    """Alipay's own number goes first where both are given. Raises Refused."""
    if not (order_no or trade_no):
        raise invalid_parameter()
    trade = book.find_trade_by_txn(trade_no) if trade_no else book.find_trade(order_no)
    if trade is None:
        raise no_trade()
    return trade


def status(counter: Counter, trade: Trade) -> str:
    if trade.state is TradeState.FINISHED:
        return "TRADE_FINISHED"
    if trade.state is TradeState.PAID:
        is_whole = gone_back(counter.book, trade.order_no) == trade.amount_fen
        return "TRADE_CLOSED" if is_whole else "TRADE_SUCCESS"
    return "WAIT_BUYER_PAY" if counter.is_open(trade) else "TRADE_CLOSED"


def gone_back(book: Book, order_no: str) -> int:
    """Fen of all refunds that were made."""
    return sum(refund.amount_fen for refund in book.list_refunds(order_no) if refund.state is RefundState.DONE)


def query(counter: Counter, call: Call) -> dict[str, Any]:
    asked = call.asked(Named)
    trade = find(counter.book, asked.out_trade_no, asked.trade_no)
    told = {
        "trade_no": trade.txn_id,
        "out_trade_no": trade.order_no,
        **BUYER,
        "trade_status": status(counter, trade),
        "total_amount": yuan(trade.amount_fen),
        "point_amount": "0.00",
        "invoice_amount": yuan(trade.amount_fen if trade.paid_at else 0),
        "receipt_amount": yuan(trade.amount_fen if trade.paid_at else 0),
        "buyer_pay_amount": yuan(trade.amount_fen if trade.paid_at else 0),
    }
    return told | ({"send_pay_date": local(trade.paid_at)} if trade.paid_at else {})


def close(counter: Counter, call: Call) -> dict[str, Any]:
    """Only what waits for its buyer can be closed."""
    asked = call.asked(Named)
    trade = find(counter.book, asked.out_trade_no, asked.trade_no)
    if not counter.is_open(trade) or counter.book.mark_closed(trade.order_no, counter.now()) is None:
        raise failed("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
    counter.tell(Topic.CLOSED, trade.order_no, trade.notify_url)
    return {"trade_no": trade.txn_id, "out_trade_no": trade.order_no}
