"""Requests to UnionPay: what is sent and signed, and which answers are believed."""

import base64
import zlib
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import NewOrder, NewRefund, RefundState, Scene
from tests.payments.providers.keys import NOW
from tests.payments.providers.unionpay.gateway import FILES, GATEWAY, check_request, replying, unionpay

ORDER_NO = OrderNo("PAY0000000000001")
PAID = {
    "origRespCode": "00",
    "queryId": "512611200959001234568",
    "txnAmt": "1999",
    "currencyCode": "156",
    "traceTime": "1120100002",
    "accNo": "dZRv+8/0==",
    "issAddnData": "{a=1&b=2}",
}
REFUNDING = NewRefund(
    refund_no=RefundNo("REF0000000000001"),
    order_no=ORDER_NO,
    provider_txn_id="512611200959001234568",
    amount_fen=Fen(500),
    total_fen=Fen(1999),
    reason="多缴退费",
    requested_at=NOW,
)


def order(scene: Scene) -> NewOrder:
    return NewOrder(
        order_no=ORDER_NO,
        amount_fen=Fen(1999),
        subject="签注费",
        scene=scene,
        ordered_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        return_url="https://hall.example/pay/1",
        payer_ip="203.0.113.7",
    )


async def test_front_is_a_signed_form() -> None:
    created = await unionpay().create(order(Scene.WEB), NOW)

    assert created.url == f"{GATEWAY}/frontTransReq.do"
    fields = dict(created.form or {})
    check_request(fields)
    assert (fields["txnAmt"], fields["txnTime"], fields["payTimeout"]) == ("1999", "20261120100000", "20261120103000")
    assert (fields["orderId"], fields["channelType"], fields["certId"]) == (ORDER_NO, "08", "68759663125")
    assert fields["frontUrl"] == "https://hall.example/pay/1"


async def test_app_is_a_transaction_number() -> None:
    def accept(url: str, asked: dict[str, str]) -> dict[str, str]:
        assert url == f"{GATEWAY}/appTransReq.do"
        return {"tn": "812345678901234567890"}

    assert (await unionpay(replying(accept)).create(order(Scene.APP), NOW)).client == {"tn": "812345678901234567890"}


async def test_a_definite_no_carries_their_code() -> None:
    with pytest.raises(ProviderRefused) as caught:
        await unionpay(replying(lambda url, asked: {"respCode": "31"})).create(order(Scene.APP), NOW)

    assert caught.value.provider_code == "31"


@pytest.mark.parametrize(
    ("code", "later", "state"),
    [
        ("00", timedelta(), ObservedState.PAID),
        ("A6", timedelta(), ObservedState.PAID),
        ("05", timedelta(), ObservedState.PENDING),
        ("01", timedelta(minutes=119), ObservedState.PENDING),
        ("01", timedelta(minutes=120), ObservedState.FAILED),
        ("03", timedelta(days=1), ObservedState.PENDING),
        ("", timedelta(days=1), ObservedState.UNKNOWN),
    ],
)
async def test_a_query_tells_what_became_of_the_order(code: str, later: timedelta, state: ObservedState) -> None:
    def find(url: str, asked: dict[str, str]) -> dict[str, str]:
        assert (url, asked["orderId"], asked["txnTime"]) == (f"{GATEWAY}/queryTrans.do", ORDER_NO, "20261120100000")
        return PAID | {"origRespCode": code}

    seen = await unionpay(replying(find)).query(ORDER_NO, NOW, NOW + later)

    assert (seen.kind, seen.state) == (Kind.PAYMENT, state)
    assert seen.amount_fen == (1999 if state is ObservedState.PAID else None)


async def test_an_order_they_do_not_know_is_unknown_not_failed() -> None:
    reply = replying(lambda url, asked: {"respCode": "34"})

    assert (await unionpay(reply).query(ORDER_NO, NOW, NOW)).state is ObservedState.UNKNOWN
    assert (await unionpay(reply).query_refund(REFUNDING, NOW)).state is ObservedState.UNKNOWN


