"""The hall's WeChat Pay adapter against the sandbox's WeChat Pay, over HTTP."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography import x509

from backend.payments.models import Kind, Observation, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import (
    BillUnavailable,
    CallbackRefused,
    ProviderRefused,
    ProviderUnavailable,
    Reason,
)
from backend.payments.providers.protocol import NewOrder, NewRefund, RefundState, Scene
from backend.payments.providers.statements import Tally, disagreements
from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wechat.config import WechatConfig
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.wechat.gateway import WechatGateway
from tests.payments.providers.keys import private_pem
from tests.sandbox.gateways.town import Town, town

ORDER_NO, REFUND_NO = OrderNo("PAY0000000000001"), RefundNo("REF0000000000001")
ACKNOWLEDGED = (200, b'{"code":"SUCCESS","message":"OK"}')


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town("wechat", tmp_path, ACKNOWLEDGED) as built:
        yield built


@pytest.fixture
def hall(place: Town) -> WechatPay:
    return adapter(place)


def adapter(place: Town, **changes: Any) -> WechatPay:
    section = {**place.section, "notify_url": place.merchant.url, **changes}
    return WechatPay(msgspec.convert(section, WechatConfig), place.http)


def order(place: Town, scene: Scene = Scene.WEB, **changes: Any) -> NewOrder:
    return NewOrder(
        **{
            "order_no": ORDER_NO,
            "amount_fen": Fen(1999),
            "subject": "居住证签注费, 工本`费",
            "scene": scene,
            "ordered_at": place.now,
            "expires_at": place.now + timedelta(minutes=30),
            "return_url": f"{place.merchant.url}/payments/1",
            "payer_ip": "203.0.113.7",
            "payer_openid": "o-nobody",
            **changes,
        }
    )


def refund(place: Town, txn_id: str, **changes: Any) -> NewRefund:
    return NewRefund(
        **{
            "refund_no": REFUND_NO,
            "order_no": ORDER_NO,
            "provider_txn_id": txn_id,
            "amount_fen": Fen(500),
            "total_fen": Fen(1999),
            "reason": "多缴退费",
            "requested_at": place.now,
            **changes,
        }
    )


async def told(place: Town, hall: WechatPay, count: int = 1) -> Observation:
    """What the last of so many notices says."""
    delivery = (await place.merchant.waits_for(count))[count - 1]
    return hall.read_callback(delivery.headers, delivery.body, place.now).observation


async def paid(place: Town, hall: WechatPay) -> str:
    """The transaction's number."""
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    number = (await told(place, hall)).provider_txn_id
    assert number is not None
    return number


async def test_from_the_order_to_the_bill(place: Town, hall: WechatPay) -> None:
    await hall.create(order(place), place.now)
    waiting = await hall.query(ORDER_NO, place.now, place.now)
    await place.pay(ORDER_NO)
    notice = await told(place, hall)
    asked = await hall.query(ORDER_NO, place.now, place.now)

    assert waiting.state is ObservedState.PENDING
    assert (notice.state, notice.amount_fen, notice.order_no) == (ObservedState.PAID, 1999, ORDER_NO)
    assert asked == notice

    txn_id = notice.provider_txn_id or ""
    first = await hall.refund(refund(place, txn_id), place.now)
    second = refund(place, txn_id, refund_no=RefundNo("REF0000000000002"), amount_fen=Fen(1499))
    await hall.refund(second, place.now)
    pending = await hall.query_refund(second, place.now)
    place.by_schedule(30)
    refunded = [await told(place, hall, number) for number in (2, 3)]

    assert (first.state, pending.state) == (RefundState.ACCEPTED, ObservedState.PENDING)
    assert {(each.refund_no, each.state, each.amount_fen) for each in refunded} == {
        (REFUND_NO, ObservedState.REFUNDED, 500),
        (second.refund_no, ObservedState.REFUNDED, 1499),
    }
    assert await hall.query_refund(second, place.now) in refunded
    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PAID

    statement = hall.read_bill(await hall.download_bill(place.today, place.now), place.today)
    rows, tally = list(statement.rows()), Tally()
    for row in rows:
        tally.add(row)
    assert [row.observation.kind for row in rows] == [Kind.PAYMENT, Kind.REFUND, Kind.REFUND]
    assert rows[0].observation.occurred_at == notice.occurred_at
    assert [row.fee_fen for row in rows] == [12, -3, -9]
    assert disagreements(statement.totals(), tally.totals()) == []


