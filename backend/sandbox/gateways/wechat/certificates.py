"""The platform's certificates, sealed ("获取平台证书列表")."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from backend.sandbox.gateways.wechat.platform import Platform, certificate_of, instant
from backend.sandbox.gateways.wechat.signing import seal


def list_certificates(platform: Platform) -> dict[str, Any]:
    """Both that are valid: the one in use and the one that follows it."""
    return {"data": [_sealed(platform, certificate_of(each)) for each in platform.kept.certificates]}


def _sealed(platform: Platform, certificate: x509.Certificate) -> dict[str, Any]:
    pem = certificate.public_bytes(Encoding.PEM)
    return {
        "serial_no": f"{certificate.serial_number:X}",
        "effective_time": instant(certificate.not_valid_before_utc),
        "expire_time": instant(certificate.not_valid_after_utc),
        "encrypt_certificate": seal(platform.kept.api_v3_key, pem, "certificate"),
    }
