"""WeChat Pay's side of one contract: its keys, the merchant's, and answers that carry a signature."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from cryptography import x509
from litestar import Response

from backend.core.clock import SHANGHAI, Clock
from backend.sandbox.gateways.keys import load_key, new_key
from backend.sandbox.gateways.wechat.contract import Kept, PlatformCertificate
from backend.sandbox.gateways.wechat.signing import Signer, read_merchant


class Platform:
    """`certificate` signs now and is known to the merchant; `next_certificate` has to be downloaded first."""

    def __init__(self, kept: Kept, clock: Clock, url: str) -> None:
        self.kept, self._clock, self.url = kept, clock, url
        self.merchant = read_merchant(kept.mchid, kept.merchant_certificate_pem)
        self.public_key = Signer(kept.public_key_id, load_key(kept.public_key_pem))
        self.certificate, self.next_certificate = map(_signer, kept.certificates)

    @cached_property
    def stranger(self) -> Signer:
        """Says it is the platform, with a key of its own."""
        return Signer(self.kept.public_key_id, new_key())

    def now(self) -> datetime:
        return self._clock.now()

    def answer(self, told: Any, asked_serial: str, status: int = 200) -> Response[bytes]:
        """Signed by the kind of key that the merchant asked for with its header Wechatpay-Serial."""
        body = b"" if told is None else msgspec.json.encode(told)
        signer = self.public_key if asked_serial == self.public_key.serial else self.certificate
        headers = signer.headers(body, self.now())
        return Response(body, status_code=status, headers=headers, media_type="application/json")


def instant(at: datetime) -> str:
    """`2026-11-20T10:00:00+08:00`"""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def without_nothing(told: Mapping[str, Any]) -> dict[str, Any]:
    """WeChat Pay leaves out what there is not."""
    return {name: value for name, value in told.items() if value is not None}


def certificate_of(each: PlatformCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(each.certificate_pem.encode())


def _signer(each: PlatformCertificate) -> Signer:
    return Signer(f"{certificate_of(each).serial_number:X}", load_key(each.key_pem))