@pytest.mark.parametrize(("scene", "given"), [(Scene.INSIDE, "client"), (Scene.QR, "qr_code")])
async def test_other_ways_to_pay(place: Town, hall: WechatPay, scene: Scene, given: str) -> None:
    created = await hall.create(order(place, scene), place.now)
    await place.pay(ORDER_NO)

    assert str(getattr(created, given)).count("wx") >= 1
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_the_same_order_again_is_the_same_and_another_one_is_refused(place: Town, hall: WechatPay) -> None:
    first = await hall.create(order(place, Scene.QR), place.now)
    again = await hall.create(order(place, Scene.QR), place.now)
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place, Scene.QR, amount_fen=Fen(2000)), place.now)

    assert again == first
    assert refused.value.provider_code == "INVALID_REQUEST"


async def test_a_closed_order_is_not_paid_and_a_paid_one_not_closed(place: Town, hall: WechatPay) -> None:
    other = OrderNo("PAY0000000000002")
    await hall.create(order(place), place.now)
    await hall.create(order(place, order_no=other), place.now)
    await hall.close(ORDER_NO, place.now)
    await hall.close(ORDER_NO, place.now)
    await hall.close(OrderNo("PAY0000000000003"), place.now)
    await place.pay(ORDER_NO)
    await place.pay(other)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.CLOSED
    for call in (hall.close(other, place.now), hall.create(order(place, order_no=other), place.now)):
        with pytest.raises(ProviderRefused) as refused:
            await call
        assert refused.value.provider_code == "ORDERPAID"
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place), place.now)
    assert refused.value.provider_code == "ORDER_CLOSED"


async def test_nothing_is_paid_after_its_time(place: Town, hall: WechatPay) -> None:
    await hall.create(order(place), place.now)
    place.later(minutes=30)
    await place.pay(ORDER_NO)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING


async def test_what_is_not_known(place: Town, hall: WechatPay) -> None:
    asked = await hall.query(ORDER_NO, place.now, place.now)
    refunded = await hall.query_refund(refund(place, "4200000000000000000000000000"), place.now)
    with pytest.raises(ProviderRefused) as refused:
        await hall.refund(refund(place, "4200000000000000000000000000"), place.now)
    with pytest.raises(BillUnavailable):
        await hall.download_bill(place.today, place.now)

    assert asked.state is refunded.state is ObservedState.UNKNOWN
    assert refused.value.provider_code == "RESOURCE_NOT_EXISTS"


async def test_a_refund_repeated_refunds_nothing_again(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)

    first = await hall.refund(refund(place, txn_id), place.now)
    again = await hall.refund(refund(place, txn_id), place.now)

    assert again == first
    changed: dict[str, dict[str, Any]] = {
        "INVALID_REQUEST": {"amount_fen": Fen(499)},
        "NOT_ENOUGH": {"refund_no": RefundNo("REF0000000000002"), "amount_fen": Fen(1500)},
    }
    for code, changes in changed.items():
        with pytest.raises(ProviderRefused) as refused:
            await hall.refund(refund(place, txn_id, **changes), place.now)
        assert refused.value.provider_code == code


async def test_a_stuck_refund_can_be_given_back_at_the_desk(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_ABNORMAL)
    await hall.refund(refund(place, txn_id), place.now)
    place.by_schedule(30)
    stuck = await told(place, hall, 2)
    place.merchant.answers = [(500, b"")]
    await place.at_desk("decide", refund_no=REFUND_NO)
    back = await told(place, hall, 3)

    assert (stuck.state, back.state) == (ObservedState.ABNORMAL, ObservedState.REFUNDED)


async def test_a_closed_refund_gives_nothing_back(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_CLOSED)
    await hall.refund(refund(place, txn_id), place.now)
    place.by_schedule(30)
    closed = await told(place, hall, 2)
    await place.switch()
    whole = refund(place, txn_id, refund_no=RefundNo("REF0000000000002"), amount_fen=Fen(1999))

    assert closed.state is ObservedState.CLOSED
    assert (await hall.refund(whole, place.now)).state is RefundState.ACCEPTED


async def test_a_retry_tells_what_was_to_be_told_then(place: Town, hall: WechatPay) -> None:
    """A refund that has been given back meanwhile does not change the notice of its being stuck."""
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_ABNORMAL)
    await hall.refund(refund(place, txn_id), place.now)
    place.merchant.answers = [(500, b""), ACKNOWLEDGED]
    place.by_schedule(30)
    first = await told(place, hall, 2)
    await place.has_sent(1, REFUND_NO)
    await place.at_desk("decide", refund_no=REFUND_NO)
    await told(place, hall, 3)
    place.by_schedule(15)
    again = await told(place, hall, 4)

    assert (first.state, again.state) == (ObservedState.ABNORMAL, ObservedState.ABNORMAL)


