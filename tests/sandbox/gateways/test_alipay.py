"""Alipay's sandbox, driven by the hall's adapter: what the one says the other understands."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
import pytest
from cryptography import x509

from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.errors import BillUnavailable, CallbackRefused, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Callback, NewOrder, NewRefund, RefundState, Scene
from backend.payments.providers.statements import Tally, checked_rows
from backend.sandbox.gateways.alipay.amounts import charge
from backend.sandbox.gateways.alipay.signing import certificate_sn, request_text, sign
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.keys import load_key
from tests.payments.providers.vectors import vector
from tests.sandbox.gateways.merchant import until
from tests.sandbox.gateways.town import URL, Town, town

GATEWAY = f"{URL}/gateway.do"
ORDER, REFUND = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")


class Hall:
    """The hall's adapter at a sandbox."""

    def __init__(self, told: Town) -> None:
        self.town = told
        config = msgspec.convert(told.section | {"notify_url": told.merchant.url}, AlipayConfig)
        self.alipay = Alipay(config, told.http)

    def order(self, **changes: Any) -> NewOrder:
        facts: dict[str, Any] = {
            "order_no": ORDER,
            "amount_fen": Fen(1999),
            "subject": "居住证工本费, 签注 + 快递",
            "scene": Scene.WEB,
            "ordered_at": self.town.now,
            "expires_at": self.town.now + timedelta(minutes=30),
            "return_url": "https://hall.example/payments/PAY0000000000001/back",
            "payer_ip": "203.0.113.7",
        }
        return NewOrder(**facts | changes)

    async def open(self, **changes: Any) -> httpx.Response:
        """The resident follows the signed address."""
        creation = await self.alipay.create(self.order(**changes), self.town.now)
        assert creation.url is not None
        return await self.town.phone.get(creation.url)

    async def paid(self) -> Callback:
        opened = await self.open()
        assert opened.headers["location"] == f"/cashier/{ORDER}"
        await self.town.pay(ORDER)
        return await self.told(1)

    async def told(self, count: int) -> Callback:
        """What the last of `count` notices says."""
        delivery = (await self.town.merchant.waits_for(count))[count - 1]
        return self.alipay.read_callback(delivery.headers, delivery.body, self.town.now)

    def refund_of(self, fen: int, number: str = REFUND, txn_id: str = "") -> NewRefund:
        return NewRefund(
            refund_no=RefundNo(number),
            order_no=ORDER,
            provider_txn_id=txn_id,
            amount_fen=Fen(fen),
            total_fen=Fen(1999),
            reason="多缴",
            requested_at=self.town.now,
        )

    async def refund(self, fen: int, number: str = REFUND) -> RefundState:
        return (await self.alipay.refund(self.refund_of(fen, number), self.town.now)).state

    async def query(self) -> Any:
        return await self.alipay.query(ORDER, self.town.now, self.town.now)

    async def call(self, method: str, content: Mapping[str, Any], **changes: str) -> dict[str, Any]:
        """As the adapter signs, with changes that it would not make; empty ones are left out."""
        theirs = self.town.section
        fields = {
            "app_id": theirs["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self.town.now:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "app_cert_sn": sn_of(theirs["app_certificate_pem"]),
            "alipay_root_cert_sn": sn_of(theirs["root_certificates_pem"]),
            "biz_content": msgspec.json.encode(content).decode(),
        }
        fields = {name: value for name, value in (fields | changes).items() if value}
        signed = {"sign": sign(load_key(theirs["app_key_pem"]), request_text(fields))} | fields
        answer = await self.town.http.post(GATEWAY, data=signed)
        told: dict[str, Any] = answer.json()
        return told


def sn_of(pem: str) -> str:
    return certificate_sn(x509.load_pem_x509_certificate(pem.encode()))


def fields_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), strict_parsing=True))


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with town("alipay", tmp_path, (200, b"success")) as told:
        yield Hall(told)


def test_certificates_are_named_as_published() -> None:
    published = vector("alipay_cert_sn")

    assert sn_of(published["app_cert_pem"]) == published["app_cert_sn"]


