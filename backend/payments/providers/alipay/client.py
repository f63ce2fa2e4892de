"""Signed requests to Alipay's gateway; answers count by the signature over their raw JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
from msgspec import Struct

from backend.core.clock import SHANGHAI
from backend.payments.providers import rsa
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.alipay.keys import AlipayKeys, app_certificate_sn, root_certificate_sn
from backend.payments.providers.alipay.signing import CERTIFICATE_FIELD, SIGN_TYPE, request_text
from backend.payments.providers.errors import CallbackRefused, ProviderRefused, ProviderUnavailable
from backend.payments.providers.intake import decode_base64
from backend.payments.providers.wire import send

Shape = TypeVar("Shape")

_DONE = "10000"
_UNDECIDED = frozenset({"20000", "10003"})
_ABOUT_THE_REQUEST = ("isv.", "aop.", "isp.")  # refusals of the gateway itself come unsigned


class _Outcome(Struct, frozen=True):
    code: str
    sub_code: str = ""


class AlipayClient:
    """One application's exchange with the gateway."""

    def __init__(self, config: AlipayConfig, http: httpx.AsyncClient) -> None:
        self.config, self.http = config, http
        self.keys = AlipayKeys(config)
        self._key = rsa.load_private_key(config.app_key_pem)
        self._certificate_fields = _certificate_fields(config)

    async def execute(self, method: str, content: Mapping[str, Any], shape: type[Shape], now: datetime) -> Shape:
        """The believed content of a 10000; raises ProviderRefused with the sub_code, or ProviderUnavailable."""
        body = urlencode(self.signed(method, content, now)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = await send(self.http, "POST", self.config.gateway, headers=headers, body=body)
        if answer.status != 200:
            raise ProviderUnavailable
        told = self._verified(answer.decoded(dict[str, msgspec.Raw]), f"{method.replace('.', '_')}_response", now)
        return _decoded(told, shape)

    def signed(
        self, method: str, content: Mapping[str, Any], now: datetime, extra: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """All fields of a request, signature included."""
        fields = {
            "app_id": self.config.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": SIGN_TYPE,
            "timestamp": local_time(now),
            "version": "1.0",
            "biz_content": msgspec.json.encode(content).decode(),
            **self._certificate_fields,
            **(extra or {}),
        }
        return fields | {"sign": rsa.sign(self._key, request_text(fields).encode())}

    def _verified(self, told: dict[str, msgspec.Raw], name: str, now: datetime) -> bytes:
        """The raw JSON of the answer's object, exactly as signed; never dumped anew."""
        if name not in told or "sign" not in told:
            raise _refusal(told.get(name) or told.get("error_response"))
        content = bytes(told[name])
        serial = _decoded(told[CERTIFICATE_FIELD], str) if CERTIFICATE_FIELD in told else None
        try:
            signature = decode_base64(_decoded(told["sign"], str))
        except CallbackRefused as refused:
            raise ProviderUnavailable from refused
        if not any(rsa.is_signed(key, content, signature) for _, key in self.keys.candidates(serial, now)):
            raise ProviderUnavailable
        outcome = _decoded(content, _Outcome)
        if outcome.code in _UNDECIDED or outcome.sub_code.endswith("SYSTEM_ERROR"):
            raise ProviderUnavailable
        if outcome.code != _DONE:
            raise ProviderRefused(outcome.sub_code or outcome.code)
        return content


def local_time(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _certificate_fields(config: AlipayConfig) -> dict[str, str]:
    if config.app_certificate_pem is None or config.root_certificates_pem is None:
        return {}
    return {
        "app_cert_sn": app_certificate_sn(config.app_certificate_pem),
        "alipay_root_cert_sn": root_certificate_sn(config.root_certificates_pem),
    }


def _refusal(told: msgspec.Raw | None) -> ProviderRefused | ProviderUnavailable:
    """An unsigned answer is believed only as far as it speaks of our request being wrong."""
    if told is None:
        return ProviderUnavailable()
    outcome = _decoded(told, _Outcome)
    if outcome.code != _DONE and outcome.sub_code.startswith(_ABOUT_THE_REQUEST):
        return ProviderRefused(outcome.sub_code)
    return ProviderUnavailable()


def _decoded(raw: bytes | msgspec.Raw, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderUnavailable from error