def test_the_schedule_is_the_published_one() -> None:
    assert WechatGateway.gaps == (
        15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
    )  # fmt: skip
    assert sum(WechatGateway.gaps) == 24 * 3600 + 4 * 60


async def test_a_notice_comes_again_newly_signed_until_200_or_204(place: Town, hall: WechatPay) -> None:
    place.merchant.answers = [(500, b""), (302, b""), (202, b""), (204, b"")]
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    reads = []
    for number, gap in enumerate((15, 15, 30, 180), 1):
        delivery = (await place.merchant.waits_for(number))[-1]
        reads.append(hall.read_callback(delivery.headers, delivery.body, place.now))
        await place.has_sent(number, ORDER_NO)
        place.by_schedule(gap)

    assert place.book.notices_about(ORDER_NO)[0].acknowledged
    assert len({read.event_key for read in reads}) == 1
    assert len({delivery.headers["wechatpay-nonce"] for delivery in place.merchant.deliveries}) == 4
    assert {read.verified_serial for read in reads} == {*place.section["public_keys"], known_certificate(place)}


def known_certificate(place: Town) -> str:
    [pem] = place.section["certificates"]
    return f"{x509.load_pem_x509_certificate(pem.encode()).serial_number:X}"


async def test_a_probe_comes_before_the_good_signature(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.SIGNATURE_PROBE)
    place.merchant.answers = [(400, b"")]
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    with pytest.raises(CallbackRefused) as refused:
        await told(place, hall)
    await place.has_sent(1, ORDER_NO)
    place.by_schedule(15)

    assert refused.value.reason is Reason.PROBE
    assert (await told(place, hall, 2)).state is ObservedState.PAID


async def test_one_notice_in_twenty_is_a_probe(place: Town, hall: WechatPay) -> None:
    for number in range(20):
        order_no = OrderNo(f"PAY{number:013}")
        await hall.create(order(place, order_no=order_no), place.now)
        await place.pay(order_no)
    deliveries = await place.merchant.waits_for(20)

    probes = [each for each in deliveries if each.headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")]
    assert len(probes) == 1


async def test_a_new_certificate_must_be_downloaded(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.NEW_CERTIFICATE)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    with pytest.raises(CallbackRefused) as refused:
        await told(place, hall)
    await hall.refresh_keys(place.now)

    assert refused.value.reason is Reason.UNKNOWN_KEY
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_a_merchant_with_certificates_alone_is_answered_by_certificate(place: Town) -> None:
    hall = adapter(place, public_keys={})

    await hall.create(order(place), place.now)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING


@pytest.mark.parametrize(
    ("fault", "reason"), [(Fault.FORGED, Reason.SIGNATURE), (Fault.WRONG_AMOUNT, None), (Fault.CALL_BACK_TWICE, None)]
)
async def test_bent_notices(place: Town, hall: WechatPay, fault: Fault, reason: Reason | None) -> None:
    await place.switch(fault)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)

    if reason is not None:
        with pytest.raises(CallbackRefused) as refused:
            await told(place, hall)
        assert refused.value.reason is reason
    elif fault is Fault.WRONG_AMOUNT:
        assert (await told(place, hall)).amount_fen == 1998
    else:
        assert await told(place, hall, 2) == await told(place, hall, 1)
        assert place.merchant.deliveries[0].body != place.merchant.deliveries[1].body
    assert (await hall.query(ORDER_NO, place.now, place.now)).amount_fen == 1999


async def test_notices_kept_back_are_let_go_at_the_desk(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.NEVER_CALL_BACK)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    place.later(days=2)
    await asyncio.sleep(0.2)

    assert place.merchant.deliveries == []
    assert place.book.notices_about(ORDER_NO)[0].due_at is None
    await place.switch()
    await place.at_desk("release", order_no=ORDER_NO)
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_a_late_notice_waits_two_minutes(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.CALL_BACK_LATE)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    place.by_schedule(119)
    await asyncio.sleep(0.2)

    assert place.merchant.deliveries == []
    place.by_schedule(1)
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_paid_and_told_before_the_order_is_answered(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.BEFORE_CREATE_RETURNS)

    created = await hall.create(order(place), place.now)

    assert created.url is not None
    assert (await told(place, hall)).state is ObservedState.PAID
    await asyncio.sleep(0.2)
    assert len(place.merchant.deliveries) == 1


