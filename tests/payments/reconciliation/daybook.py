"""A day of trades at a till, and what each provider writes about it in its bill."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel
from backend.payments.providers.errors import BillUnavailable, ProviderUnavailable
from backend.payments.providers.statements import Statement
from backend.payments.reconciliation.daily import day_key, import_bill
from backend.payments.reconciliation.models import DayKey, Origin, Outcome
from backend.payments.reconciliation.queries.differences import Difference, list_of_day
from backend.payments.records import Order
from backend.payments.refunds import request_refund
from tests.payments.providers import bill_days
from tests.payments.providers.alipay.gateway import alipay
from tests.payments.providers.unionpay.gateway import unionpay
from tests.payments.providers.wechat.gateway import pay
from tests.payments.till import Till, given_back, told

DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 19, 10, 0, tzinfo=SHANGHAI)
ADAPTERS: dict[Channel, Callable[[], Any]] = {
    Channel.WECHAT: pay,
    Channel.ALIPAY: alipay,
    Channel.UNIONPAY: unionpay,
}
WRITERS: dict[Channel, Callable[[Iterable[Any]], bytes]] = {
    Channel.WECHAT: bill_days.wechat,
    Channel.ALIPAY: bill_days.alipay,
    Channel.UNIONPAY: bill_days.unionpay,
}


class Trade(Struct, frozen=True, kw_only=True):
    """A row of a bill, with everything in it open to be changed."""

    number: int
    fen: int
    order_no: str
    txn_id: str
    query_id: str
    original_id: str = ""
    refund_no: str = ""
    refund_id: str = ""
    is_refund: bool = False
    status: str = "SUCCESS"
    fee_fen: int = 0
    received_fen: int = 0


class Publisher:
    """A provider with its real reader of bills; what it publishes is put there by the test."""

    def __init__(self, channel: Channel) -> None:
        self._adapter = ADAPTERS[channel]()
        self.channel, self.merchant = channel, self._adapter.merchant
        self.bills: dict[date, bytes] = {}
        self.asked: list[date] = []
        self.down = False

    async def download_bill(self, day: date, now: datetime) -> bytes:
        self.asked.append(day)
        if self.down:
            raise ProviderUnavailable
        if day not in self.bills:
            raise BillUnavailable
        return self.bills[day]

    def read_bill(self, raw: bytes, day: date) -> Statement:
        statement: Statement = self._adapter.read_bill(raw, day)
        return statement


class Daybook:
    """The till's side of one channel, and the bill that an honest provider would write about it."""

    def __init__(self, till: Till, channel: Channel) -> None:
        self.till, self.channel = till, channel
        self.provider: Any = Publisher(channel)
        self.trades: list[Trade] = []

    @property
    def key(self) -> DayKey:
        return day_key(self.provider, DAY)

    async def pay(self, *, known: bool = True, at: datetime = AT) -> Order:
        """A payment in the bill; where it is `known` its callback has come as well."""
        order = await self.till.started(self.channel)
        number = len(self.trades) + 1
        # all three numbers are one: the provider's own of the payment
        txn_id = f"{420000000000000000000 + number}"
        self.trades.append(
            Trade(
                number=number, fen=order.amount_fen, order_no=order.order_no, txn_id=txn_id, query_id=txn_id,
                fee_fen=72, received_fen=order.amount_fen,
            )
        )  # fmt: skip
        if known:
            await self.till.apply(told(self.channel, order.order_no, provider_txn_id=txn_id, occurred_at=at))
        return await self.till.order(order)

    async def give_back(self, order: Order, fen: int, *, known: bool = True, at: datetime = AT) -> str:
        """A refund of ours in the bill; where it is `known` its notice has come as well."""
        payment = next(each for each in self.trades if each.order_no == order.order_no)
        refund_no = await request_refund(
            self.till.db,
            self.till.keyring,
            order.subject_id,
            order.order_no,
            fen,
            "多缴",
            self.till.now,  # type: ignore[arg-type]
        )
        number = len(self.trades) + 1
        refund_id = f"{500000000000000000000 + number}"
        self.trades.append(
            Trade(
                number=number, fen=fen, order_no=order.order_no, txn_id=payment.txn_id, query_id=refund_id,
                original_id=payment.txn_id, refund_no=refund_no, refund_id=refund_id, is_refund=True, received_fen=fen,
            )
        )  # fmt: skip
        if known:
            facts = {"provider_txn_id": payment.txn_id, "occurred_at": at}
            if self.channel is not Channel.ALIPAY:
                facts["provider_refund_id"] = refund_id
            await self.till.apply(given_back(order, refund_no, fen, **facts))
        return refund_no

    async def ordinary_day(self) -> None:
        """Payments, a part given back, a whole one given back."""
        orders = [await self.pay() for _ in range(4)]
        await self.give_back(orders[1], 500)
        await self.give_back(orders[2], orders[2].amount_fen)

    def change(self, at: int, **facts: Any) -> None:
        self.trades[at] = replace(self.trades[at], **facts)

    def bill(self) -> bytes:
        return WRITERS[self.channel](self.trades)

    async def reconcile(self, raw: bytes | None = None, day: date = DAY) -> Outcome:
        return await import_bill(
            self.till.db, self.till.keyring, self.provider, day, self.bill() if raw is None else raw,
            Origin.IMPORTED, self.till.now,
        )  # fmt: skip

    async def next_day(self) -> Outcome:
        """The following day's bill, without any trade: what the day before still lacks is missing."""
        self.till.clock.at += timedelta(days=1)
        empty = b"" if self.channel is Channel.UNIONPAY else WRITERS[self.channel]([])
        return await self.reconcile(empty, DAY + timedelta(days=1))

    async def differences(self, day: date = DAY) -> list[Difference]:
        return await list_of_day(self.till.db, self.channel, self.provider.merchant, day, 1000)

    async def classes(self) -> list[tuple[str, str]]:
        return [(each.judged, each.state) for each in await self.differences()]
