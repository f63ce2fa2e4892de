"""What is signed: RSA2, which is RSA with SHA-256 ("异步通知验签", "自行实现签名")."""

from collections.abc import Mapping
from datetime import datetime

from backend.payments.providers import rsa
from backend.payments.providers.alipay.keys import AlipayKeys
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import decode_base64, field

SIGN_TYPE = "RSA2"
CERTIFICATE_FIELD = "alipay_cert_sn"

_UNSIGNED = frozenset({"sign", "sign_type", CERTIFICATE_FIELD})


def request_text(fields: Mapping[str, str]) -> str:
    """Of a request everything but `sign` and empty values is signed, `sign_type` included."""
    return _joined({name: value for name, value in fields.items() if value and name != "sign"})


def notice_texts(fields: Mapping[str, str]) -> list[str]:
    """Of a notice everything but `sign` and `sign_type`, new fields included; Alipay's SDKs differ on empty values,
    so the text without them is tried too: it needs a valid signature all the same.
    """
    signed = {name: value for name, value in fields.items() if name not in _UNSIGNED}
    whole, bare = _joined(signed), _joined({name: value for name, value in signed.items() if value})
    return [whole] if whole == bare else [whole, bare]


def verify_notice(fields: Mapping[str, str], charset: str, keys: AlipayKeys, now: datetime) -> str:
    """The name of the key that signed; raises CallbackRefused."""
    if fields.get("sign_type") != SIGN_TYPE:
        raise CallbackRefused(Reason.ALGORITHM)
    signature = decode_base64(field(fields, "sign"))
    candidates = keys.candidates(fields.get(CERTIFICATE_FIELD), now)
    if not candidates:
        raise CallbackRefused(Reason.UNKNOWN_KEY)
    for text in notice_texts(fields):
        for name, key in candidates:
            if rsa.is_signed(key, text.encode(charset), signature):
                return name
    raise CallbackRefused(Reason.SIGNATURE)


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields))
