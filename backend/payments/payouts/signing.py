"""What the bank and we sign: a request by method, path, time, nonce and body; an answer by the nonce it answers."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from backend.payments.payouts.errors import NoticeRefused
from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused
from backend.payments.providers.intake import decode_base64

WINDOW_S = 300  # a notice whose age, in either direction, reaches this is refused
TIME, NONCE, SIGNATURE, CLIENT = "bank-time", "bank-nonce", "bank-signature", "bank-client"
_SECONDS = re.compile(r"[1-9][0-9]{8,10}", re.ASCII)


def sign_request(
    key: RSAPrivateKey, client_id: str, method: str, path: str, body: bytes, now: datetime
) -> dict[str, str]:
    time, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    signature = rsa.sign(key, _message(f"{method}\n{path}", time, nonce, body))
    return {CLIENT: client_id, TIME: time, NONCE: nonce, SIGNATURE: signature, "content-type": "application/json"}


def is_answer(
    key: RSAPublicKey, status: int, asked: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> bool:
    """Whether the bank said this, and in answer to this very request."""
    time, nonce = headers.get(TIME, ""), asked[NONCE]
    return _verified(key, headers, _message(str(status), time, nonce, body))


def check_notice(key: RSAPublicKey, path: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises NoticeRefused unless the bank has signed this, lately. Names of headers in lower case."""
    time = headers.get(TIME, "")
    if not _SECONDS.fullmatch(time) or abs(now.timestamp() - int(time)) >= WINDOW_S:
        raise NoticeRefused(reason="stale")
    if not _verified(key, headers, _message(f"POST\n{path}", time, headers.get(NONCE, ""), body)):
        raise NoticeRefused(reason="signature")


def _verified(key: RSAPublicKey, headers: Mapping[str, str], message: bytes) -> bool:
    try:
        signature = decode_base64(headers.get(SIGNATURE, ""))
    except CallbackRefused:
        return False
    return rsa.is_signed(key, message, signature)


def _message(what: str, time: str, nonce: str, body: bytes) -> bytes:
    return f"{what}\n{time}\n{nonce}\n".encode() + body + b"\n"
