"""What Alipay and one application agree on, in certificate mode: both sides' keys, made once."""

from typing import Any

from msgspec import Struct

from backend.sandbox.gateways.keys import (
    certificate,
    certificate_pem,
    common_name,
    new_key,
    private_pem,
)

_APP_ID, _SELLER_ID = "2021000000000001", "2088000000000001"
_ROOT = common_name("Ant Financial Certification Authority R1 sandbox", "Ant Financial")
_ISSUER = common_name("Ant Financial Certification Authority Class 2 R1 sandbox", "Ant Financial")


class Contract(Struct, frozen=True, forbid_unknown_fields=True):
    """What Alipay keeps: its own key and certificate, and the application's certificate."""

    app_id: str
    seller_id: str
    app_certificate_pem: str
    key_pem: str
    certificate_pem: str
    root_certificates_pem: str


def make() -> tuple[dict[str, Any], dict[str, Any]]:
    """(Alipay's side, the merchant's section of the merchants file without addresses)."""
    root_key, issuer_key, app_key, key = new_key(), new_key(), new_key(), new_key()
    root = certificate_pem(certificate(root_key, _ROOT, root_key, _ROOT, authority=True))
    app = certificate_pem(certificate(app_key, common_name(f"{_SELLER_ID}-{_APP_ID}"), issuer_key, _ISSUER))
    own = certificate_pem(certificate(key, common_name("Alipay sandbox", "Ant Financial"), issuer_key, _ISSUER))
    shared = {"app_id": _APP_ID, "seller_id": _SELLER_ID, "app_certificate_pem": app, "root_certificates_pem": root}
    ours = shared | {"key_pem": private_pem(key), "certificate_pem": own}
    theirs = shared | {"app_key_pem": private_pem(app_key), "certificates": [own]}
    return ours, theirs


def addressed(section: dict[str, Any], url: str) -> dict[str, Any]:
    """The merchant's section for a gateway served at `url`."""
    return section | {"gateway": f"{url}/gateway.do"}
