"""Requests to Alipay's gateway, and answers believed by the signature over their raw JSON."""

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import hashes

from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import NewOrder, NewRefund, RefundState, Scene
from tests.payments.providers.alipay.gateway import GATEWAY, alipay, answer, check_request, replying
from tests.payments.providers.flips import every_flip
from tests.payments.providers.keys import NOW

ORDER_NO = OrderNo("PAY0000000000001")
TRADE = {
    "out_trade_no": ORDER_NO,
    "trade_no": "2026112022001400000000001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "19.99",
    "send_pay_date": "2026-11-20 09:59:58",
    "buyer_logon_id": "a**@居民.example",
}
REFUNDING = NewRefund(
    refund_no=RefundNo("REF0000000000001"),
    order_no=ORDER_NO,
    provider_txn_id="2026112022001400000000001",
    amount_fen=Fen(500),
    total_fen=Fen(1999),
    reason="多缴退费",
    requested_at=NOW,
)


def order(scene: Scene) -> NewOrder:
    return NewOrder(
        order_no=ORDER_NO,
        amount_fen=Fen(1999),
        subject="签注/工本=1&2",
        scene=scene,
        ordered_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        return_url="https://hall.example/pay/1?a=b",
        payer_ip="203.0.113.7",
    )


def refusing(sub_code: str, code: str = "40004") -> httpx.MockTransport:
    return replying(lambda method, content: {"code": code, "msg": "Business Failed", "sub_code": sub_code})


def raw(body: bytes) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(200, content=body))


async def test_wap_is_a_signed_address() -> None:
    created = await alipay().create(order(Scene.WEB), NOW)

    assert created.url is not None
    assert created.url.startswith(f"{GATEWAY}?")
    fields = dict(parse_qsl(urlsplit(created.url).query, strict_parsing=True))
    check_request(fields)
    assert fields["method"] == "alipay.trade.wap.pay"
    assert fields["timestamp"] == "2026-11-20 10:00:00"
    assert fields["return_url"] == "https://hall.example/pay/1?a=b"
    assert json.loads(fields["biz_content"]) == {
        "out_trade_no": ORDER_NO,
        "total_amount": "19.99",
        "subject": "签注 工本 1 2",
        "product_code": "QUICK_WAP_PAY",
        "time_expire": "2026-11-20 10:30:00",
        "quit_url": "https://hall.example/pay/1?a=b",
    }


async def test_app_is_a_signed_text() -> None:
    created = await alipay().create(order(Scene.APP), NOW)

    assert created.client is not None
    fields = dict(parse_qsl(created.client["order"], strict_parsing=True))
    check_request(fields)
    assert (fields["method"], fields["notify_url"]) == (
        "alipay.trade.app.pay",
        "https://hall.example/callbacks/alipay",
    )


@pytest.mark.parametrize(
    ("changes", "kind", "state"),
    [
        ({}, Kind.PAYMENT, ObservedState.PAID),
        ({"trade_status": "TRADE_FINISHED"}, Kind.PAYMENT, ObservedState.FINISHED),
        ({"trade_status": "WAIT_BUYER_PAY", "send_pay_date": ""}, Kind.PAYMENT, ObservedState.PENDING),
        ({"trade_status": "TRADE_CLOSED", "send_pay_date": ""}, Kind.CLOSED, ObservedState.CLOSED),
        ({"trade_status": "TRADE_CLOSED"}, Kind.PAYMENT, ObservedState.PAID),
        ({"trade_status": "TRADE_WONDERFUL"}, Kind.PAYMENT, ObservedState.UNKNOWN),
    ],
)
async def test_a_query_tells_the_state(changes: dict[str, str], kind: Kind, state: ObservedState) -> None:
    def find(method: str, content: dict[str, Any]) -> dict[str, Any]:
        assert (method, content) == ("alipay.trade.query", {"out_trade_no": ORDER_NO})
        return TRADE | changes

    seen = await alipay(replying(find)).query(ORDER_NO, NOW, NOW)

    assert (seen.kind, seen.state, seen.amount_fen) == (kind, state, 1999)


async def test_a_trade_that_does_not_exist_yet_is_pending() -> None:
    seen = await alipay(refusing("ACQ.TRADE_NOT_EXIST")).query(ORDER_NO, NOW, NOW)

    assert seen.state is ObservedState.PENDING


@pytest.mark.parametrize("transport", [refusing("ACQ.SYSTEM_ERROR"), refusing("isp.unknow-error", "20000")])
async def test_their_own_trouble_leaves_the_outcome_open(transport: httpx.MockTransport) -> None:
    with pytest.raises(ProviderUnavailable):
        await alipay(transport).query(ORDER_NO, NOW, NOW)


async def test_no_changed_byte_of_an_answer_is_believed() -> None:
    body = answer("alipay.trade.query", TRADE)
    signature_at = body.rindex(b',"sign"')

    answers = (changed + body[signature_at:] for changed in every_flip(body[:signature_at]))
    adapter = alipay(httpx.MockTransport(lambda request: httpx.Response(200, content=next(answers))))
    for _ in range(signature_at):
        with pytest.raises(ProviderUnavailable):
            await adapter.query(ORDER_NO, NOW, NOW)


