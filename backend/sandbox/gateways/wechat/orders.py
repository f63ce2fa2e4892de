"""Orders: created, asked about, closed ("H5下单", "JSAPI下单", "Native下单", "APP下单", "查询订单", "关闭订单")."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Trade, TradeState
from backend.sandbox.gateways.wechat import numbers
from backend.sandbox.gateways.wechat.errors import WechatError, bad_parameter, bad_request
from backend.sandbox.gateways.wechat.platform import Platform, instant, without_nothing
from backend.sandbox.gateways.wechat.requests import Closing, NewOrder, canonical, check_notify_url, read

ENTRY_PATH = "/cgi-bin/mmpayweb-bin/checkmweb"
TRADE_TYPES = {"h5": "MWEB", "jsapi": "JSAPI", "native": "NATIVE", "app": "APP"}

_LONGEST_OPEN = timedelta(days=7)
_STATES = {
    TradeState.WAITING: ("NOTPAY", "订单未支付"),
    TradeState.PAID: ("SUCCESS", "支付成功"),
    TradeState.CLOSED: ("CLOSED", "订单已关闭"),
}


class Orders:
    def __init__(self, platform: Platform, counter: Counter) -> None:
        self._platform, self._counter = platform, counter

    async def create(self, way: str, body: bytes) -> dict[str, str]:
        """The same number asked again with the same values gives the same order; with others it is refused."""
        asked = read(body, NewOrder)
        self._check(way, asked)
        request = f"{way} {canonical(body)}"
        now = self._platform.now()
        trade = self._counter.book.find_trade(asked.out_trade_no)
        if trade is None:
            trade = self._counter.book.add_trade(_new_trade(way, asked, request, now))
        self._check_open(trade, request)
        await self._counter.pay_before_answer(trade.order_no, numbers.txn_id(now))
        return self._way_to_pay(way, trade, now)

    def find(self, order_no: str, mchid: str) -> dict[str, Any]:
        return self._told(self._counter.book.find_trade(order_no), mchid)

    def find_by_transaction(self, txn_id: str, mchid: str) -> dict[str, Any]:
        return self._told(self._counter.book.find_trade_by_txn(txn_id), mchid)

    def close(self, order_no: str, body: bytes) -> None:
        """May be repeated."""
        self._check_mchid(read(body, Closing).mchid)
        trade = self._counter.book.find_trade(order_no)
        if trade is None:
            raise _no_order()
        if trade.state is TradeState.PAID:
            raise _paid()
        self._counter.book.mark_closed(order_no, self._platform.now())

    def _told(self, trade: Trade | None, mchid: str) -> dict[str, Any]:
        self._check_mchid(mchid)
        if trade is None:
            raise _no_order()
        refunded = self._counter.book.refunded_fen(trade.order_no) > 0
        return describe(trade, self._platform, refunded=refunded)

    def _check(self, way: str, asked: NewOrder) -> None:
        self._check_mchid(asked.mchid)
        if asked.appid != self._platform.kept.appid:
            raise WechatError(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配")
        check_notify_url(asked.notify_url)
        if way == "h5" and (asked.scene_info is None or asked.scene_info.h5_info is None):
            raise bad_parameter("输入源“/body/scene_info/h5_info”映射到值字段“场景信息”必填性规则校验失败")
        if way == "jsapi" and asked.payer is None:
            raise bad_parameter("输入源“/body/payer/openid”映射到值字段“用户标识”必填性规则校验失败")
        if asked.time_expire is not None and asked.time_expire.tzinfo is None:
            raise bad_parameter("输入源“/body/time_expire”映射到值字段“交易结束时间”格式错误")

    def _check_mchid(self, mchid: str) -> None:
        if mchid != self._platform.kept.mchid:
            raise bad_parameter("商户号有误，请检查后再试")

    def _check_open(self, trade: Trade, request: str) -> None:
        if trade.state is TradeState.PAID:
            raise _paid()
        if trade.state is TradeState.CLOSED:
            raise WechatError(400, "ORDER_CLOSED", "该订单已关闭，请重新下单")
        if trade.request != request:
            raise bad_request("请求重入时，参数与首次请求时不一致，请商户检查参数后重试")
        if not self._counter.is_open(trade):
            raise bad_request("订单已超过支付结束时间")

    def _way_to_pay(self, way: str, trade: Trade, now: datetime) -> dict[str, str]:
        prepay_id = numbers.prepay_id(trade)
        if way == "h5":
            query = urlencode({"prepay_id": prepay_id, "package": numbers.package(now)})
            return {"h5_url": f"{self._platform.url}{ENTRY_PATH}?{query}"}
        if way == "native":
            return {"code_url": f"weixin://wxpay/bizpayurl?{urlencode({'pr': prepay_id})}"}
        return {"prepay_id": prepay_id}


def describe(trade: Trade, platform: Platform, *, refunded: bool = False, wrong_amount: bool = False) -> dict[str, Any]:
    """A transaction as queries and notices tell it; `wrong_amount` for the fault of that name."""
    state, words = ("REFUND", "转入退款") if refunded else _STATES[trade.state]
    paid = trade.state is TradeState.PAID
    total = trade.amount_fen - wrong_amount
    payment = {"payer_total": total, "currency": "CNY"} if paid else {}
    return without_nothing(
        {
            "appid": platform.kept.appid,
            "mchid": platform.kept.mchid,
            "out_trade_no": trade.order_no,
            "transaction_id": trade.txn_id or None,
            "trade_type": TRADE_TYPES[trade.details["way"]] if paid else None,
            "trade_state": state,
            "trade_state_desc": words,
            "bank_type": "OTHERS" if paid else None,
            "attach": trade.details.get("attach"),
            "success_time": instant(trade.paid_at) if trade.paid_at else None,
            "payer": {"openid": trade.details["openid"]} if paid else None,
            "amount": {"total": total, "payer_currency": "CNY", **payment},
            "promotion_detail": [],
        }
    )


def _new_trade(way: str, asked: NewOrder, request: str, now: datetime) -> Trade:
    expires_at = asked.time_expire or now + _LONGEST_OPEN
    if expires_at <= now:
        raise bad_parameter("输入源“/body/time_expire”映射到值字段“交易结束时间”不得早于当前时间")
    details = {"way": way, "openid": asked.payer.openid if asked.payer else _openid(asked.out_trade_no)}
    if asked.attach is not None:
        details["attach"] = asked.attach
    return Trade(
        order_no=asked.out_trade_no,
        amount_fen=asked.amount.total,
        subject=asked.description,
        notify_url=asked.notify_url,
        return_url="",
        created_at=now,
        expires_at=expires_at,
        request=request,
        details=details,
    )


def _openid(order_no: str) -> str:
    """Of somebody who pays where the merchant does not name the payer."""
    return f"o{hashlib.sha256(order_no.encode()).hexdigest()[:27]}"


def _no_order() -> WechatError:
    return WechatError(404, "ORDER_NOT_EXIST", "订单不存在")


def _paid() -> WechatError:
    return WechatError(400, "ORDERPAID", "该订单已支付")
