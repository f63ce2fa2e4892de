"""Alipay behind the one protocol."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode, urlsplit

import httpx

from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo
from backend.payments.money import format_yuan
from backend.payments.providers.alipay.answers import (
    BillAddress,
    Refunded,
    RefundFound,
    Trade,
    observe_refund,
    observe_trade,
    unknown,
)
from backend.payments.providers.alipay.bills import AlipayStatement
from backend.payments.providers.alipay.client import AlipayClient, local_time
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.alipay.notices import read_notice
from backend.payments.providers.errors import BillUnavailable, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import (
    Acknowledgement,
    Callback,
    Creation,
    NewOrder,
    NewRefund,
    RefundAnswer,
    RefundState,
    Scene,
)
from backend.payments.providers.wire import LARGEST_BILL, send

_WAP, _APP = ("alipay.trade.wap.pay", "QUICK_WAP_PAY"), ("alipay.trade.app.pay", "QUICK_MSECURITY_PAY")
_NO_TRADE = "ACQ.TRADE_NOT_EXIST"
_WRONG_STATE = "ACQ.TRADE_STATUS_ERROR"
_NO_BILL = "isp.bill_not_exist"
_SUBJECT_SIGNS = str.maketrans(dict.fromkeys("/=&", " "))  # not allowed in a subject


class Alipay:
    """One application. Keys are read when this is made: a bad one raises ValueError then."""

    channel = Channel.ALIPAY
    scenes = frozenset({Scene.WEB, Scene.APP})

    def __init__(self, config: AlipayConfig, http: httpx.AsyncClient) -> None:
        self._config = config
        self._client = AlipayClient(config, http)

    @property
    def merchant(self) -> str:
        return self._config.seller_id

    async def create(self, order: NewOrder, now: datetime) -> Creation:
        """Nothing is sent: the signed order travels with the resident's phone, as an address or for the app."""
        method, product = _APP if order.scene is Scene.APP else _WAP
        content = {
            "out_trade_no": order.order_no,
            "total_amount": format_yuan(order.amount_fen),
            "subject": order.subject.translate(_SUBJECT_SIGNS),
            "product_code": product,
            "time_expire": local_time(order.expires_at),
        }
        extra = {"notify_url": self._config.notify_url}
        if order.scene is Scene.APP:
            signed = urlencode(self._client.signed(method, content, now, extra))
            return Creation(client={"order": signed}, expires_at=order.expires_at)
        content["quit_url"] = extra["return_url"] = order.return_url
        signed = urlencode(self._client.signed(method, content, now, extra))
        return Creation(url=f"{self._config.gateway}?{signed}", expires_at=order.expires_at)

    async def query(self, order_no: OrderNo, ordered_at: datetime, now: datetime) -> Observation:
        """Until the buyer signs in at Alipay the trade does not exist: that is PENDING."""
        try:
            trade = await self._client.execute("alipay.trade.query", {"out_trade_no": order_no}, Trade, now)
        except ProviderRefused as refused:
            if refused.provider_code != _NO_TRADE:
                raise
            return unknown(Kind.PAYMENT, order_no, ObservedState.PENDING)
        return observe_trade(trade, order_no)

    async def close(self, order_no: OrderNo, now: datetime) -> None:
        try:
            await self._client.execute("alipay.trade.close", {"out_trade_no": order_no}, dict[str, object], now)
        except ProviderRefused as refused:
            if refused.provider_code == _WRONG_STATE and await self._is_closed(order_no, now):
                return
            if refused.provider_code != _NO_TRADE:
                raise

    async def refund(self, refund: NewRefund, now: datetime) -> RefundAnswer:
        """Only `fund_change=Y` says that money moved; N is the answer to a repetition, too: then query it."""
        content = {
            "out_trade_no": refund.order_no,
            "refund_amount": format_yuan(refund.amount_fen),
            "out_request_no": refund.refund_no,
            "refund_reason": refund.reason,
        }
        answer = await self._client.execute("alipay.trade.refund", content, Refunded, now)
        if answer.out_trade_no != refund.order_no:
            raise ProviderUnavailable
        state = RefundState.SUCCEEDED if answer.fund_change == "Y" else RefundState.UNKNOWN
        return RefundAnswer(refund_no=refund.refund_no, state=state)

    async def query_refund(self, refund: NewRefund, now: datetime) -> Observation:
        content = {
            "out_trade_no": refund.order_no,
            "out_request_no": refund.refund_no,
            "query_options": ["gmt_refund_pay"],
        }
        try:
            found = await self._client.execute("alipay.trade.fastpay.refund.query", content, RefundFound, now)
        except ProviderRefused as refused:
            if refused.provider_code != _NO_TRADE:
                raise
            return unknown(Kind.REFUND, refund.order_no)
        return observe_refund(found, refund)

    async def download_bill(self, day: date, now: datetime) -> bytes:
        """A zip, from an address that lives 30 seconds."""
        method = "alipay.data.dataservice.bill.downloadurl.query"
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        try:
            address = (await self._client.execute(method, content, BillAddress, now)).bill_download_url
        except ProviderRefused as refused:
            if refused.provider_code == _NO_BILL:
                raise BillUnavailable from refused
            raise
        if urlsplit(address).scheme != urlsplit(self._config.gateway).scheme:
            raise ProviderUnavailable
        answer = await send(self._client.http, "GET", address, limit=LARGEST_BILL)
        if answer.status != 200:
            raise ProviderUnavailable
        return answer.body

    def read_bill(self, raw: bytes, day: date) -> AlipayStatement:
        return AlipayStatement(raw)

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        return read_notice(self._config, self._client.keys, body, now)

    async def refresh_keys(self, now: datetime) -> None:
        """Alipay's keys come from its portal, into the settings."""

    def acknowledge(self) -> Acknowledgement:
        """Exactly these seven bytes; anything else counts as failure."""
        return Acknowledgement(200, "text/plain", b"success")

    def decline(self) -> Acknowledgement:
        return Acknowledgement(400, "text/plain", b"fail")

    async def _is_closed(self, order_no: OrderNo, now: datetime) -> bool:
        return (await self.query(order_no, now, now)).state is ObservedState.CLOSED
