"""Signed requests to UnionPay; answers count when signed by its certificate and about what was asked."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import httpx

from backend.core.clock import SHANGHAI
from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable
from backend.payments.providers.unionpay.certificates import Signers
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.providers.unionpay.signing import SIGN_METHOD, VERSION, sign, split_answer, verify
from backend.payments.providers.wire import LARGEST_ANSWER, LARGEST_BILL, send


class UnionpayClient:
    """One merchant's exchange with the gateway."""

    def __init__(self, config: UnionpayConfig, http: httpx.AsyncClient) -> None:
        self.config = config
        self.signers = Signers(config)
        self._key = rsa.load_private_key(config.sign_key_pem)
        self._http = http

    def signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        """A request with what all of them carry."""
        common = {
            "version": VERSION,
            "encoding": "UTF-8",
            "certId": self.config.cert_id,
            "signMethod": SIGN_METHOD,
            "accessType": "0",
            "merId": self.config.mer_id,
        }
        return sign(self._key, {**common, **fields})

    async def exchange(
        self, url: str, fields: Mapping[str, str], now: datetime, limit: int = LARGEST_ANSWER
    ) -> dict[str, str]:
        """The verified fields of the answer, whatever its respCode; raises ProviderUnavailable."""
        body = urlencode(self.signed(fields)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        answer = await send(self._http, "POST", url, headers=headers, body=body, limit=limit)
        if answer.status != 200:
            raise ProviderUnavailable
        try:
            told = split_answer(answer.body.decode().strip())
            verify(told, self.signers, now)
        except (CallbackRefused, UnicodeDecodeError) as error:
            raise ProviderUnavailable from error
        if any(told.get(name) != fields[name] for name in ("orderId", "txnTime") if name in fields):
            raise ProviderUnavailable
        if told.get("merId") != self.config.mer_id:
            raise ProviderUnavailable
        return told


def local_time(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")


def unpacked(content: str) -> bytes:
    """`fileContent`: base64 of zlib of the file; raises ProviderUnavailable when it is not, or too large."""
    try:
        inflating = zlib.decompressobj()
        file = inflating.decompress(base64.b64decode(content.encode("ascii"), validate=True), LARGEST_BILL)
    except (binascii.Error, UnicodeEncodeError, zlib.error) as error:
        raise ProviderUnavailable from error
    if not inflating.eof:
        raise ProviderUnavailable
    return file
