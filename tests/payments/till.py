"""A city's till without HTTP: bills, attempts and what providers tell about them, on one test's database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from backend.citizens.models import Holder, Mandate, Role, SubjectKind
from backend.citizens.representation import record_mandate
from backend.citizens.service import find_or_create_subjects
from backend.city.city import City
from backend.core.clock import FixedClock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.identity_numbers import credit_code_check
from backend.core.ids import uuid7
from backend.payments import ledger
from backend.payments.bills import raise_bill
from backend.payments.models import BillId, Channel, Kind, Observation, ObservedState, OrderNo
from backend.payments.money import Fen
from backend.payments.orders import Wish, start_payment
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable, Reason
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
from backend.payments.queries.orders import find_order
from backend.payments.records import Order, Source
from backend.payments.settlement import apply
from backend.payments.verdicts import Verdict
from tests.departments.feeding import citizen_id

FEE = "passport"
PRICE = Fen(12_000)


class FakeProvider:
    """Speaks no wire format: a callback's body is an observation as JSON under its event key, or it is refused."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.merchant = f"merchant-{channel}"
        self.scenes = frozenset(Scene)
        self.down = False
        self.orders: dict[str, Observation] = {}
        self.refunds: dict[str, Observation] = {}
        self.answers = RefundState.ACCEPTED
        self.created: list[NewOrder] = []
        self.closed: list[str] = []
        self.refunded: list[NewRefund] = []
        self.refreshed = 0

    def _awake(self) -> None:
        if self.down:
            raise ProviderUnavailable

    async def create(self, order: NewOrder, now: datetime) -> Creation:
        self._awake()
        self.created.append(order)
        self.orders.setdefault(order.order_no, told(self.channel, order.order_no, state=ObservedState.PENDING))
        return Creation(url=f"https://pay.example/{order.order_no}", expires_at=order.expires_at)

    async def query(self, order_no: OrderNo, ordered_at: datetime, now: datetime) -> Observation:
        self._awake()
        return self.orders.get(order_no, told(self.channel, order_no, state=ObservedState.UNKNOWN))

    async def close(self, order_no: OrderNo, now: datetime) -> None:
        self._awake()
        self.closed.append(order_no)
        known = self.orders.get(order_no)
        if known is None or known.state is ObservedState.PENDING:
            self.orders[order_no] = told(self.channel, order_no, kind=Kind.CLOSED, state=ObservedState.CLOSED)

    async def refund(self, refund: NewRefund, now: datetime) -> RefundAnswer:
        self._awake()
        self.refunded.append(refund)
        return RefundAnswer(refund_no=refund.refund_no, state=self.answers)

    async def query_refund(self, refund: NewRefund, now: datetime) -> Observation:
        self._awake()
        unknown = told(self.channel, refund.order_no, kind=Kind.REFUND, state=ObservedState.UNKNOWN, amount_fen=None)
        return self.refunds.get(refund.refund_no, unknown)

    async def download_bill(self, day: date, now: datetime) -> bytes:
        raise NotImplementedError

    def read_bill(self, raw: bytes, day: date) -> Any:
        raise NotImplementedError

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        try:
            return msgspec.json.decode(body, type=Callback)
        except msgspec.DecodeError:
            reason = Reason.UNKNOWN_KEY if body == b"unknown key" else Reason.SIGNATURE
            raise CallbackRefused(reason) from None

    async def refresh_keys(self, now: datetime) -> None:
        self.refreshed += 1

    def acknowledge(self) -> Acknowledgement:
        return Acknowledgement(200, "text/plain", b"success")

    def decline(self) -> Acknowledgement:
        return Acknowledgement(400, "text/plain", b"fail")


def told(channel: Channel, order_no: str | None, **facts: Any) -> Observation:
    """An observation; by default that of a payment."""
    known = {"kind": Kind.PAYMENT, "state": ObservedState.PAID, "amount_fen": PRICE, "currency": "CNY"} | facts
    if known["state"] is ObservedState.PAID or known["state"] is ObservedState.FINISHED:
        known.setdefault("provider_txn_id", f"T-{order_no}")
    return Observation(channel=channel, order_no=None if order_no is None else OrderNo(order_no), **known)


