"""Requests to WeChat Pay: what is sent and signed, and which answers are believed."""

import base64
import gzip
import hashlib
import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import NewOrder, NewRefund, RefundState, Scene
from tests.payments.providers.keys import NOW, certificate, key
from tests.payments.providers.wechat.gateway import BASE, KEY_ID, REFUND, TRANSACTION, answer, pay, seal

ORDER_NO = OrderNo("PAY0000000000001")
APPLIED = {name: value for name, value in REFUND.items() if name not in {"mchid", "refund_status"}}


def order(scene: Scene) -> NewOrder:
    return NewOrder(
        order_no=ORDER_NO,
        amount_fen=Fen(1999),
        subject="居住证签注费 + 工本费",
        scene=scene,
        ordered_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        return_url="https://hall.example/pay/1",
        payer_ip="203.0.113.7",
        payer_openid="o-nobody",
    )


REFUNDING = NewRefund(
    refund_no=RefundNo("REF0000000000001"),
    order_no=ORDER_NO,
    provider_txn_id="4200002026112000000001",
    amount_fen=Fen(500),
    total_fen=Fen(1999),
    reason="多缴退费",
    requested_at=NOW,
)


def check_authorization(request: httpx.Request) -> None:
    """As WeChat Pay would: over the bytes that arrived."""
    told = dict(re.findall(r'(\w+)="([^"]*)"', request.headers["Authorization"]))
    message = (
        (f"{request.method}\n{request.url.raw_path.decode()}\n{told['timestamp']}\n{told['nonce_str']}\n").encode()
        + request.content
        + b"\n"
    )
    key("wechat merchant").public_key().verify(
        base64.b64decode(told["signature"]), message, padding.PKCS1v15(), hashes.SHA256()
    )
    assert request.headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")
    assert (told["mchid"], told["serial_no"][:8]) == ("1900000109", "3775B6A4")


async def test_h5_gives_an_address_for_five_minutes() -> None:
    asked: list[httpx.Request] = []

    def create(request: httpx.Request) -> httpx.Response:
        check_authorization(request)
        asked.append(request)
        return answer({"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1"})

    created = await pay(create).create(order(Scene.WEB), NOW)

    assert created.url is not None
    assert created.url.startswith("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&")
    assert parse_qs(urlsplit(created.url).query)["redirect_url"] == [order(Scene.WEB).return_url]
    assert created.expires_at == NOW + timedelta(minutes=5)
    assert asked[0].url == f"{BASE}/v3/pay/transactions/h5"
    assert asked[0].headers["Wechatpay-Serial"] == KEY_ID
    assert json.loads(asked[0].content) == {
        "appid": "wx0123456789abcdef",
        "mchid": "1900000109",
        "description": "居住证签注费 + 工本费",
        "out_trade_no": ORDER_NO,
        "time_expire": "2026-11-20T10:30:00+08:00",
        "notify_url": "https://hall.example/callbacks/wechat",
        "amount": {"total": 1999, "currency": "CNY"},
        "scene_info": {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}},
    }


async def test_the_same_order_is_asked_for_with_the_same_bytes() -> None:
    bodies: list[bytes] = []

    def create(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return answer({"code_url": "weixin://wxpay/bizpayurl?pr=1"})

    for _ in range(2):
        created = await pay(create).create(order(Scene.QR), NOW)

    assert created.qr_code == "weixin://wxpay/bizpayurl?pr=1"
    assert bodies[0] == bodies[1]


async def test_jsapi_is_signed_for_the_phone() -> None:
    created = await pay(lambda request: answer({"prepay_id": "wx201410272009395522"})).create(order(Scene.INSIDE), NOW)

    assert created.client is not None
    call = dict(created.client)
    message = f"{call['appId']}\n{call['timeStamp']}\n{call['nonceStr']}\n{call['package']}\n".encode()
    key("wechat merchant").public_key().verify(
        base64.b64decode(call["paySign"]), message, padding.PKCS1v15(), hashes.SHA256()
    )
    assert (call["package"], call["signType"]) == ("prepay_id=wx201410272009395522", "RSA")


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, json={"h5_url": "https://evil.example/"}),
        answer({"h5_url": "https://evil.example/"}, signer="somebody"),
        answer({"h5_url": "https://evil.example/"}, age_s=300),
        answer({}),
        answer(b"not json"),
        httpx.Response(500),
        httpx.Response(429),
        httpx.Response(302, headers={"Location": "https://evil.example/"}),
    ],
)
async def test_an_answer_that_is_not_theirs_is_none(reply: httpx.Response) -> None:
    with pytest.raises(ProviderUnavailable):
        await pay(lambda request: reply).create(order(Scene.WEB), NOW)


