"""What is signed and how it is written (WeChat Pay API v3, "签名生成" and "签名验证")."""

import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import decode_base64, header
from backend.payments.providers.wechat.keys import PlatformKeys

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
WINDOW_S = 300  # a message whose age, in either direction, reaches this is refused

_PROBE = "WECHATPAY/SIGNTEST/"
_SECONDS = re.compile(r"[1-9][0-9]{8,10}", re.ASCII)


def request_message(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a request's Authorization signs; `path` with its query, `body` the bytes that are sent."""
    return f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def lines(*parts: str) -> bytes:
    """Parts each ended by a line feed, as for `paySign`."""
    return "".join(f"{part}\n" for part in parts).encode()


def authorization(
    key: RSAPrivateKey, mchid: str, serial: str, method: str, path: str, timestamp: str, nonce: str, body: bytes
) -> str:
    signature = rsa.sign(key, request_message(method, path, timestamp, nonce, body))
    return (
        f'{ALGORITHM} mchid="{mchid}",nonce_str="{nonce}",timestamp="{timestamp}",'
        f'serial_no="{serial}",signature="{signature}"'
    )


def verify(fields: Mapping[str, str], body: bytes, keys: PlatformKeys, now: datetime) -> str:
    """The serial of the key that signed this callback or answer; `fields` are headers by lower-case name.

    Raises CallbackRefused. Probes are told apart (PROBE) before anything else: they are no forgeries.
    """
    signature = header(fields, "wechatpay-signature")
    if signature.startswith(_PROBE):
        raise CallbackRefused(Reason.PROBE)
    if fields.get("wechatpay-signature-type", ALGORITHM) != ALGORITHM:
        raise CallbackRefused(Reason.ALGORITHM)
    timestamp, nonce = header(fields, "wechatpay-timestamp"), header(fields, "wechatpay-nonce")
    _check_age(timestamp, now)
    serial = header(fields, "wechatpay-serial")
    key = keys.find(serial, now)
    if key is None:
        raise CallbackRefused(Reason.UNKNOWN_KEY)
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    if not rsa.is_signed(key, message, decode_base64(signature)):
        raise CallbackRefused(Reason.SIGNATURE)
    return serial


def _check_age(timestamp: str, now: datetime) -> None:
    if _SECONDS.fullmatch(timestamp) is None:
        raise CallbackRefused(Reason.FORMAT)
    if abs(now.timestamp() - int(timestamp)) >= WINDOW_S:
        raise CallbackRefused(Reason.STALE)