async def test_a_lost_answer_has_done_its_work(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.create(order(place), place.now)
    await place.switch()

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING


async def test_while_it_is_down_nothing_is_done(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.create(order(place), place.now)
    await place.switch()

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.UNKNOWN


async def test_an_outage_of_the_api_leaves_its_pages(place: Town, hall: WechatPay) -> None:
    created = await hall.create(order(place), place.now)
    await place.switch(Fault.DOWN, Fault.ANSWER_LOST)

    let_in = await place.phone.get(str(created.url), headers=FROM_HALL)

    assert let_in.headers["location"] == f"/cashier/{ORDER_NO}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"merchant_serial": "5F1C72E2A8931B72A2E13AF8DEE92471EB397115"}, "SIGN_ERROR"),
        ({"merchant_key_pem": private_pem("a stranger")}, "SIGN_ERROR"),
        ({"mchid": "1900000110"}, "SIGN_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"notify_url": "ftp://hall.example/"}, "PARAM_ERROR"),
    ],
)
async def test_who_is_not_the_merchant_is_refused(place: Town, change: dict[str, str], code: str) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await adapter(place, **change).create(order(place), place.now)

    assert refused.value.provider_code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_fen": 0},
        {"amount_fen": 10**10},
        {"subject": ""},
        {"order_no": "PAY/0001"},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
async def test_orders_beyond_the_published_bounds_are_refused(
    place: Town, hall: WechatPay, changes: dict[str, Any]
) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place, **changes), place.now)

    assert refused.value.provider_code == "PARAM_ERROR"


async def test_the_bill_is_written_as_published(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    raw = await hall.download_bill(place.today, place.now)
    file = gzip.decompress(raw).decode()
    lines = file.split("\r\n")

    assert file.startswith("\ufeff交易时间,")
    assert (len(lines), lines[-1]) == (5, "")
    cells = lines[1].removeprefix("`").split(",`")
    assert len(cells) == len(lines[0].split(",")) == 27
    assert (cells[5], cells[6], cells[9], cells[12]) == (txn_id, ORDER_NO, "SUCCESS", "19.99")
    assert (cells[20], cells[22], cells[23]) == ("居住证签注费, 工本 费", "0.12000", "0.60%")
    assert lines[3] == "`1.0,`19.99,`0.00,`0.00,`0.12000,`19.99,`0.00"


async def test_a_bill_is_downloaded_within_thirty_seconds(place: Town, hall: WechatPay) -> None:
    await paid(place, hall)
    address = await bill_address(place, hall)
    place.later(seconds=30)

    with pytest.raises(ProviderRefused):
        await hall._client.send("GET", address, place.now)


async def bill_address(place: Town, hall: WechatPay) -> str:
    path = f"/v3/bill/tradebill?bill_date={place.today}&bill_type=ALL"
    told = json.loads((await hall._client.request("GET", path, place.now)).body)
    return hall._client.local_path(told["download_url"])


async def test_the_way_in_and_back(place: Town, hall: WechatPay) -> None:
    created = await hall.create(order(place), place.now)

    let_in = await place.phone.get(str(created.url), headers=FROM_HALL)
    cashier = await place.phone.get(let_in.headers["location"])

    assert (let_in.status_code, let_in.headers["location"]) == (303, f"/cashier/{ORDER_NO}")
    assert f'href="{order(place).return_url}"' in cashier.text
    assert "确认支付" in cashier.text
    await place.pay(ORDER_NO)
    assert "支付成功" in (await place.phone.get(f"/cashier/{ORDER_NO}")).text


FROM_HALL = {"Referer": "http://127.0.0.1/"}


@pytest.mark.parametrize(
    ("headers", "query", "later_s", "words"),
    [
        ({}, {}, 0, "商家参数格式有误"),
        ({"Referer": "https://evil.example/"}, {}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "https://evil.example/"}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "javascript:alert(1)"}, 0, "未配置"),
        (FROM_HALL, {"redirect_url": "http://[::1"}, 0, "未配置"),
        (FROM_HALL, {"package": "१"}, 0, "已失效"),
        (FROM_HALL, {}, 300, "已失效"),
        (FROM_HALL, {"prepay_id": "wx20261120100000PAY9"}, 0, "没有这笔订单"),
    ],
)
async def test_who_is_not_let_in(
    place: Town, hall: WechatPay, headers: dict[str, str], query: dict[str, str], later_s: int, words: str
) -> None:
    url = httpx.URL(str((await hall.create(order(place), place.now)).url))
    place.later(seconds=later_s)

    refused = await place.phone.get(url.copy_merge_params(query), headers=headers)

    assert words in refused.text
    assert refused.status_code in {403, 404}


async def test_an_order_is_found_by_its_transaction(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)

    path = f"/v3/pay/transactions/id/{txn_id}?mchid={place.section['mchid']}"
    answer = json.loads((await hall._client.request("GET", path, place.now)).body)

    assert (answer["out_trade_no"], answer["trade_state"], answer["trade_type"]) == (ORDER_NO, "SUCCESS", "MWEB")