async def test_a_trade_does_not_exist_before_the_buyer_opens_the_cashier(hall: Hall) -> None:
    await hall.alipay.create(hall.order(), hall.town.now)
    told = await hall.call("alipay.trade.query", {"out_trade_no": ORDER})
    before = await hall.query()
    opened = await hall.open()
    cashier = await hall.town.phone.get(opened.headers["location"])
    waiting = await hall.query()

    assert told["alipay_trade_query_response"]["code"] == "40004"
    assert told["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert (before.state, before.provider_txn_id) == (ObservedState.PENDING, None)
    assert opened.status_code == 303
    assert "¥19.99" in cashier.text
    assert 'href="https://hall.example/payments/PAY0000000000001/back"' in cashier.text
    assert (waiting.state, len(waiting.provider_txn_id)) == (ObservedState.PENDING, 28)


async def test_paid_and_told_and_asked_it_is_the_same_trade(hall: Hall) -> None:
    callback = await hall.paid()
    asked = await hall.query()
    seen = callback.observation

    assert (seen.kind, seen.state, seen.order_no, seen.amount_fen) == (Kind.PAYMENT, ObservedState.PAID, ORDER, 1999)
    assert (asked.state, asked.provider_txn_id, asked.amount_fen) == (ObservedState.PAID, seen.provider_txn_id, 1999)
    assert asked.occurred_at == seen.occurred_at == hall.town.now


async def test_the_order_of_the_app_is_the_same_order(hall: Hall) -> None:
    creation = await hall.alipay.create(hall.order(scene=Scene.APP), hall.town.now)
    assert creation.client is not None

    opened = await hall.town.phone.post(GATEWAY, data=fields_of(creation.client["order"].encode()))

    assert opened.headers["location"] == f"/cashier/{ORDER}"


async def test_refunds_move_money_once_per_number_and_tell_the_sum(hall: Hall) -> None:
    await hall.paid()

    first = await hall.refund(500)
    repeated = await hall.refund(500)
    partial = await hall.told(2)
    second = await hall.refund(1499, "REF0000000000002")
    whole = await hall.told(3)
    with pytest.raises(ProviderRefused) as other_amount:
        await hall.refund(400)
    with pytest.raises(ProviderRefused) as too_much:
        await hall.refund(1, "REF0000000000003")
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    never_made = await hall.alipay.query_refund(hall.refund_of(500, "REF0000000000009"), hall.town.now)

    assert (first, repeated, second) == (RefundState.SUCCEEDED, RefundState.UNKNOWN, RefundState.SUCCEEDED)
    assert partial.observation.state is ObservedState.PARTIALLY_REFUNDED
    assert (partial.observation.refund_no, partial.observation.refunded_total_fen) == (REFUND, 500)
    assert whole.observation.state is ObservedState.REFUNDED
    assert (whole.observation.refund_no, whole.observation.refunded_total_fen) == ("REF0000000000002", 1999)
    assert other_amount.value.provider_code == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert too_much.value.provider_code == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert (asked.state, asked.refund_no, asked.amount_fen) == (ObservedState.REFUNDED, REFUND, 500)
    assert never_made.state is ObservedState.UNKNOWN
    assert (await hall.query()).state is ObservedState.PAID  # closed at Alipay, and yet it was paid
    assert len(hall.town.merchant.deliveries) == 3


async def test_the_refunds_notices_look_as_published(hall: Hall) -> None:
    await hall.paid()
    await hall.refund(500)
    paid, back = (fields_of(each.body) for each in await hall.town.merchant.waits_for(2))

    assert paid.keys() >= {
        "notify_time", "notify_type", "notify_id", "app_id", "auth_app_id", "charset", "version", "sign_type", "sign",
        "trade_no", "out_trade_no", "buyer_id", "buyer_logon_id", "seller_id", "seller_email", "trade_status",
        "total_amount", "receipt_amount", "invoice_amount", "buyer_pay_amount", "point_amount", "subject",
        "gmt_create", "gmt_payment", "fund_bill_list",
    }  # fmt: skip
    assert "refund_fee" not in paid
    assert (back["trade_status"], back["refund_fee"], back["out_biz_no"]) == ("TRADE_SUCCESS", "5.00", REFUND)
    assert back["gmt_refund"].startswith(f"{hall.town.now:%Y-%m-%d %H:%M:%S}.")
    assert back["notify_id"] != paid["notify_id"]


async def test_notices_come_again_by_the_schedule_newly_signed_until_the_seven_bytes(hall: Hall) -> None:
    merchant = hall.town.merchant
    merchant.answers = [(500, b""), (200, b"SUCCESS"), (200, b"success\n"), (302, b"success")]
    await hall.paid()

    for count, gap in enumerate((240, 600, 600, 3600), 1):
        await hall.town.has_sent(count, ORDER)
        hall.town.by_schedule(gap - 60)
        await asyncio.sleep(0.1)
        assert len(merchant.deliveries) == count
        hall.town.by_schedule(60)
    await hall.town.has_sent(5, ORDER)
    hall.town.later(days=2)
    await asyncio.sleep(0.1)
    sent = [fields_of(each.body) for each in merchant.deliveries]

    assert len(sent) == 5
    assert len({each["notify_id"] for each in sent}) == 1
    assert sent[0]["notify_time"] != sent[-1]["notify_time"]
    assert len({(await hall.told(count)).event_key for count in range(1, 6)}) == 1


async def test_after_eight_sends_alipay_gives_up(hall: Hall) -> None:
    hall.town.merchant.usual = (503, b"")
    await hall.paid()
    for count in range(1, 9):
        await hall.town.has_sent(count, ORDER)
        hall.town.later(days=1)
    await hall.refund(500)  # told after everything that was due
    await hall.town.merchant.waits_for(9)

    assert fields_of(hall.town.merchant.deliveries[8].body)["out_biz_no"] == REFUND


async def test_an_order_nobody_pays_is_closed_in_time_and_told(hall: Hall) -> None:
    await hall.open()
    hall.town.later(minutes=31)
    closed = await hall.told(1)
    reopened = await hall.open(expires_at=hall.town.now + timedelta(minutes=30))
    await hall.town.phone.post(f"/cashier/{ORDER}")

    assert (closed.observation.kind, closed.observation.state) == (Kind.CLOSED, ObservedState.CLOSED)
    assert "ACQ.TRADE_HAS_CLOSE" in reopened.text
    assert (await hall.query()).state is ObservedState.CLOSED


async def test_the_hall_closes_what_waits_and_nothing_else(hall: Hall) -> None:
    await hall.alipay.close(ORDER, hall.town.now)  # does not exist yet
    await hall.open()
    await hall.alipay.close(ORDER, hall.town.now)
    await hall.alipay.close(ORDER, hall.town.now)
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second)
    await hall.town.pay(second)
    with pytest.raises(ProviderRefused) as refused:
        await hall.alipay.close(second, hall.town.now)

    assert (await hall.query()).state is ObservedState.CLOSED
    assert refused.value.provider_code == "ACQ.TRADE_STATUS_ERROR"