@pytest.mark.parametrize(
    "transport",
    [
        replying(lambda url, asked: PAID, signer="forger"),
        replying(lambda url, asked: PAID | {"orderId": "PAY0000000000002"}),
        replying(lambda url, asked: PAID | {"txnTime": "20261120100001"}),
        replying(lambda url, asked: PAID | {"merId": "1"}),
        replying(lambda url, asked: PAID | {"txnAmt": "19.99"}),
        replying(lambda url, asked: PAID | {"version": "5.0.0"}),
        replying(lambda url, asked: {"respCode": "04"}),
        httpx.MockTransport(lambda request: httpx.Response(200, content=b"respCode=00&origRespCode=00")),
        httpx.MockTransport(lambda request: httpx.Response(200, content=b"\xff")),
        httpx.MockTransport(lambda request: httpx.Response(404)),
        httpx.MockTransport(lambda request: httpx.Response(502)),
    ],
)
async def test_an_answer_that_is_not_theirs_is_none(transport: httpx.MockTransport) -> None:
    with pytest.raises(ProviderUnavailable):
        await unionpay(transport).query(ORDER_NO, NOW, NOW)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("00", RefundState.ACCEPTED),
        ("05", RefundState.UNKNOWN),
        ("12", RefundState.UNKNOWN),
    ],
)
async def test_a_refund_is_accepted_or_to_be_queried(code: str, state: RefundState) -> None:
    def refund(url: str, asked: dict[str, str]) -> dict[str, str]:
        assert (url, asked["txnType"], asked["txnAmt"]) == (f"{GATEWAY}/backTransReq.do", "04", "500")
        assert (asked["orderId"], asked["txnTime"]) == ("REF0000000000001", "20261120100000")
        assert asked["origQryId"] == "512611200959001234568"
        return {"respCode": code, "queryId": "512611200959009999998"}

    answer = await unionpay(replying(refund)).refund(REFUNDING, NOW + timedelta(minutes=1))

    assert (answer.state, answer.provider_refund_id) == (state, "512611200959009999998")


async def test_a_refund_beyond_what_was_paid_is_refused() -> None:
    with pytest.raises(ProviderRefused):
        await unionpay(replying(lambda url, asked: {"respCode": "36"})).refund(REFUNDING, NOW)


@pytest.mark.parametrize(
    ("code", "state"),
    [("00", ObservedState.REFUNDED), ("05", ObservedState.PENDING), ("36", ObservedState.FAILED)],
)
async def test_a_refund_query_tells_the_refund(code: str, state: ObservedState) -> None:
    told = {"origRespCode": code, "queryId": "512611200959009999998", "txnAmt": "500", "origQryId": "51261"}

    seen = await unionpay(replying(lambda url, asked: told)).query_refund(REFUNDING, NOW)

    assert (seen.kind, seen.state, seen.refund_no, seen.amount_fen) == (Kind.REFUND, state, "REF0000000000001", 500)


def billing(content: str) -> httpx.MockTransport:
    def reply(url: str, asked: dict[str, Any]) -> dict[str, str]:
        assert (url, asked["txnType"], asked["settleDate"]) == (FILES, "76", "1119")
        return {"fileContent": content, "fileName": "../../../etc/passwd"}

    return replying(reply)


async def test_the_bill_comes_as_published() -> None:
    content = base64.b64encode(zlib.compress(b"PK...")).decode()

    assert await unionpay(billing(content)).download_bill(date(2026, 11, 19), NOW) == b"PK..."


@pytest.mark.parametrize("content", ["", "%", "AAAA", base64.b64encode(zlib.compress(b"PK")[:-1]).decode()])
async def test_a_damaged_bill_is_none(content: str) -> None:
    with pytest.raises(ProviderUnavailable):
        await unionpay(billing(content)).download_bill(date(2026, 11, 19), NOW)


async def test_a_day_without_trades_has_no_bill() -> None:
    with pytest.raises(BillUnavailable):
        await unionpay(replying(lambda url, asked: {"respCode": "98"})).download_bill(date(2026, 11, 19), NOW)


async def test_closing_asks_nobody() -> None:
    await unionpay().close(ORDER_NO, NOW)


def test_the_exact_answers() -> None:
    assert unionpay().acknowledge().status == 200
    assert unionpay().decline().status == 400