async def test_no_connection_leaves_the_outcome_open() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("away")

    with pytest.raises(ProviderUnavailable):
        await pay(fail).query(ORDER_NO, NOW, NOW)


async def test_a_definite_no_carries_their_word() -> None:
    with pytest.raises(ProviderRefused) as caught:
        await pay(lambda request: httpx.Response(403, json={"code": "NO_AUTH"})).create(order(Scene.WEB), NOW)

    assert caught.value.provider_code == "NO_AUTH"


@pytest.mark.parametrize(
    ("trade_state", "kind", "state"),
    [
        ("SUCCESS", Kind.PAYMENT, ObservedState.PAID),
        ("REFUND", Kind.PAYMENT, ObservedState.PAID),
        ("NOTPAY", Kind.PAYMENT, ObservedState.PENDING),
        ("USERPAYING", Kind.PAYMENT, ObservedState.PENDING),
        ("CLOSED", Kind.CLOSED, ObservedState.CLOSED),
        ("PAYERROR", Kind.PAYMENT, ObservedState.FAILED),
        ("SOMETHING_NEW", Kind.PAYMENT, ObservedState.UNKNOWN),
    ],
)
async def test_a_query_tells_the_state(trade_state: str, kind: Kind, state: ObservedState) -> None:
    def find(request: httpx.Request) -> httpx.Response:
        check_authorization(request)
        assert request.url.raw_path == b"/v3/pay/transactions/out-trade-no/PAY0000000000001?mchid=1900000109"
        return answer(TRANSACTION | {"trade_state": trade_state})

    seen = await pay(find).query(ORDER_NO, NOW, NOW)

    assert (seen.kind, seen.state, seen.amount_fen) == (kind, state, 1999)


async def test_an_unpaid_order_has_no_transaction_yet() -> None:
    told = {name: TRANSACTION[name] for name in ("appid", "mchid", "out_trade_no")} | {"trade_state": "NOTPAY"}

    seen = await pay(lambda request: answer(told)).query(ORDER_NO, NOW, NOW)

    assert (seen.state, seen.provider_txn_id, seen.amount_fen) == (ObservedState.PENDING, None, None)


async def test_an_order_they_do_not_know_is_unknown_not_failed() -> None:
    seen = await pay(lambda request: httpx.Response(404, json={"code": "ORDER_NOT_EXIST"})).query(ORDER_NO, NOW, NOW)

    assert seen.state is ObservedState.UNKNOWN


@pytest.mark.parametrize("changes", [{"out_trade_no": "PAY0000000000002"}, {"mchid": "1"}, {"appid": "wx1"}])
async def test_an_answer_about_another_order_is_none(changes: dict[str, str]) -> None:
    with pytest.raises(ProviderUnavailable):
        await pay(lambda request: answer(TRANSACTION | changes)).query(ORDER_NO, NOW, NOW)


async def test_an_answer_signed_by_a_new_certificate_is_believed_after_learning_it() -> None:
    serial = "6F1C72E2A8931B72A2E13AF8DEE92471EB397117"
    sealed = seal(certificate("newest platform", int(serial, 16)).encode(), context="certificate")
    signing = {"signer": "newest platform", "serial": serial}

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/certificates":
            return answer({"data": [{"serial_no": serial, "encrypt_certificate": sealed}]}, **signing)
        return answer(TRANSACTION, **signing)

    assert (await pay(reply).query(ORDER_NO, NOW, NOW)).state is ObservedState.PAID