async def test_the_desk_ends_the_time_for_refunds(hall: Hall) -> None:
    await hall.paid()
    assert "/desk/finish" in (await hall.town.phone.get("/")).text
    await hall.town.at_desk("finish", order_no=ORDER)
    finished = await hall.told(2)
    with pytest.raises(ProviderRefused) as refused:
        await hall.refund(500)

    assert (finished.observation.kind, finished.observation.state) == (Kind.PAYMENT, ObservedState.FINISHED)
    assert fields_of(hall.town.merchant.deliveries[1].body)["refund_fee"] == "0.00"
    assert refused.value.provider_code == "ACQ.TRADE_HAS_FINISHED"
    assert (await hall.query()).state is ObservedState.FINISHED


async def test_an_order_is_opened_again_as_it_was_and_no_other_way(hall: Hall) -> None:
    first, again = await hall.open(), await hall.open()
    dearer = await hall.open(amount_fen=Fen(2000))
    await hall.town.pay(ORDER)
    paid = await hall.open()

    assert (first.status_code, again.status_code) == (303, 303)
    assert (dearer.status_code, "ACQ.CONTEXT_INCONSISTENT" in dearer.text) == (400, True)
    assert (paid.status_code, "ACQ.TRADE_HAS_SUCCESS" in paid.text) == (400, True)


async def test_the_bill_of_a_day_adds_up(hall: Hall) -> None:
    await hall.paid()
    await hall.refund(500)
    await hall.refund(300, "REF0000000000002")
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second, amount_fen=Fen(100000), subject="补办，㊣ 证")
    await hall.town.pay(second)
    day = hall.town.today
    with pytest.raises(BillUnavailable):
        await hall.alipay.download_bill(day, hall.town.now)
    hall.town.later(days=1)
    raw = await hall.alipay.download_bill(day, hall.town.now)
    with pytest.raises(BillUnavailable):
        await hall.alipay.download_bill(day - timedelta(days=1), hall.town.now)

    tally = Tally()
    rows = list(checked_rows(hall.alipay.read_bill(raw, day)))
    for row in rows:
        tally.add(row)
    totals, fees = tally.totals(), charge(1999) + charge(100000) - charge(500) - charge(300)
    assert (totals.payments, totals.payments_fen, totals.received_fen) == (2, 101999, 101999)
    assert (totals.refunds, totals.refunds_fen, totals.fees_fen) == (2, 800, fees)
    assert [row.observation.refund_no for row in rows if row.observation.kind is Kind.REFUND] == [
        REFUND,
        "REF0000000000002",
    ]


