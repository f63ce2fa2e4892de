"""Layouts, signatures and ciphers, held to the values that WeChat Pay's own SDKs publish."""

import base64
from typing import Any

import pytest
from cryptography import x509

from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused
from backend.payments.providers.intake import decode_base64
from backend.payments.providers.wechat.ciphers import unseal
from backend.payments.providers.wechat.config import Cipher
from backend.payments.providers.wechat.keys import certificate_key
from backend.payments.providers.wechat.signing import request_message
from tests.payments.providers.flips import every_flip
from tests.payments.providers.vectors import vector
from tests.payments.providers.wechat.gateway import API_V3_KEY, seal

LAYOUT = vector("wechat_auth_header_layout")
SEALED = vector("wechat_aes256gcm")
SIGNED = vector("wechat_rsa_verify_java")


@pytest.mark.parametrize("case", LAYOUT["cases"])
def test_the_published_layout_of_a_request(case: dict[str, Any]) -> None:
    message = request_message(case["method"], case["url"], str(case["timestamp"]), case["nonce"], case["body"].encode())

    assert message.decode() == case["to_sign"]


def open_published(**changes: str) -> bytes:
    told = {name: SEALED[name] for name in ("nonce", "associated_data", "ciphertext")} | changes
    return unseal(Cipher.AES, SEALED["api_v3_key"], **told)


def test_the_published_ciphertext_opens() -> None:
    assert open_published() == SEALED["plaintext"].encode()


def test_no_changed_byte_of_the_published_ciphertext_opens() -> None:
    for changed in every_flip(base64.b64decode(SEALED["ciphertext"])):
        with pytest.raises(CallbackRefused):
            open_published(ciphertext=base64.b64encode(changed).decode())


@pytest.mark.parametrize(
    "nonce", ["", "1", "1234567", "12345678901", "1234567890123", "密" * 4, "密" * 12, "\ud800" * 12]
)
def test_a_nonce_of_another_length_is_refused(nonce: str) -> None:
    with pytest.raises(CallbackRefused):
        open_published(nonce=nonce)


@pytest.mark.parametrize("ciphertext", ["", "=", "abc", "ab==", "AAAA", "WECHATPAY/SIGNTEST/1", "密", "ulwS iIaj"])
def test_a_ciphertext_that_is_none_is_refused(ciphertext: str) -> None:
    with pytest.raises(CallbackRefused):
        open_published(ciphertext=ciphertext)


def test_an_empty_associated_data_is_allowed() -> None:
    sealed = seal(b"{}", context="")

    opened = unseal(Cipher.AES, API_V3_KEY, nonce=sealed["nonce"], associated_data="", ciphertext=sealed["ciphertext"])

    assert opened == b"{}"


def test_sm4_stands_behind_the_same_door() -> None:
    sealed = seal(b"{}", Cipher.SM4)
    told = {name: sealed[name] for name in ("nonce", "associated_data", "ciphertext")}

    assert unseal(Cipher.SM4, API_V3_KEY, **told) == b"{}"
    with pytest.raises(CallbackRefused):
        unseal(Cipher.SM4, API_V3_KEY, **told | {"associated_data": "other"})


def test_the_published_signature_verifies_and_no_other_message() -> None:
    key = rsa.key_of(x509.load_pem_x509_certificate(SIGNED["cert_pem"].encode()))
    signature = decode_base64(SIGNED["signature"])

    assert rsa.is_signed(key, SIGNED["message"].encode(), signature)
    assert not rsa.is_signed(key, b"massage", signature)
    assert not any(rsa.is_signed(key, SIGNED["message"].encode(), changed) for changed in every_flip(signature))


def test_the_published_certificate_has_its_serial() -> None:
    serial, _ = certificate_key(SIGNED["cert_pem"])

    assert serial == SIGNED["serial"]
