"""UnionPay's sandbox, driven by the hall's adapter: what the one says the other understands."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.core.clock import SHANGHAI
from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable, CallbackRefused, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Callback, NewOrder, NewRefund, RefundState, Scene
from backend.payments.providers.statements import Tally, checked_rows
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.keys import load_key
from backend.sandbox.gateways.unionpay.files import charge
from backend.sandbox.gateways.unionpay.signing import digest, is_signed, signed
from backend.sandbox.gateways.unionpay.times import clearing_day, day_named
from tests.payments.providers.vectors import vector
from tests.sandbox.gateways.town import URL, Town, town

GATEWAY = f"{URL}/gateway/api"
ORDER, REFUND = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")


class Hall:
    """The hall's adapter at a sandbox."""

    def __init__(self, told: Town) -> None:
        self.town = told
        config = msgspec.convert(told.section | {"back_url": told.merchant.url}, UnionpayConfig)
        self.unionpay = Unionpay(config, told.http)
        self.ordered_at = told.now

    def order(self, **changes: Any) -> NewOrder:
        facts: dict[str, Any] = {
            "order_no": ORDER,
            "amount_fen": Fen(1999),
            "subject": "居住证工本费",
            "scene": Scene.WEB,
            "ordered_at": self.ordered_at,
            "expires_at": self.ordered_at + timedelta(minutes=30),
            "return_url": "https://hall.example/payments/PAY0000000000001/back",
            "payer_ip": "203.0.113.7",
        }
        return NewOrder(**facts | changes)

    async def form(self, **changes: Any) -> dict[str, str]:
        creation = await self.unionpay.create(self.order(**changes), self.town.now)
        assert creation.url == f"{GATEWAY}/frontTransReq.do"
        assert creation.form is not None
        return dict(creation.form)

    async def open(self, **changes: Any) -> httpx.Response:
        """The resident's phone posts the signed form."""
        return await self.town.phone.post(f"{GATEWAY}/frontTransReq.do", data=await self.form(**changes))

    async def paid(self) -> Callback:
        opened = await self.open()
        assert (opened.status_code, opened.headers.get("location")) == (303, f"/cashier/{ORDER}")
        await self.town.pay(ORDER)
        return await self.told(1)

    async def told(self, count: int) -> Callback:
        """What the last of `count` notices says."""
        delivery = (await self.town.merchant.waits_for(count))[count - 1]
        return self.unionpay.read_callback(delivery.headers, delivery.body, self.town.now)

    def refund_of(self, fen: int, query_id: str, number: str = REFUND) -> NewRefund:
        return NewRefund(
            refund_no=RefundNo(number),
            order_no=ORDER,
            provider_txn_id=query_id,
            amount_fen=Fen(fen),
            total_fen=Fen(1999),
            reason="多缴",
            requested_at=self.ordered_at,
        )

    async def refund(self, fen: int, query_id: str, number: str = REFUND) -> RefundState:
        return (await self.unionpay.refund(self.refund_of(fen, query_id, number), self.town.now)).state

    async def query(self) -> Any:
        return await self.unionpay.query(ORDER, self.ordered_at, self.town.now)

    async def call(self, path: str, fields: Mapping[str, str], **changes: str) -> dict[str, str]:
        """Signed as the merchant does, with changes that the adapter would not make; empty ones are left out."""
        theirs = self.town.section
        common = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "certId": theirs["cert_id"],
            "signMethod": "01",
            "accessType": "0",
            "bizType": "000201",
            "channelType": "08",
            "merId": theirs["mer_id"],
            "txnTime": f"{self.ordered_at:%Y%m%d%H%M%S}",
        }
        told = {name: value for name, value in (common | dict(fields) | changes).items() if value}
        asked = signed(load_key(theirs["sign_key_pem"]), told) | {k: v for k, v in changes.items() if k == "signature"}
        answer = await self.town.http.post(f"{GATEWAY}/{path}", data=asked)
        assert answer.status_code == 200
        return dict(part.split("=", 1) for part in answer.text.split("&"))

    async def code(self, path: str, fields: Mapping[str, str], **changes: str) -> str:
        return (await self.call(path, fields, **changes))["respCode"]


def query_of(order_no: str = ORDER) -> dict[str, str]:
    return {"txnType": "00", "txnSubType": "00", "orderId": order_no}


def void_of(query_id: str, amount: str = "1999", number: str = REFUND) -> dict[str, str]:
    return {
        "txnType": "31",
        "txnSubType": "00",
        "orderId": number,
        "txnAmt": amount,
        "currencyCode": "156",
        "origQryId": query_id,
        "backUrl": "http://127.0.0.1:9/",
    }


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with town("unionpay", tmp_path, (200, b"ok")) as told:
        yield Hall(told)