async def test_the_bills_address_lives_thirty_seconds(hall: Hall) -> None:
    await hall.paid()
    day = hall.town.today
    hall.town.later(days=1)
    content = {"bill_type": "trade", "bill_date": day.isoformat()}
    told = await hall.call("alipay.data.dataservice.bill.downloadurl.query", content)
    address = told["alipay_data_dataservice_bill_downloadurl_query_response"]["bill_download_url"]

    hall.town.later(seconds=30)
    in_time = await hall.town.http.get(address)
    hall.town.later(seconds=1)
    too_late = await hall.town.http.get(address)

    assert (in_time.status_code, in_time.content[:2]) == (200, b"PK")
    assert too_late.status_code == 403


@pytest.mark.parametrize(
    ("changes", "code", "sub_code"),
    [
        ({"app_id": ""}, "40001", "isv.missing-app-id"),
        ({"app_id": "2021000000000009"}, "40002", "isv.invalid-app-id"),
        ({"method": "alipay.trade.nothing"}, "40002", "isv.invalid-method"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"sign": "bm8="}, "40002", "isv.invalid-signature"),
        ({"sign": "+++"}, "40002", "isv.invalid-signature"),
        ({"timestamp": "yesterday"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2020-01-01 00:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"app_cert_sn": ""}, "40001", "isv.missing-app-cert-sn"),
        ({"app_cert_sn": "0" * 32}, "40002", "isv.app-cert-not-exist"),
        ({"alipay_root_cert_sn": "0" * 32}, "40002", "isv.invalid-alipay-root-cert-sn"),
        ({"charset": "utf-16"}, "40002", "isv.invalid-charset"),
    ],
)
async def test_calls_that_are_not_the_merchants_are_refused(
    hall: Hall, changes: dict[str, str], code: str, sub_code: str
) -> None:
    told = await hall.call(**{"method": "alipay.trade.query", "content": {"out_trade_no": ORDER}} | changes)  # type: ignore[arg-type]

    [content] = told.values()  # no signature beside it
    assert (content["code"], content["sub_code"]) == (code, sub_code)


@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("alipay.trade.query", {}),
        ("alipay.trade.query", {"out_trade_no": 1}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "1.999"}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "0.00"}),
        ("alipay.trade.refund", {"out_trade_no": ORDER, "refund_amount": "5.00"}),  # partial, without its number
        ("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": "2026-02-30"}),
    ],
)
async def test_business_that_makes_no_sense_is_refused_signed(hall: Hall, method: str, content: Any) -> None:
    await hall.paid()
    told = await hall.call(method, content)

    assert told[f"{method.replace('.', '_')}_response"]["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert "sign" in told


async def test_an_address_that_was_changed_opens_nothing(hall: Hall) -> None:
    creation = await hall.alipay.create(hall.order(), hall.town.now)
    assert creation.url is not None

    cheaper = await hall.town.phone.get(creation.url.replace("19.99", "00.01"))
    twice = await hall.town.phone.get(f"{creation.url}&app_id=1")

    assert (cheaper.status_code, "isv.invalid-signature" in cheaper.text) == (400, True)
    assert twice.json()["error_response"]["code"] == "40002"
    assert "还没有" in (await hall.town.phone.get("/")).text


async def test_notices_kept_back_wait_at_the_desk(hall: Hall) -> None:
    await hall.town.switch(Fault.NEVER_CALL_BACK)
    await hall.open()
    await hall.town.pay(ORDER)
    hall.town.later(days=3)
    asked = await hall.query()
    before = len(hall.town.merchant.deliveries)
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
    with pytest.raises(CallbackRefused):
        await hall.told(4)


async def test_paid_and_told_before_the_phone_is_answered(hall: Hall) -> None:
    await hall.town.switch(Fault.BEFORE_CREATE_RETURNS)

    await hall.open()

    assert len(hall.town.merchant.deliveries) == 1
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_a_lost_answer_and_an_outage_leave_the_outcome_open(hall: Hall) -> None:
    await hall.paid()
    await hall.town.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500)
    await hall.town.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500)
    await hall.town.switch()

    assert await hall.refund(500) is RefundState.UNKNOWN  # it had moved the money: fund_change=N
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    assert asked.state is ObservedState.REFUNDED


async def test_a_refund_that_got_stuck_moves_when_it_is_asked_for_again(hall: Hall) -> None:
    await hall.paid()
    await hall.town.switch(Fault.REFUND_ABNORMAL)
    stuck = await hall.refund(500)
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    await hall.town.switch()
    again = await hall.refund(500)

    assert (stuck, asked.state, again) == (RefundState.UNKNOWN, ObservedState.UNKNOWN, RefundState.SUCCEEDED)
    await until(lambda: len(hall.town.merchant.deliveries) == 2)
