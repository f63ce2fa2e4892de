"""WeChat Pay behind the one protocol."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from urllib.parse import quote, urlencode

import httpx
import msgspec
from msgspec import Struct

from backend.payments.models import CNY, Channel, Kind, Observation, ObservedState, OrderNo
from backend.payments.providers.bill_files import sha1_inside
from backend.payments.providers.errors import (
    BillRefused,
    BillUnavailable,
    CallbackRefused,
    ProviderRefused,
    ProviderUnavailable,
)
from backend.payments.providers.protocol import (
    Acknowledgement,
    Callback,
    Creation,
    NewOrder,
    NewRefund,
    RefundAnswer,
    RefundState,
)
from backend.payments.providers.wechat.bills import WechatStatement
from backend.payments.providers.wechat.client import WechatClient
from backend.payments.providers.wechat.config import WechatConfig
from backend.payments.providers.wechat.facts import Refund, Transaction, observe_refund, observe_transaction
from backend.payments.providers.wechat.notices import read_notice
from backend.payments.providers.wechat.orders import PATHS, Created, creation, order_body
from backend.payments.providers.wire import LARGEST_BILL

_NO_ORDER = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
_GONE = _NO_ORDER | {"ORDER_CLOSED", "ORDERCLOSED"}
_LONGEST_REASON = 80
_NO_BILL = "NO_STATEMENT_EXIST"
_REFUND_STATES = {
    ObservedState.REFUNDED: RefundState.SUCCEEDED,
    ObservedState.PENDING: RefundState.ACCEPTED,
    ObservedState.CLOSED: RefundState.FAILED,
    ObservedState.ABNORMAL: RefundState.ABNORMAL,
}


class _Bill(Struct, frozen=True):
    hash_type: str
    hash_value: str
    download_url: str


class WechatPay:
    """One merchant. Keys are read when this is made: a bad one raises ValueError then, not when money waits."""

    channel = Channel.WECHAT
    scenes = frozenset(PATHS)

    def __init__(self, config: WechatConfig, http: httpx.AsyncClient) -> None:
        self._config = config
        self._client = WechatClient(config, http)

    @property
    def merchant(self) -> str:
        return self._config.mchid

    async def create(self, order: NewOrder, now: datetime) -> Creation:
        answer = await self._client.request("POST", PATHS[order.scene], now, order_body(self._config, order))
        return creation(self._config, self._client.key, order, answer.decoded(Created), now)

    async def query(self, order_no: OrderNo, ordered_at: datetime, now: datetime) -> Observation:
        path = (
            f"/v3/pay/transactions/out-trade-no/{quote(order_no, safe='')}?{urlencode({'mchid': self._config.mchid})}"
        )
        try:
            told = (await self._client.request("GET", path, now)).decoded(Transaction)
        except ProviderRefused as refused:
            return _unknown(refused, Kind.PAYMENT, order_no)
        if told.out_trade_no != order_no:
            raise ProviderUnavailable
        return _believed(lambda: observe_transaction(told, self._config.mchid, self._config.appid))

    async def close(self, order_no: OrderNo, now: datetime) -> None:
        path = f"/v3/pay/transactions/out-trade-no/{quote(order_no, safe='')}/close"
        try:
            await self._client.request("POST", path, now, msgspec.json.encode({"mchid": self._config.mchid}))
        except ProviderRefused as refused:
            if refused.provider_code not in _GONE:
                raise

    async def refund(self, refund: NewRefund, now: datetime) -> RefundAnswer:
        answer = await self._client.request(
            "POST", "/v3/refund/domestic/refunds", now, _refund_body(refund, self._config)
        )
        told = self._refund_told(refund, answer.decoded(Refund))
        return RefundAnswer(
            refund_no=refund.refund_no,
            state=_REFUND_STATES.get(told.state, RefundState.UNKNOWN),
            provider_refund_id=told.provider_refund_id,
        )

    async def query_refund(self, refund: NewRefund, now: datetime) -> Observation:
        path = f"/v3/refund/domestic/refunds/{quote(refund.refund_no, safe='')}"
        try:
            told = (await self._client.request("GET", path, now)).decoded(Refund)
        except ProviderRefused as refused:
            return _unknown(refused, Kind.REFUND, refund.order_no)
        return self._refund_told(refund, told)

    async def download_bill(self, day: date, now: datetime) -> bytes:
        """The trade bill, gzipped as it comes; its SHA-1 is that of the file inside."""
        path = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP"
        try:
            bill = (await self._client.request("GET", path, now)).decoded(_Bill)
        except ProviderRefused as refused:
            if refused.provider_code == _NO_BILL:
                raise BillUnavailable from refused
            raise
        answer = await self._client.send("GET", self._client.local_path(bill.download_url), now, limit=LARGEST_BILL)
        if bill.hash_type != "SHA1" or not _is_whole(answer.body, bill.hash_value):
            raise ProviderUnavailable
        return answer.body

    def read_bill(self, raw: bytes, day: date) -> WechatStatement:
        return WechatStatement(raw, self._config.mchid)

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        return read_notice(self._config, self._client.keys, headers, body, now)

    async def refresh_keys(self, now: datetime) -> None:
        await self._client.refresh_keys(now)

    def acknowledge(self) -> Acknowledgement:
        return Acknowledgement(200, "application/json", b'{"code":"SUCCESS","message":"OK"}')

    def decline(self) -> Acknowledgement:
        return Acknowledgement(400, "application/json", '{"code":"FAIL","message":"失败"}'.encode())

    def _refund_told(self, refund: NewRefund, told: Refund) -> Observation:
        if (told.out_refund_no, told.out_trade_no) != (refund.refund_no, refund.order_no):
            raise ProviderUnavailable
        return _believed(lambda: observe_refund(told, self._config.mchid))


def _refund_body(refund: NewRefund, config: WechatConfig) -> bytes:
    """The same bytes for the same refund, so that a retry under its number cannot refund twice."""
    return msgspec.json.encode(
        {
            "transaction_id": refund.provider_txn_id,
            "out_refund_no": refund.refund_no,
            "reason": refund.reason[:_LONGEST_REASON],
            "notify_url": config.notify_url,
            "amount": {"refund": refund.amount_fen, "total": refund.total_fen, "currency": CNY},
        }
    )


def _unknown(refused: ProviderRefused, kind: Kind, order_no: OrderNo) -> Observation:
    """WeChat's word that it knows no such number decides nothing: the call that makes it may still be under way."""
    if refused.provider_code not in _NO_ORDER:
        raise refused
    return Observation(channel=Channel.WECHAT, kind=kind, state=ObservedState.UNKNOWN, order_no=order_no)


def _believed(observe: Callable[[], Observation]) -> Observation:
    """An answer about another merchant or without an amount is no answer."""
    try:
        return observe()
    except CallbackRefused as refused:
        raise ProviderUnavailable from refused


def _is_whole(file: bytes, sha1: str) -> bool:
    try:
        return sha1_inside(file) == sha1.lower()
    except BillRefused:
        return False
