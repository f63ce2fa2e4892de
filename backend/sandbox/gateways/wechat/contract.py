"""What WeChat Pay and a merchant agree on: numbers, the APIv3 key, and each other's public keys."""

import secrets
import string
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from backend.sandbox.gateways.keys import certificate, certificate_pem, common_name, new_key, private_pem, public_pem

_MCHID, _APPID = "1900000109", "wx8888888888888888"
_PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026112000000001"
_LETTERS = string.ascii_letters + string.digits


class PlatformCertificate(Struct, frozen=True):
    key_pem: str
    certificate_pem: str


class Kept(Struct, frozen=True, kw_only=True):
    """What WeChat Pay keeps. `certificates`: the one in use, and the one that follows it."""

    mchid: str
    appid: str
    api_v3_key: str
    merchant_certificate_pem: str
    public_key_id: str
    public_key_pem: str
    certificates: tuple[PlatformCertificate, PlatformCertificate]


def make() -> tuple[dict[str, Any], dict[str, Any]]:
    """A merchant that is being moved from certificates to a public key: both kinds of signature arrive."""
    authority, merchant, platform = new_key(), new_key(), new_key()
    api_v3_key = "".join(secrets.choice(_LETTERS) for _ in range(32))
    merchant_certificate = _issued(authority, merchant, "Demo merchant")
    current, following = _platform_certificate(authority), _platform_certificate(authority)
    kept = {
        "mchid": _MCHID,
        "appid": _APPID,
        "api_v3_key": api_v3_key,
        "merchant_certificate_pem": certificate_pem(merchant_certificate),
        "public_key_id": _PUBLIC_KEY_ID,
        "public_key_pem": private_pem(platform),
        "certificates": [current, following],
    }
    merchants = {
        "mchid": _MCHID,
        "appid": _APPID,
        "merchant_serial": f"{merchant_certificate.serial_number:X}",
        "merchant_key_pem": private_pem(merchant),
        "api_v3_key": api_v3_key,
        "public_keys": {_PUBLIC_KEY_ID: public_pem(platform)},
        "certificates": [current["certificate_pem"]],
    }
    return kept, merchants


def addressed(section: dict[str, Any], url: str) -> dict[str, Any]:
    return {**section, "base_url": url}


def _platform_certificate(authority: RSAPrivateKey) -> dict[str, str]:
    key = new_key()
    issued = _issued(authority, key, "Tenpay.com sign")
    return {"key_pem": private_pem(key), "certificate_pem": certificate_pem(issued)}


def _issued(authority: RSAPrivateKey, key: RSAPrivateKey, name: str) -> x509.Certificate:
    return certificate(key, common_name(name), authority, common_name("Tenpay.com Root CA (sandbox)"))
