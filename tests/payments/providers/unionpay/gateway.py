"""UnionPay's side: a chain of its own, and its own few lines of signing. No code of the adapter is used."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from tests.payments.providers.keys import certificate, key, private_pem

GATEWAY = "https://unionpay.example/gateway/api"
FILES = "https://files.unionpay.example/"
NAME = "041@8310000000083040@中国银联股份有限公司@00016495"


def root() -> str:
    return certificate("unionpay root", 1, common_name="ROOT", is_ca=True)


def middle() -> str:
    return certificate("unionpay middle", 2, common_name="OCA1", issuer="unionpay root", issuer_name="ROOT", is_ca=True)


def leaf(name: str = "unionpay", **changes: Any) -> str:
    """As UnionPay sends it, with CRLF."""
    told = {"common_name": NAME, "issuer": "unionpay middle", "issuer_name": "OCA1", **changes}
    return certificate(name, 68759585078, **told).replace("\n", "\r\n")


def notice_fields() -> dict[str, str]:
    return {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "signPubKeyCert": leaf(),
        "txnType": "01",
        "txnSubType": "01",
        "bizType": "000201",
        "accessType": "0",
        "merId": "777290058167151",
        "orderId": "PAY0000000000001",
        "txnTime": "20261120095900",
        "txnAmt": "1999",
        "currencyCode": "156",
        "queryId": "512611200959001234568",
        "respCode": "00",
        "respMsg": "成功[0000000]",
        "settleAmt": "1999",
        "settleDate": "1120",
        "traceNo": "123456",
        "traceTime": "1120095958",
        "accNo": "6226********0000",
        "reqReserved": "",
        "a_field_of_tomorrow": "{x=1&y=2}",
    }


REFUND = {
    "txnType": "04",
    "txnSubType": "00",
    "orderId": "REF0000000000001",
    "txnAmt": "500",
    "queryId": "512611200959009999998",
    "origQryId": "512611200959001234568",
}


def config(**changes: Any) -> UnionpayConfig:
    return UnionpayConfig(
        **{
            "mer_id": "777290058167151",
            "cert_id": "68759663125",
            "sign_key_pem": private_pem("unionpay merchant"),
            "back_url": "https://hall.example/callbacks/unionpay",
            "root_certificate": root(),
            "middle_certificates": [middle()],
            "gateway": GATEWAY,
            "files": FILES,
            **changes,
        }
    )


def signed(fields: Mapping[str, str], signer: str = "unionpay") -> dict[str, str]:
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
    digest = hashlib.sha256(text.encode()).hexdigest().encode()
    signature = key(signer).sign(digest, padding.PKCS1v15(), hashes.SHA256())
    return {**fields, "signature": base64.b64encode(signature).decode()}


def notice(changes: Mapping[str, str] = {}, signer: str = "unionpay") -> bytes:
    return urlencode(signed(notice_fields() | changes, signer)).encode()


def check_request(fields: dict[str, str]) -> None:
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if name != "signature")
    digest = hashlib.sha256(text.encode()).hexdigest().encode()
    key("unionpay merchant").public_key().verify(
        base64.b64decode(fields["signature"]), digest, padding.PKCS1v15(), hashes.SHA256()
    )
    assert "" not in fields.values()


Answering = Callable[[str, dict[str, str]], dict[str, str]]


def replying(reply: Answering, **signing: Any) -> httpx.MockTransport:
    """Answers as `k=v&k=v`, not URL-encoded, with what was asked repeated."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        check_request(asked)
        repeated = {name: value for name, value in asked.items() if name not in {"signature", "certId", "backUrl"}}
        told = repeated | {"signPubKeyCert": leaf(), "respCode": "00"} | reply(str(request.url), asked)
        text = "&".join(f"{name}={value}" for name, value in signed(told, **signing).items())
        return httpx.Response(200, content=text.encode())

    return httpx.MockTransport(handle)


def unionpay(transport: httpx.MockTransport | None = None, **changes: Any) -> Unionpay:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"nobody was to ask for {request.url}")

    return Unionpay(config(**changes), httpx.AsyncClient(transport=transport or httpx.MockTransport(refuse)))