@pytest.mark.parametrize(
    "body",
    [
        answer("alipay.trade.query", TRADE, signer="alipay app"),
        answer("alipay.trade.query", TRADE, hashing=hashes.SHA1()),  # noqa: S303
        answer("alipay.trade.query", TRADE | {"out_trade_no": "PAY0000000000002"}),
        answer("alipay.trade.query", TRADE | {"total_amount": 19.99}),
        answer("alipay.trade.query", TRADE | {"total_amount": "1e1"}),
        answer("alipay.trade.query", TRADE | {"send_pay_date": "yesterday"}),
        answer("alipay.trade.refund", TRADE),
        json.dumps({"alipay_trade_query_response": {"code": "10000"} | TRADE}).encode(),
        json.dumps({"alipay_trade_query_response": {"code": "10000"} | TRADE, "sign": 1}).encode(),
        b"<html>",
        b"{}",
        b"[]",
        b"[" * 100_000,
    ],
)
async def test_an_answer_that_is_not_theirs_is_none(body: bytes) -> None:
    with pytest.raises(ProviderUnavailable):
        await alipay(raw(body)).query(ORDER_NO, NOW, NOW)


async def test_an_unsigned_refusal_of_the_gateway_says_what_is_wrong_with_us() -> None:
    told = {"error_response": {"code": "40002", "msg": "Invalid", "sub_code": "isv.invalid-signature"}}

    with pytest.raises(ProviderRefused) as caught:
        await alipay(raw(json.dumps(told).encode())).query(ORDER_NO, NOW, NOW)

    assert caught.value.provider_code == "isv.invalid-signature"


async def test_closing_again_or_nothing_is_done() -> None:
    await alipay(replying(lambda method, content: {"out_trade_no": ORDER_NO})).close(ORDER_NO, NOW)
    await alipay(refusing("ACQ.TRADE_NOT_EXIST")).close(ORDER_NO, NOW)


@pytest.mark.parametrize(("paid_at", "is_refused"), [("", False), ("2026-11-20 09:59:58", True)])
async def test_closing_in_a_wrong_state_looks_which(paid_at: str, is_refused: bool) -> None:
    def reply(method: str, content: dict[str, Any]) -> dict[str, Any]:
        if method == "alipay.trade.close":
            return {"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"}
        return TRADE | {"trade_status": "TRADE_CLOSED", "send_pay_date": paid_at}

    if is_refused:
        with pytest.raises(ProviderRefused):
            await alipay(replying(reply)).close(ORDER_NO, NOW)
    else:
        await alipay(replying(reply)).close(ORDER_NO, NOW)


@pytest.mark.parametrize(("change", "state"), [("Y", RefundState.SUCCEEDED), ("N", RefundState.UNKNOWN)])
async def test_only_moved_money_is_a_refund(change: str, state: RefundState) -> None:
    def refund(method: str, content: dict[str, Any]) -> dict[str, Any]:
        assert (method, content["refund_amount"], content["out_request_no"]) == (
            "alipay.trade.refund",
            "5.00",
            "REF0000000000001",
        )
        return {"out_trade_no": ORDER_NO, "fund_change": change, "refund_fee": "5.00"}

    assert (await alipay(replying(refund)).refund(REFUNDING, NOW)).state is state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"refund_status": "REFUND_SUCCESS"}, ObservedState.REFUNDED),
        ({"refund_status": ""}, ObservedState.UNKNOWN),
        ({"refund_status": "REFUND_PROCESSING"}, ObservedState.UNKNOWN),
    ],
)
async def test_a_refund_query_tells_the_refund(told: dict[str, str], state: ObservedState) -> None:
    found = {
        "out_trade_no": ORDER_NO,
        "out_request_no": "REF0000000000001",
        "refund_amount": "5.00",
        "total_amount": "19.99",
        "gmt_refund_pay": "2026-11-20 10:01:00",
    }

    seen = await alipay(replying(lambda method, content: found | told)).query_refund(REFUNDING, NOW)

    assert (seen.kind, seen.state) == (Kind.REFUND, state)
    assert seen.amount_fen == (500 if told["refund_status"] else None)


async def test_another_refunds_answer_is_none() -> None:
    found = {"out_trade_no": ORDER_NO, "out_request_no": "OTHER", "refund_status": "REFUND_SUCCESS"}

    with pytest.raises(ProviderUnavailable):
        await alipay(replying(lambda method, content: found)).query_refund(REFUNDING, NOW)


def billing(address: str) -> httpx.MockTransport:
    gateway = replying(lambda method, content: {"bill_download_url": address})

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == "dwbillcenter.example":
            assert "Authorization" not in request.headers
            return httpx.Response(200, content=b"PK...")
        return gateway.handler(request)  # type: ignore[return-value]

    return httpx.MockTransport(handle)


async def test_the_bill_comes_as_published() -> None:
    transport = billing("https://dwbillcenter.example/downloadBillFile.resource?token=1")

    assert await alipay(transport).download_bill(date(2026, 11, 19), NOW) == b"PK..."


async def test_a_bill_from_a_plain_address_is_none() -> None:
    with pytest.raises(ProviderUnavailable):
        await alipay(billing("http://dwbillcenter.example/")).download_bill(date(2026, 11, 19), NOW)


async def test_a_day_without_trades_has_no_bill() -> None:
    with pytest.raises(BillUnavailable):
        await alipay(refusing("isp.bill_not_exist")).download_bill(date(2026, 11, 19), NOW)


def test_the_exact_answers() -> None:
    told = alipay().acknowledge()

    assert (told.status, told.body) == (200, b"success")
    assert alipay().decline().body != b"success"
