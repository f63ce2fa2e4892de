"""UnionPay behind the one protocol."""

from collections.abc import Mapping
from datetime import date, datetime

import httpx

from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo
from backend.payments.providers.errors import BillUnavailable, CallbackRefused, ProviderRefused, ProviderUnavailable
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
from backend.payments.providers.unionpay.bills import UnionpayStatement
from backend.payments.providers.unionpay.client import UnionpayClient, local_time, unpacked
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.providers.unionpay.facts import (
    SUCCESS,
    UNDECIDED,
    observe_payment,
    observe_refund,
    payment_state,
    refund_state,
)
from backend.payments.providers.unionpay.notices import read_notice
from backend.payments.providers.wire import LARGEST_BILL

_DUPLICATE, _NOT_FOUND, _NO_FILE = "12", "34", "98"
_MOBILE = "08"


class Unionpay:
    """One merchant. Keys and chain are read when this is made: bad ones raise ValueError then."""

    channel = Channel.UNIONPAY
    scenes = frozenset({Scene.WEB, Scene.APP})

    def __init__(self, config: UnionpayConfig, http: httpx.AsyncClient) -> None:
        self._config = config
        self._client = UnionpayClient(config, http)

    @property
    def merchant(self) -> str:
        return self._config.mer_id

    async def create(self, order: NewOrder, now: datetime) -> Creation:
        """For the web a signed form that the phone posts itself; for the app a transaction number (`tn`)."""
        expires_at = min(order.expires_at, order.ordered_at + self._config.longest_order)
        fields = self._order_fields(order, expires_at)
        if order.scene is Scene.WEB:
            form = self._client.signed(fields | {"frontUrl": order.return_url})
            return Creation(url=f"{self._config.gateway}/frontTransReq.do", form=form, expires_at=expires_at)
        told = await self._client.exchange(f"{self._config.gateway}/appTransReq.do", fields, now)
        if told.get("respCode") != "00":
            raise _refusal(told)
        if not told.get("tn"):
            raise ProviderUnavailable
        return Creation(client={"tn": told["tn"]}, expires_at=expires_at)

    async def query(self, order_no: OrderNo, ordered_at: datetime, now: datetime) -> Observation:
        """What counts is `origRespCode`; a failure is final only when the order's time is over."""
        told = await self._find(order_no, ordered_at, now)
        code = "" if told is None else told.get("origRespCode", "")
        if told is None or not code:
            return _moneyless(order_no, ObservedState.UNKNOWN)
        state = payment_state(code, is_final=now >= ordered_at + self._config.longest_order)
        if state is not ObservedState.PAID:
            return _moneyless(order_no, state)
        return _believed(told, state, Kind.PAYMENT)

    async def close(self, order_no: OrderNo, now: datetime) -> None:
        """UnionPay has no such call: an order ends at its `payTimeout`."""

    async def refund(self, refund: NewRefund, now: datetime) -> RefundAnswer:
        """00 is accepted, no more; a repetition is answered as duplicate and must be queried."""
        fields = {
            "txnType": "04",
            "txnSubType": "00",
            "bizType": "000201",
            "channelType": _MOBILE,
            "orderId": refund.refund_no,
            "txnTime": local_time(refund.requested_at),
            "txnAmt": str(refund.amount_fen),
            "currencyCode": "156",
            "origQryId": refund.provider_txn_id,
            "backUrl": self._config.back_url,
        }
        told = await self._client.exchange(f"{self._config.gateway}/backTransReq.do", fields, now)
        code = told.get("respCode", "")
        if code not in SUCCESS | UNDECIDED | {_DUPLICATE}:
            raise _refusal(told)
        return RefundAnswer(
            refund_no=refund.refund_no,
            state=RefundState.ACCEPTED if code in SUCCESS else RefundState.UNKNOWN,
            provider_refund_id=told.get("queryId") or None,
            provider_code=None if code in SUCCESS else code,
        )

    async def query_refund(self, refund: NewRefund, now: datetime) -> Observation:
        """A refund is a trade of its own, found by its own number and time."""
        told = await self._find(refund.refund_no, refund.requested_at, now)
        if told is None or not told.get("origRespCode"):
            return Observation(
                channel=self.channel,
                kind=Kind.REFUND,
                state=ObservedState.UNKNOWN,
                order_no=refund.order_no,
                refund_no=refund.refund_no,
            )
        return _believed(told, refund_state(told["origRespCode"]), Kind.REFUND)

    async def download_bill(self, day: date, now: datetime) -> bytes:
        """The zip of a clearing day, which runs from about 23:00 to 23:00. The name it is sent with is not used."""
        fields = {
            "txnType": "76",
            "txnSubType": "01",
            "bizType": "000000",
            "fileType": "00",
            "settleDate": f"{day:%m%d}",
            "txnTime": local_time(now),
        }
        told = await self._client.exchange(self._config.files, fields, now, limit=LARGEST_BILL)
        if told.get("respCode") == _NO_FILE:
            raise BillUnavailable
        if told.get("respCode") != "00":
            raise _refusal(told)
        return unpacked(told.get("fileContent", ""))

    def read_bill(self, raw: bytes, day: date) -> UnionpayStatement:
        return UnionpayStatement(raw, self._config.mer_id, day)

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        return read_notice(self._config, self._client.signers, body, now)

    async def refresh_keys(self, now: datetime) -> None:
        """UnionPay's certificate comes with every message, and its issuers from the settings."""

    def acknowledge(self) -> Acknowledgement:
        """The status is all that counts."""
        return Acknowledgement(200, "text/plain", b"ok")

    def decline(self) -> Acknowledgement:
        return Acknowledgement(400, "text/plain", b"fail")

    def _order_fields(self, order: NewOrder, expires_at: datetime) -> dict[str, str]:
        return {
            "txnType": "01",
            "txnSubType": "01",
            "bizType": "000201",
            "channelType": _MOBILE,
            "orderId": order.order_no,
            "txnTime": local_time(order.ordered_at),
            "txnAmt": str(order.amount_fen),
            "currencyCode": "156",
            "backUrl": self._config.back_url,
            "payTimeout": local_time(expires_at),
        }

    async def _find(self, number: str, ordered_at: datetime, now: datetime) -> dict[str, str] | None:
        """None for a trade that UnionPay does not know (yet)."""
        fields = {
            "txnType": "00",
            "txnSubType": "00",
            "bizType": "000000",
            "orderId": number,
            "txnTime": local_time(ordered_at),
        }
        told = await self._client.exchange(f"{self._config.gateway}/queryTrans.do", fields, now)
        if told.get("respCode") == _NOT_FOUND:
            return None
        if told.get("respCode") != "00":
            raise _refusal(told)
        return told


def _moneyless(order_no: OrderNo, state: ObservedState) -> Observation:
    return Observation(channel=Channel.UNIONPAY, kind=Kind.PAYMENT, state=state, order_no=order_no)


def _believed(told: Mapping[str, str], state: ObservedState, kind: Kind) -> Observation:
    try:
        return observe_payment(told, state) if kind is Kind.PAYMENT else observe_refund(told, state)
    except CallbackRefused as refused:
        raise ProviderUnavailable from refused


def _refusal(told: Mapping[str, str]) -> ProviderRefused | ProviderUnavailable:
    code = told.get("respCode", "")
    return ProviderUnavailable() if not code or code in UNDECIDED else ProviderRefused(code)