def test_the_published_message_is_digested_and_verified_as_published() -> None:
    published = vector("unionpay_query_response")
    key = x509.load_pem_x509_certificate(published["params"]["signPubKeyCert"].encode()).public_key()
    assert isinstance(key, RSAPublicKey)

    assert digest(published["params"]).decode() == published["sha256_hex"]
    assert is_signed(key, published["params"])
    assert not is_signed(key, published["params"] | {"txnAmt": "2"})


async def test_paid_and_told_and_asked_it_is_the_same_trade(hall: Hall) -> None:
    before = await hall.query()
    opened = await hall.open()
    cashier = await hall.town.phone.get(opened.headers["location"])
    waiting = await hall.query()
    callback = await hall.paid()
    asked, seen = await hall.query(), callback.observation

    assert (before.state, waiting.state) == (ObservedState.UNKNOWN, ObservedState.PENDING)
    assert "¥19.99" in cashier.text
    assert '<form method="post" action="https://hall.example/payments/PAY0000000000001/back">' in cashier.text
    assert "form-action 'self' https://hall.example" in cashier.headers["content-security-policy"]
    assert (seen.kind, seen.state, seen.order_no, seen.amount_fen) == (Kind.PAYMENT, ObservedState.PAID, ORDER, 1999)
    assert (asked.state, asked.provider_txn_id, asked.amount_fen) == (ObservedState.PAID, seen.provider_txn_id, 1999)
    assert len(asked.provider_txn_id) == 21
    assert asked.occurred_at == seen.occurred_at == hall.town.now


async def test_the_app_gets_a_number_and_the_same_one_again(hall: Hall) -> None:
    first = await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)
    again = await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)
    with pytest.raises(ProviderRefused) as dearer:
        await hall.unionpay.create(hall.order(scene=Scene.APP, amount_fen=Fen(2000)), hall.town.now)
    await hall.town.pay(ORDER)
    with pytest.raises(ProviderRefused) as paid:
        await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)

    assert first.client is not None
    assert first.client == again.client
    assert len(first.client["tn"]) == 21
    assert (dearer.value.provider_code, paid.value.provider_code) == ("12", "12")


async def test_a_form_is_taken_again_as_it_was_and_no_other_way(hall: Hall) -> None:
    form = await hall.form()
    first = await hall.open()
    again = await hall.open()
    other = await hall.open(amount_fen=Fen(2000))
    bent = await hall.town.phone.post(f"{GATEWAY}/frontTransReq.do", data=form | {"txnAmt": "1"})

    assert (first.status_code, again.status_code) == (303, 303)
    assert (other.status_code, "（12）" in other.text) == (400, True)
    assert (bent.status_code, "（11）" in bent.text) == (400, True)


