"""Alipay's side: signs notices and answers by its own few lines. No code of the adapter is used."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.alipay.config import AlipayConfig
from tests.payments.providers.keys import key, private_pem, public_pem

GATEWAY = "https://alipay.example/gateway.do"

NOTICE = {
    "notify_time": "2026-11-20 10:00:00",
    "notify_type": "trade_status_sync",
    "notify_id": "2026112000222100000000001",
    "app_id": "2021000000000001",
    "auth_app_id": "2021000000000001",
    "charset": "utf-8",
    "version": "1.0",
    "sign_type": "RSA2",
    "trade_no": "2026112022001400000000001",
    "out_trade_no": "PAY0000000000001",
    "buyer_id": "2088000000000002",
    "seller_id": "2088000000000001",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "19.99",
    "receipt_amount": "19.99",
    "subject": "居住证 + 工本费 = 1%",
    "gmt_create": "2026-11-20 09:59:00",
    "gmt_payment": "2026-11-20 09:59:58",
    "fund_bill_list": '[{"amount":"19.99","fundChannel":"ALIPAYACCOUNT"}]',
    "a_field_of_tomorrow": "x",
}
PARTIAL = {"refund_fee": "5.00", "gmt_refund": "2026-11-20 09:59:59.123", "out_biz_no": "REF0000000000001"}


def config(**changes: Any) -> AlipayConfig:
    return AlipayConfig(
        **{
            "app_id": "2021000000000001",
            "seller_id": "2088000000000001",
            "app_key_pem": private_pem("alipay app"),
            "notify_url": "https://hall.example/callbacks/alipay",
            "public_key_pem": public_pem("alipay"),
            "gateway": GATEWAY,
            **changes,
        }
    )


def sign(text: str, charset: str = "utf-8", signer: str = "alipay", hashing: hashes.HashAlgorithm | None = None) -> str:
    signature = key(signer).sign(text.encode(charset), padding.PKCS1v15(), hashing or hashes.SHA256())
    return base64.b64encode(signature).decode()


def joined(fields: Mapping[str, str], *, without: set[str] = frozenset(), empties: bool = True) -> str:  # type: ignore[assignment]
    kept = {name: value for name, value in fields.items() if name not in without and (value or empties)}
    return "&".join(f"{name}={kept[name]}" for name in sorted(kept))


def notice(changes: Mapping[str, str] = {}, *, empties: bool = True, **signing: Any) -> bytes:
    fields = NOTICE | changes
    charset = fields["charset"]
    text = joined(fields, without={"sign", "sign_type", "alipay_cert_sn"}, empties=empties)
    return urlencode({"sign": sign(text, charset, **signing)} | fields, encoding=charset).encode()


Answering = Callable[[str, dict[str, Any]], dict[str, Any]]


def answer(method: str, told: Any, **signing: Any) -> bytes:
    """The envelope with spaces and escapes that a second dump would lose."""
    content = told if isinstance(told, str) else json.dumps({"code": "10000", "msg": "Success", **told}, indent=1)
    signature = sign(content, **signing)
    return f'{{"{method.replace(".", "_")}_response":{content},"sign":"{signature}"}}'.encode()


def replying(reply: Answering, **signing: Any) -> httpx.MockTransport:
    """A gateway that checks the request as Alipay would."""

    def handle(request: httpx.Request) -> httpx.Response:
        fields = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        check_request(fields)
        told = reply(fields["method"], json.loads(fields["biz_content"]))
        return httpx.Response(200, content=answer(fields["method"], told, **signing))

    return httpx.MockTransport(handle)


def check_request(fields: dict[str, str]) -> None:
    signature = base64.b64decode(fields["sign"])
    text = joined(fields, without={"sign"}, empties=False)
    key("alipay app").public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


def alipay(transport: httpx.MockTransport | None = None, **changes: Any) -> Alipay:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"nobody was to ask for {request.url}")

    return Alipay(config(**changes), httpx.AsyncClient(transport=transport or httpx.MockTransport(refuse)))
