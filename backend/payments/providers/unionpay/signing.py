"""signMethod 01 of version 5.1.0: RSA with SHA-256 over the hex SHA-256 of the sorted fields ("签名说明")."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import decode_base64, field
from backend.payments.providers.unionpay.certificates import Signers

VERSION = "5.1.0"
SIGN_METHOD = "01"

_OPENING = {"{": "}", "[": "]"}


def digest(fields: Mapping[str, str]) -> str:
    """Lower-case hex SHA-256 of every field but `signature`, sorted, with decoded values; 64 characters."""
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature")
    return hashlib.sha256(text.encode()).hexdigest()


def sign(key: RSAPrivateKey, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with their signature."""
    return {**fields, "signature": rsa.sign(key, digest(fields).encode())}


def verify(fields: Mapping[str, str], signers: Signers, now: datetime) -> str:
    """The serial of UnionPay's certificate; raises CallbackRefused. 5.0.0 (SHA-1) and shared keys are not believed."""
    if fields.get("version") != VERSION or fields.get("signMethod") != SIGN_METHOD:
        raise CallbackRefused(Reason.ALGORITHM)
    if fields.get("encoding", "").upper() != "UTF-8":
        raise CallbackRefused(Reason.FORMAT)
    signature = decode_base64(field(fields, "signature"))
    signer = signers.find(field(fields, "signPubKeyCert"), now)
    if not rsa.is_signed(signer.key, digest(fields).encode(), signature):
        raise CallbackRefused(Reason.SIGNATURE)
    return signer.serial


def split_answer(text: str) -> dict[str, str]:
    """Fields of a synchronous answer, which is not URL-encoded: `+` and `=` are themselves, and an ampersand inside
    `{…}` or `[…]` separates nothing. Raises CallbackRefused for what is no answer.
    """
    fields: dict[str, str] = {}
    for part in _parts(text):
        name, equals, value = part.partition("=")
        if not name or not equals or name in fields:
            raise CallbackRefused(Reason.FORMAT)
        fields[name] = value
    return fields


def _parts(text: str) -> list[str]:
    parts, start, closing = [], 0, [""]
    for at, sign_ in enumerate(text):
        if sign_ == "&" and len(closing) == 1:
            parts.append(text[start:at])
            start = at + 1
        elif sign_ in _OPENING:
            closing.append(_OPENING[sign_])
        elif sign_ == closing[-1]:
            closing.pop()
    return [*parts, text[start:]]