async def test_closing_again_or_nothing_is_done() -> None:
    await pay(lambda request: answer(b"", 204)).close(ORDER_NO, NOW)
    for code in ("ORDER_CLOSED", "ORDER_NOT_EXIST"):
        reply = httpx.Response(400, json={"code": code})
        await pay(lambda request, reply=reply: reply).close(ORDER_NO, NOW)


async def test_closing_what_was_paid_is_refused() -> None:
    with pytest.raises(ProviderRefused):
        await pay(lambda request: httpx.Response(400, json={"code": "ORDER_PAID"})).close(ORDER_NO, NOW)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("SUCCESS", RefundState.SUCCEEDED),
        ("PROCESSING", RefundState.ACCEPTED),
        ("CLOSED", RefundState.FAILED),
        ("ABNORMAL", RefundState.ABNORMAL),
        ("NEW", RefundState.UNKNOWN),
    ],
)
async def test_a_refund_is_asked_for_with_the_same_bytes_every_time(status: str, state: RefundState) -> None:
    bodies: list[bytes] = []

    def accept(request: httpx.Request) -> httpx.Response:
        check_authorization(request)
        bodies.append(request.content)
        return answer(APPLIED | {"status": status})

    answers = [await pay(accept).refund(REFUNDING, NOW + timedelta(seconds=s)) for s in (0, 60)]

    assert bodies[0] == bodies[1]
    assert json.loads(bodies[0])["amount"] == {"refund": 500, "total": 1999, "currency": "CNY"}
    assert {each.state for each in answers} == {state}
    assert answers[0].provider_refund_id == REFUND["refund_id"]


async def test_a_refund_query_tells_the_refund() -> None:
    seen = await pay(lambda request: answer(APPLIED | {"status": "SUCCESS"})).query_refund(REFUNDING, NOW)

    assert (seen.kind, seen.state, seen.amount_fen) == (Kind.REFUND, ObservedState.REFUNDED, 500)


async def test_an_unknown_refund_is_unknown() -> None:
    reply = httpx.Response(404, json={"code": "RESOURCE_NOT_EXISTS"})

    assert (await pay(lambda request: reply).query_refund(REFUNDING, NOW)).state is ObservedState.UNKNOWN


def billing(file: bytes, **changes: Any) -> Any:
    told = {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(gzip.decompress(file)).hexdigest(),  # noqa: S324
        "download_url": f"{BASE}/v3/billdownload/file?token=abc",
        **changes,
    }

    def reply(request: httpx.Request) -> httpx.Response:
        check_authorization(request)
        if request.url.path == "/v3/billdownload/file":
            return httpx.Response(200, content=file)
        assert request.url.query == b"bill_date=2026-11-19&bill_type=ALL&tar_type=GZIP"
        return answer(told)

    return reply


async def test_the_bill_comes_as_published() -> None:
    file = gzip.compress("\ufeff交易时间".encode())

    assert await pay(billing(file)).download_bill(date(2026, 11, 19), NOW) == file


@pytest.mark.parametrize(
    "changes",
    [{"hash_value": "0" * 40}, {"hash_type": "MD5"}, {"download_url": "https://evil.example/v3/billdownload/file"}],
)
async def test_a_bill_with_another_digest_or_from_elsewhere_is_none(changes: dict[str, str]) -> None:
    with pytest.raises(ProviderUnavailable):
        await pay(billing(gzip.compress(b"x"), **changes)).download_bill(date(2026, 11, 19), NOW)


async def test_a_day_without_trades_has_no_bill() -> None:
    with pytest.raises(BillUnavailable):
        await pay(lambda request: httpx.Response(400, json={"code": "NO_STATEMENT_EXIST"})).download_bill(
            date(2026, 11, 19), NOW
        )


def test_the_exact_answers() -> None:
    assert pay().acknowledge().status == 200
    assert json.loads(pay().acknowledge().body)["code"] == "SUCCESS"
    assert (pay().decline().status, json.loads(pay().decline().body)["code"]) == (400, "FAIL")
