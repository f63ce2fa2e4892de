"""WeChat Pay's side: signs and seals by its own few lines, and answers requests. No code of the adapter is used."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives import ciphers, hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wechat.config import Cipher, WechatConfig
from tests.payments.providers.keys import NOW, key, private_pem, public_pem

API_V3_KEY = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
KEY_ID = "PUB_KEY_ID_0116000000012024"
BASE = "https://wechat.example"

TRANSACTION: dict[str, Any] = {
    "appid": "wx0123456789abcdef",
    "mchid": "1900000109",
    "out_trade_no": "PAY0000000000001",
    "transaction_id": "4200002026112000000001",
    "trade_type": "MWEB",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-20T09:59:58+08:00",
    "payer": {"openid": "o-nobody"},
    "amount": {"total": 1999, "payer_total": 1500, "currency": "CNY", "payer_currency": "CNY"},
}
REFUND: dict[str, Any] = {
    "mchid": "1900000109",
    "out_trade_no": "PAY0000000000001",
    "transaction_id": "4200002026112000000001",
    "out_refund_no": "REF0000000000001",
    "refund_id": "50000000382019052709732678859",
    "refund_status": "SUCCESS",
    "success_time": "2026-11-20T09:59:58+08:00",
    "amount": {"total": 1999, "refund": 500, "payer_total": 1999, "payer_refund": 500},
}


def config(**changes: Any) -> WechatConfig:
    return WechatConfig(
        **{
            "mchid": "1900000109",
            "appid": "wx0123456789abcdef",
            "merchant_serial": "3775B6A45ACD588826D15E583A95F5DD12345678",
            "merchant_key_pem": private_pem("wechat merchant"),
            "api_v3_key": API_V3_KEY,
            "notify_url": "https://hall.example/callbacks/wechat",
            "public_keys": {KEY_ID: public_pem("wechat platform")},
            "base_url": BASE,
            **changes,
        }
    )


def signed(
    body: bytes, now: datetime = NOW, *, age_s: int = 0, signer: str = "wechat platform", serial: str = KEY_ID
) -> dict[str, str]:
    """Headers of a callback or an answer whose timestamp is `age_s` seconds before `now`."""
    timestamp, nonce = str(int(now.timestamp()) - age_s), "593BEC0C930BF1AFEB40B4A08C8FB242"
    message = b"%s\n%s\n%s\n" % (timestamp.encode(), nonce.encode(), body)
    signature = key(signer).sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def seal(plaintext: bytes, cipher: str = "AEAD_AES_256_GCM", context: str = "transaction") -> dict[str, str]:
    nonce = "fdasflkja484"
    if cipher == Cipher.SM4:
        digest = hashes.Hash(hashes.SM3())
        digest.update(API_V3_KEY.encode())
        sealer = ciphers.Cipher(
            ciphers.algorithms.SM4(digest.finalize()[:16]), ciphers.modes.GCM(nonce.encode())
        ).encryptor()
        sealer.authenticate_additional_data(context.encode())
        sealed = sealer.update(plaintext) + sealer.finalize() + sealer.tag
    else:
        sealed = AESGCM(API_V3_KEY.encode()).encrypt(nonce.encode(), plaintext, context.encode())
    return {
        "algorithm": cipher,
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": context,
        "nonce": nonce,
        "original_type": "transaction",
    }


def notice(told: dict[str, Any], event: str = "TRANSACTION.SUCCESS", **changes: Any) -> bytes:
    resource = seal(json.dumps(told).encode()) | changes.pop("resource", {})
    return json.dumps(
        {
            "id": "EV-2026112010000000001",
            "create_time": "2026-11-20T10:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": resource,
            **changes,
        },
        ensure_ascii=False,
    ).encode()


Answering = Callable[[httpx.Request], httpx.Response]


def answer(told: Any, status: int = 200, **signing: Any) -> httpx.Response:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return httpx.Response(status, content=body, headers=signed(body, **signing))


def pay(answering: Answering | None = None, **changes: Any) -> WechatPay:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"nobody was to ask for {request.url}")

    http = httpx.AsyncClient(transport=httpx.MockTransport(answering or refuse))
    return WechatPay(config(**changes), http)
