"""Both directions signed with RSA and SHA-256 over lines of text; see docs/sandbox-bank.md."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

_WINDOW_S = 300


def lines(what: str, time: str, nonce: str, body: bytes) -> bytes:
    return b"\n".join([what.encode(), time.encode(), nonce.encode(), body, b""])


def headers_for(key: RSAPrivateKey, what: str, nonce: str, body: bytes, now: datetime) -> dict[str, str]:
    time = str(int(now.timestamp()))
    signature = key.sign(lines(what, time, nonce, body), padding.PKCS1v15(), SHA256())
    return {
        "Content-Type": "application/json",
        "Bank-Time": time,
        "Bank-Nonce": nonce,
        "Bank-Signature": base64.b64encode(signature).decode(),
    }


def new_nonce() -> str:
    return secrets.token_hex(16)


def refusal_of(key: RSAPublicKey, what: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
    """Why a client's request is not believed; None where it is."""
    time, nonce = headers.get("bank-time", ""), headers.get("bank-nonce", "")
    if not time.isascii() or not time.isdigit() or abs(now.timestamp() - int(time)) >= _WINDOW_S:
        return "time_out_of_window"
    try:
        signature = base64.b64decode(headers.get("bank-signature", ""), validate=True)
        key.verify(signature, lines(what, time, nonce, body), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return "bad_signature"
    return None
