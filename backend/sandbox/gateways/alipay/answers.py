"""Answers as gateway.do writes them: the signature covers the raw JSON of the inner object, and nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from litestar import Response

from backend.sandbox.gateways.alipay.contract import Contract
from backend.sandbox.gateways.alipay.signing import certificate_sn, sign
from backend.sandbox.gateways.keys import load_key


class Envelopes:
    """Puts answers into signed envelopes."""

    def __init__(self, contract: Contract) -> None:
        self._key = load_key(contract.key_pem)
        self._sn = certificate_sn(x509.load_pem_x509_certificate(contract.certificate_pem.encode()))

    def signed(self, method: str, content: Mapping[str, Any]) -> Response[bytes]:
        raw = _json(content)
        name, signature = _named(method), sign(self._key, raw)
        return _response(f'{{"{name}":{raw},"alipay_cert_sn":"{self._sn}","sign":"{signature}"}}')

    def unsigned(self, method: str | None, content: Mapping[str, Any]) -> Response[bytes]:
        """`method`: None where not even that was understood."""
        name = "error_response" if method is None else _named(method)
        return _response(f'{{"{name}":{_json(content)}}}')


def _named(method: str) -> str:
    return f"{method.replace('.', '_')}_response"


def _json(content: Mapping[str, Any]) -> str:
    """With slashes escaped, as Alipay writes them: whoever dumps it anew loses the signature."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def _response(text: str) -> Response[bytes]:
    return Response(text.encode(), status_code=200, media_type="text/html;charset=utf-8")
