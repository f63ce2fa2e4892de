"""The sandbox's own signing for WeChat Pay against values that its SDKs publish."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from backend.sandbox.gateways.wechat import signing
from backend.sandbox.gateways.wechat.errors import WechatError
from backend.sandbox.gateways.wechat.signing import Asked, Merchant, Signer, read_merchant, seal
from tests.payments.providers.keys import key
from tests.payments.providers.vectors import vector

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ASKED = Asked("GET", "/v3/certificates", b"")
MERCHANT = Merchant("1900000109", "3775B6A4", key("wechat merchant").public_key())


@pytest.mark.parametrize("case", vector("wechat_auth_header_layout")["cases"])
def test_what_a_request_signs(case: dict[str, Any]) -> None:
    asked = Asked(case["method"], case["url"], case["body"].encode())

    assert asked.message(str(case["timestamp"]), case["nonce"]).decode() == case["to_sign"]


def test_a_resource_is_sealed_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    published = vector("wechat_aes256gcm")
    monkeypatch.setattr(signing, "letters", lambda count: published["nonce"][:count])

    sealed = seal(published["api_v3_key"], published["plaintext"].encode(), published["associated_data"])

    assert sealed == {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": published["ciphertext"],
        "associated_data": published["associated_data"],
        "nonce": published["nonce"],
    }


def test_every_seal_has_a_nonce_of_its_own() -> None:
    api_v3_key = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
    first, second = (seal(api_v3_key, b"message", "transaction") for _ in range(2))

    opened = AESGCM(api_v3_key.encode()).decrypt(
        second["nonce"].encode(), base64.b64decode(second["ciphertext"]), b"transaction"
    )
    assert opened == b"message"
    assert first["nonce"] != second["nonce"]


def test_a_merchant_is_known_by_its_certificate() -> None:
    published = vector("wechat_rsa_verify_java")

    merchant = read_merchant("1900000109", published["cert_pem"])

    assert merchant.serial == published["serial"]
    merchant.key.verify(base64.b64decode(published["signature"]), published["message"].encode(), PKCS1v15(), SHA256())
    assert x509.load_pem_x509_certificate(published["cert_pem"].encode()).public_key() == merchant.key


def test_headers_of_an_answer_are_signed_over_its_bytes() -> None:
    headers = Signer("PUB_KEY_ID_1", key("wechat platform")).headers(b'{"a":1}', NOW)

    message = f"{int(NOW.timestamp())}\n{headers['Wechatpay-Nonce']}\n".encode() + b'{"a":1}\n'
    signature = base64.b64decode(headers["Wechatpay-Signature"])
    key("wechat platform").public_key().verify(signature, message, PKCS1v15(), SHA256())
    assert headers["Wechatpay-Serial"] == "PUB_KEY_ID_1"


def authorization(age_s: int = 0, *, signed: Asked = ASKED, **changes: str) -> str:
    """As a merchant writes it."""
    timestamp, nonce = str(int(NOW.timestamp()) - age_s), "593BEC0C930BF1AFEB40B4A08C8FB242"
    message = signed.message(timestamp, nonce)
    signature = base64.b64encode(key("wechat merchant").sign(message, PKCS1v15(), SHA256())).decode()
    parts = {
        "mchid": "1900000109",
        "serial_no": "3775B6A4",
        "nonce_str": nonce,
        "timestamp": timestamp,
        "signature": signature,
    }
    return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in (parts | changes).items())


@pytest.mark.parametrize("age_s", [0, 299, -299])
def test_a_merchant_is_believed_for_five_minutes(age_s: int) -> None:
    MERCHANT.check(authorization(age_s), ASKED, NOW)


@pytest.mark.parametrize(
    "told",
    [
        authorization(300),
        authorization(-300),
        authorization(mchid="1900000110"),
        authorization(serial_no="3775B6A5"),
        authorization(nonce_str="593BEC0C930BF1AFEB40B4A08C8FB243"),
        authorization(signature="!"),
        authorization(signature="YWJj"),
        authorization(timestamp="now"),
        authorization(timestamp="१"),
        authorization(signed=Asked("POST", ASKED.path, b"")),
        authorization(signed=Asked("GET", "/v3/certificates?all=1", b"")),
        authorization(signed=Asked("GET", ASKED.path, b"{}")),
        authorization().replace("SHA256", "SHA1"),
        authorization().replace(",timestamp", ",age"),
        "",
    ],
)
def test_anything_else_is_refused_as_a_bad_signature(told: str) -> None:
    with pytest.raises(WechatError) as refused:
        MERCHANT.check(told, ASKED, NOW)

    assert (refused.value.status, refused.value.code) == (401, "SIGN_ERROR")
