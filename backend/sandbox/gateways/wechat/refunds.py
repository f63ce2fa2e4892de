"""Refunds: accepted at once, decided a moment later ("申请退款", "查询单笔退款")."""

from datetime import timedelta
from typing import Any

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Refund, RefundState, Trade, TradeState
from backend.sandbox.gateways.wechat import numbers
from backend.sandbox.gateways.wechat.errors import WechatError, bad_request
from backend.sandbox.gateways.wechat.platform import Platform, instant, without_nothing
from backend.sandbox.gateways.wechat.requests import NewRefund, canonical, check_notify_url, read

STATES = {
    RefundState.PROCESSING: "PROCESSING",
    RefundState.DONE: "SUCCESS",
    RefundState.ABNORMAL: "ABNORMAL",
    RefundState.CLOSED: "CLOSED",
}
_LONGEST = timedelta(days=365)
_MOST_PARTS = 50


class Refunds:
    def __init__(self, platform: Platform, counter: Counter) -> None:
        self._platform, self._counter, self._book = platform, counter, counter.book

    def apply(self, body: bytes) -> dict[str, Any]:
        """A repeated number refunds nothing again; with other values it is refused."""
        asked, request = read(body, NewRefund), canonical(body)
        trade = self._trade_of(asked)
        before = self._book.find_refund(asked.out_refund_no)
        if before is None:
            self._check(trade, asked)
            before = self._book.add_refund(self._new_refund(trade, asked, request))
        elif before.request != request:
            raise bad_request("订单金额或退款金额与之前请求不一致，请核实后再试")
        return describe(before, trade, wrong_amount=False) | {"status": STATES[before.state]}

    def find(self, refund_no: str) -> dict[str, Any]:
        refund = self._book.find_refund(refund_no)
        trade = self._book.find_trade(refund.order_no) if refund else None
        if refund is None or trade is None:
            raise WechatError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return describe(refund, trade, wrong_amount=False) | {"status": STATES[refund.state]}

    def _trade_of(self, asked: NewRefund) -> Trade:
        if asked.transaction_id:
            trade = self._book.find_trade_by_txn(asked.transaction_id)
        else:
            trade = self._book.find_trade(asked.out_trade_no or "")
        if trade is None or asked.out_trade_no not in {None, trade.order_no}:
            raise WechatError(404, "RESOURCE_NOT_EXISTS", "订单不存在")
        return trade

    def _check(self, trade: Trade, asked: NewRefund) -> None:
        if trade.state is not TradeState.PAID or trade.paid_at is None:
            raise bad_request("订单未支付")
        if self._platform.now() - trade.paid_at >= _LONGEST:
            raise bad_request("订单已超过可退款的最大期限")
        if asked.amount.total != trade.amount_fen:
            raise bad_request("订单金额或退款金额与之前请求不一致，请核实后再试")
        if len(self._book.list_refunds(trade.order_no)) >= _MOST_PARTS:
            raise bad_request("该订单的退款次数已达上限")
        if asked.amount.refund > trade.amount_fen - self._book.refunded_fen(trade.order_no):
            raise WechatError(403, "NOT_ENOUGH", "退款金额大于订单可退余额")
        if asked.notify_url is not None:
            check_notify_url(asked.notify_url)

    def _new_refund(self, trade: Trade, asked: NewRefund, request: str) -> Refund:
        now = self._platform.now()
        return Refund(
            refund_no=asked.out_refund_no,
            order_no=trade.order_no,
            amount_fen=asked.amount.refund,
            notify_url=asked.notify_url or "",
            created_at=now,
            refund_id=numbers.refund_id(now),
            request=request,
        )


def describe(refund: Refund, trade: Trade, *, wrong_amount: bool) -> dict[str, Any]:
    """A refund as answers and notices tell it, but for its state, which they call by different names."""
    total, refunded = trade.amount_fen, refund.amount_fen - wrong_amount
    return without_nothing(
        {
            "refund_id": refund.refund_id,
            "out_refund_no": refund.refund_no,
            "transaction_id": trade.txn_id,
            "out_trade_no": trade.order_no,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "success_time": instant(refund.done_at) if refund.done_at else None,
            "create_time": instant(refund.created_at),
            "amount": {
                "total": total,
                "refund": refunded,
                "payer_total": total,
                "payer_refund": refunded,
                "settlement_total": total,
                "settlement_refund": refunded,
                "discount_refund": 0,
                "currency": "CNY",
            },
        }
    )