def given_back(order: Order, refund_no: str | None, amount_fen: int | None, **facts: Any) -> Observation:
    known = {"kind": Kind.REFUND, "state": ObservedState.REFUNDED, "amount_fen": amount_fen} | facts
    known.setdefault("provider_txn_id", f"T-{order.order_no}")
    return told(Channel(order.channel), order.order_no, refund_no=refund_no, **known)


class Till:
    def __init__(self, db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> None:
        self.db, self.redis, self.keyring, self.city, self.clock = db, redis, keyring, city, clock
        self.providers = {channel: FakeProvider(channel) for channel in Channel}

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def resident(self, n: int = 1) -> UUID:
        return await self._subject(Holder(SubjectKind.PERSON, citizen_id(n), "测试"))

    async def firm(self, n: int = 1) -> UUID:
        code = f"91310101MA1K4{n:04}"
        return await self._subject(
            Holder(SubjectKind.ORGANISATION, code + credit_code_check(code), f"上海测试{n}号有限公司")
        )

    async def _subject(self, holder: Holder) -> UUID:
        async with self.db.transaction() as tx:
            known = await find_or_create_subjects(tx, self.keyring, [holder], self.now)
        return next(iter(known.values()))

    async def may_act(
        self, agent_id: UUID, subject_id: UUID, role: Role | None = Role.AUTHORISED, **facts: Any
    ) -> None:
        """From today on, unless the facts say otherwise; without a role from then on no more."""
        today = local_date(self.now)
        known = {"valid_from": today, "valid_until": None, "withdrawn": False, "source": "department:market"} | facts
        word = Mandate(
            subject_id=subject_id, word_id=uuid7(), agent_id=agent_id, role=role, stated_at=self.now, **known
        )
        async with self.db.transaction() as tx:
            await record_mandate(tx, word, self.now)

    async def bill(self, owner: UUID | None = None) -> tuple[UUID, BillId]:
        subject_id = owner or await self.resident()
        async with self.db.transaction() as tx:
            bill_id = await raise_bill(tx, self.city, self.keyring, subject_id, FEE, self.now, payee="出入境管理局")
        return subject_id, bill_id

    def wish(self, owner: UUID, bill_id: UUID, channel: Channel = Channel.WECHAT, key: str | None = None) -> Wish:
        return Wish(
            subject_id=owner,
            bill_id=bill_id,
            channel=channel,
            scene=Scene.WEB,
            key=key or uuid7().hex,
            title="护照",
            payer_ip="192.0.2.1",
            return_url="https://hall.example/payments/{order_no}",
        )

    async def start(
        self, owner: UUID, bill_id: UUID, channel: Channel = Channel.WECHAT, key: str | None = None
    ) -> Order:
        wish = self.wish(owner, bill_id, channel, key)
        attempt = await start_payment(self.db, self.redis, self.keyring, self.providers, wish, self.now)
        return await self.order(attempt.order)

    async def started(self, channel: Channel = Channel.WECHAT) -> Order:
        return await self.start(*await self.bill(), channel)

    async def order(self, order: Order) -> Order:
        found = await find_order(self.db, order.subject_id, order.order_no)
        assert found is not None
        return found

    async def apply(self, seen: Observation, source: Source = Source.CALLBACK) -> Verdict:
        async with self.db.transaction() as tx:
            return await apply(tx, self.keyring, seen, source, self.now)

    async def pay(self, order: Order) -> Verdict:
        return await self.apply(told(Channel(order.channel), order.order_no))

    async def bill_state(self, order: Order) -> str:
        state: str = await self.db.fetchval("SELECT state FROM bills WHERE bill_id = $1", order.bill_id)
        return state

    async def balances(self) -> dict[str, int]:
        return await ledger.balances(self.db)

    async def exceptions(self) -> Sequence[str]:
        return [row["kind"] for row in await self.db.fetch("SELECT kind FROM payment_exceptions ORDER BY raised_at")]

    async def broken(self) -> list[str]:
        return [name for name, count in (await ledger.broken_invariants(self.db)).items() if count]
