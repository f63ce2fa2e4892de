"""Signed requests to WeChat Pay, believed only when the answer is signed too."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused, ProviderRefused, ProviderUnavailable, Reason
from backend.payments.providers.wechat.ciphers import unseal
from backend.payments.providers.wechat.config import Cipher, WechatConfig
from backend.payments.providers.wechat.keys import PlatformKey, PlatformKeys, certificate_key
from backend.payments.providers.wechat.signing import authorization, verify
from backend.payments.providers.wire import LARGEST_ANSWER, Answer, send

REFRESH_EVERY = timedelta(minutes=5)

_CERTIFICATES = "/v3/certificates"


class _Sealed(Struct, frozen=True):
    algorithm: str
    nonce: str
    ciphertext: str
    associated_data: str = ""


class _Certificate(Struct, frozen=True):
    serial_no: str
    encrypt_certificate: _Sealed


class _Certificates(Struct, frozen=True):
    data: list[_Certificate]


class _Error(Struct, frozen=True):
    code: str = "UNKNOWN"


class WechatClient:
    """One merchant's exchange with WeChat Pay."""

    def __init__(self, config: WechatConfig, http: httpx.AsyncClient) -> None:
        self.config = config
        self.keys = PlatformKeys(config.public_keys, config.certificates)
        self.key = rsa.load_private_key(config.merchant_key_pem)
        self._http = http
        self._refreshed_at: datetime | None = None

    async def request(self, method: str, path: str, now: datetime, body: bytes = b"") -> Answer:
        """A verified 2xx answer; raises ProviderRefused with the code of a 4xx, else ProviderUnavailable."""
        answer = await self.send(method, path, now, body)
        try:
            self._verify(answer, now)
        except CallbackRefused as refused:
            if refused.reason is not Reason.UNKNOWN_KEY:
                raise ProviderUnavailable from refused
            await self.refresh_keys(now)
            self._verify_again(answer, now)
        return answer

    async def send(
        self, method: str, path: str, now: datetime, body: bytes = b"", limit: int = LARGEST_ANSWER
    ) -> Answer:
        """A 2xx answer that nobody has verified yet (the bill's download is not signed)."""
        answer = await send(
            self._http,
            method,
            self.config.base_url + path,
            headers=self._headers(method, path, now, body),
            body=body or None,
            limit=limit,
        )
        if answer.status >= 400:
            raise ProviderRefused(answer.decoded(_Error).code)
        if not 200 <= answer.status < 300:
            raise ProviderUnavailable
        return answer

    async def refresh_keys(self, now: datetime) -> None:
        """Downloads platform certificates, at most every REFRESH_EVERY; whatever goes wrong, the known keys stay."""
        if self._refreshed_at is not None and now - self._refreshed_at < REFRESH_EVERY:
            return
        self._refreshed_at = now
        try:
            answer = await self.send("GET", _CERTIFICATES, now)
            found = [self._opened(each) for each in answer.decoded(_Certificates).data]
            verify(answer.headers, answer.body, self.keys.merged(found), now)
        except (ProviderRefused, ProviderUnavailable, CallbackRefused, ValueError):
            return  # merchants with a public key have no certificates to download: they get an error here
        self.keys.learn(found)

    def local_path(self, url: str) -> str:
        """Path and query of a download address on the very host we ask: our signature goes nowhere else."""
        asked, ours = urlsplit(url), urlsplit(self.config.base_url)
        if (asked.scheme, asked.netloc) != (ours.scheme, ours.netloc):
            raise ProviderUnavailable
        return f"{asked.path}?{asked.query}" if asked.query else asked.path

    def _headers(self, method: str, path: str, now: datetime, body: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        config = self.config
        headers = {
            "Accept": "application/json",
            "Authorization": authorization(
                self.key, config.mchid, config.merchant_serial, method, path, timestamp, nonce, body
            ),
        }
        if body:
            headers["Content-Type"] = "application/json"
        if self.keys.public_key_id:
            headers["Wechatpay-Serial"] = self.keys.public_key_id
        return headers

    def _verify(self, answer: Answer, now: datetime) -> None:
        verify(answer.headers, answer.body, self.keys, now)

    def _verify_again(self, answer: Answer, now: datetime) -> None:
        try:
            self._verify(answer, now)
        except CallbackRefused as refused:
            raise ProviderUnavailable from refused

    def _opened(self, told: _Certificate) -> tuple[str, PlatformKey]:
        sealed = told.encrypt_certificate
        pem = unseal(
            Cipher(sealed.algorithm),
            self.config.api_v3_key,
            nonce=sealed.nonce,
            associated_data=sealed.associated_data,
            ciphertext=sealed.ciphertext,
        )
        serial, key = certificate_key(pem.decode())
        if serial != told.serial_no.lstrip("0"):
            raise ValueError("a certificate under another's serial")
        return serial, key