async def test_refunds_are_trades_of_their_own_accepted_first_and_told_later(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    accepted = await hall.refund(500, query_id)
    underway = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    repeated = await hall.refund(500, query_id)
    hall.town.by_schedule(31)
    first = (await hall.told(2)).observation
    await hall.refund(1499, query_id, "REF0000000000002")
    hall.town.by_schedule(31)
    second = (await hall.told(3)).observation
    with pytest.raises(ProviderRefused) as too_much:
        await hall.refund(1, query_id, "REF0000000000003")
    asked = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    never_made = await hall.unionpay.query_refund(hall.refund_of(1, query_id, "REF0000000000009"), hall.town.now)

    assert (accepted, underway.state, repeated) == (RefundState.ACCEPTED, ObservedState.PENDING, RefundState.UNKNOWN)
    assert (first.kind, first.state, first.refund_no, first.amount_fen) == (
        Kind.REFUND,
        ObservedState.REFUNDED,
        REFUND,
        500,
    )
    assert (second.refund_no, second.amount_fen, second.provider_txn_id) == ("REF0000000000002", 1499, query_id)
    assert too_much.value.provider_code == "45"
    assert (asked.state, asked.provider_refund_id, asked.amount_fen) == (
        ObservedState.REFUNDED,
        first.provider_refund_id,
        500,
    )
    assert never_made.state is ObservedState.UNKNOWN
    assert (await hall.query()).state is ObservedState.PAID


async def test_a_refund_beyond_what_is_left_or_of_nothing_is_refused(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.refund(1000, query_id)
    with pytest.raises(ProviderRefused) as beyond:
        await hall.refund(1000, query_id, "REF0000000000002")
    with pytest.raises(ProviderRefused) as of_nothing:
        await hall.refund(1, "5" * 21, "REF0000000000002")

    assert (beyond.value.provider_code, of_nothing.value.provider_code) == ("36", "35")


async def test_a_void_takes_back_the_whole_payment_on_its_clearing_day(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    partial = await hall.code("backTransReq.do", void_of(query_id, "1000"))
    hall.town.later(hours=11)
    next_day = await hall.code("backTransReq.do", void_of(query_id))
    hall.town.later(hours=-1)
    whole = await hall.code("backTransReq.do", void_of(query_id))
    twice = await hall.code("backTransReq.do", void_of(query_id))
    another = await hall.code("backTransReq.do", void_of(query_id, number="REF0000000000002"))

    assert [partial, next_day, whole, twice, another] == ["36", "35", "00", "12", "45"]


async def test_an_order_ends_at_its_pay_timeout_and_the_query_says_so(hall: Hall) -> None:
    await hall.open()
    hall.town.later(minutes=30)
    await hall.town.phone.post(f"/cashier/{ORDER}")
    told = await hall.call("queryTrans.do", query_of())
    late = await hall.open(order_no=OrderNo("PAY0000000000002"))
    early = await hall.query()
    hall.town.later(minutes=90)

    assert (told["respCode"], told["origRespCode"]) == ("00", "01")
    assert (late.status_code, "（39）" in late.text) == (400, True)
    assert (early.state, (await hall.query()).state) == (ObservedState.PENDING, ObservedState.FAILED)
    assert hall.town.merchant.deliveries == []  # front trades tell of success alone


async def test_five_sends_in_twelve_minutes_and_no_more(hall: Hall) -> None:
    merchant = hall.town.merchant
    merchant.answers = [(500, b""), (204, b""), (302, b""), (404, b"")]
    merchant.usual = (503, b"")
    await hall.paid()
    for count, gap in enumerate((60, 120, 240, 300), 1):
        await hall.town.has_sent(count, ORDER)
        hall.town.by_schedule(gap - 20)
        await asyncio.sleep(0.1)
        assert len(merchant.deliveries) == count
        hall.town.by_schedule(20)
    await hall.town.has_sent(5, ORDER)
    hall.town.later(days=1)
    await asyncio.sleep(0.1)

    assert len(merchant.deliveries) == 5
    assert len({(await hall.told(count)).event_key for count in range(1, 6)}) == 1


async def test_the_file_of_a_clearing_day_adds_up(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    day = hall.town.today
    await hall.refund(500, query_id)
    hall.town.by_schedule(31)
    await hall.told(2)
    with pytest.raises(BillUnavailable):
        await hall.unionpay.download_bill(day, hall.town.now)
    hall.town.clock.at = datetime(day.year, day.month, day.day, 23, 0, tzinfo=SHANGHAI)
    hall.ordered_at, second = hall.town.now, OrderNo("PAY0000000000002")
    await hall.open(order_no=second, amount_fen=Fen(100000))
    await hall.town.pay(second)
    raw = await hall.unionpay.download_bill(day, hall.town.now)
    with pytest.raises(BillUnavailable):
        await hall.unionpay.download_bill(day + timedelta(days=1), hall.town.now)
    hall.town.later(days=1)
    next_raw = await hall.unionpay.download_bill(day + timedelta(days=1), hall.town.now)

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        trades, *others = archive.namelist()
        lines = archive.read(trades).split(b"\r\n")
    mer_id = hall.town.section["mer_id"]
    assert trades == f"INN{day:%y%m%d}88ZM_{mer_id}"
    assert others == [f"INN{day:%y%m%d}88ZME_{mer_id}", f"RD2008{day:%y%m%d}_{mer_id}"]
    assert [len(line) for line in lines] == [607, 607, 0]

    tally = Tally()
    rows = list(checked_rows(hall.unionpay.read_bill(raw, day)))
    for row in rows:
        tally.add(row)
    totals, fees = tally.totals(), charge(1999) - charge(500)
    assert (totals.payments, totals.payments_fen, totals.received_fen) == (1, 1999, 1999)
    assert (totals.refunds, totals.refunds_fen, totals.returned_fen, totals.fees_fen) == (1, 500, 500, fees)
    assert [row.observation.refund_no for row in rows] == [None, REFUND]
    [late] = checked_rows(hall.unionpay.read_bill(next_raw, day + timedelta(days=1)))
    assert (late.observation.order_no, late.observation.amount_fen) == (second, 100000)
    assert late.observation.occurred_at == datetime(day.year, day.month, day.day, 23, 0, tzinfo=SHANGHAI)


def test_days_without_a_year_are_the_latest_that_are_over() -> None:
    new_year = datetime(2027, 1, 1, 9, tzinfo=SHANGHAI)
    last_night = datetime(2026, 12, 31, 23, 30, tzinfo=SHANGHAI)

    assert clearing_day(last_night) == date(2027, 1, 1)
    assert day_named("1231", new_year) == day_named("1231", last_night) == date(2026, 12, 31)
    assert day_named("0101", new_year) == date(2026, 1, 1)
    assert day_named("0229", new_year) == date(2024, 2, 29)
    assert day_named("1332", new_year) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": "bm8="}, "11"),
        ({"signature": "+++"}, "11"),
        ({"certId": "1"}, "11"),
        ({"version": "5.0.0"}, "10"),
        ({"signMethod": "11"}, "10"),
        ({"encoding": "GBK"}, "10"),
        ({"txnTime": "20261320000000"}, "10"),
        ({"merId": "777290058167152"}, "31"),
        ({"txnType": "01"}, "32"),
        ({"merId": ""}, "13"),
        ({"orderId": ""}, "13"),
        ({"orderId": "PAY0000000000009"}, "34"),
    ],
)
async def test_requests_that_are_not_the_merchants_are_refused(hall: Hall, changes: dict[str, str], code: str) -> None:
    await hall.paid()

    assert await hall.code("queryTrans.do", query_of(), **changes) == code


async def test_what_is_no_form_is_a_bad_format(hall: Hall) -> None:
    for body in (b"&", b"a=1&a=2", b"txnType=%FF", "商户=1".encode()):
        answer = await hall.town.http.post(f"{GATEWAY}/queryTrans.do", content=body)
        assert "respCode=10" in answer.text


async def test_notices_kept_back_wait_at_the_desk(hall: Hall) -> None:
    await hall.town.switch(Fault.NEVER_CALL_BACK)
    await hall.open()
    await hall.town.pay(ORDER)
    hall.town.later(minutes=5)
    asked, before = await hall.query(), len(hall.town.merchant.deliveries)
    await hall.town.at_desk("release", order_no=ORDER)

    assert (asked.state, before) == (ObservedState.PAID, 0)
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_notices_come_twice_late_wrong_and_forged(hall: Hall) -> None:
    await hall.town.switch(Fault.CALL_BACK_TWICE)
    await hall.paid()
    assert (await hall.told(1)).event_key == (await hall.told(2)).event_key

    await hall.town.switch(Fault.CALL_BACK_LATE, Fault.WRONG_AMOUNT)
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second)
    await hall.town.pay(second)
    before = len(hall.town.merchant.deliveries)
    hall.town.by_schedule(121)
    wrong = await hall.told(3)

    await hall.town.switch(Fault.FORGED)
    third = OrderNo("PAY0000000000003")
    await hall.open(order_no=third)
    await hall.town.pay(third)

    assert (before, wrong.observation.order_no, wrong.observation.amount_fen) == (2, second, 1998)
    with pytest.raises(CallbackRefused, match="certificate"):
        await hall.told(4)


@pytest.mark.parametrize("scene", [Scene.WEB, Scene.APP])
async def test_paid_and_told_before_the_answer(hall: Hall, scene: Scene) -> None:
    await hall.town.switch(Fault.BEFORE_CREATE_RETURNS)

    if scene is Scene.WEB:
        await hall.open()
    else:
        await hall.unionpay.create(hall.order(scene=scene), hall.town.now)

    assert len(hall.town.merchant.deliveries) == 1
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_a_lost_answer_and_an_outage_leave_the_outcome_open(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.town.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500, query_id)
    await hall.town.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.query()
    await hall.town.switch()
    hall.town.by_schedule(31)

    assert await hall.refund(500, query_id) is RefundState.UNKNOWN  # 12: it had been taken
    await hall.told(2)
    asked = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    assert asked.state is ObservedState.REFUNDED


async def test_a_refund_that_the_bank_does_not_take_is_told_as_failed(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.town.switch(Fault.REFUND_ABNORMAL)
    accepted = await hall.refund(1999, query_id)
    hall.town.by_schedule(31)
    told = (await hall.told(2)).observation
    asked = await hall.unionpay.query_refund(hall.refund_of(1999, query_id), hall.town.now)
    await hall.town.switch()
    under_a_new_number = await hall.refund(1999, query_id, "REF0000000000002")

    assert accepted is RefundState.ACCEPTED
    assert (told.state, told.refund_no, asked.state) == (ObservedState.FAILED, REFUND, ObservedState.FAILED)
    assert under_a_new_number is RefundState.ACCEPTED
