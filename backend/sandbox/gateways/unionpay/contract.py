"""What UnionPay and one merchant agree on: a chain of certificates on UnionPay's side, one certificate on the other."""

from typing import Any

from msgspec import Struct

from backend.sandbox.gateways.keys import (
    certificate,
    certificate_pem,
    common_name,
    new_key,
    private_pem,
)

SIGNER = "041@8310000000083040@中国银联股份有限公司@00016495"
_MER_ID = "777290058167151"
_AUTHORITY = "China Financial Certification Authority"
_ROOT, _MIDDLE = common_name("CFCA sandbox CS CA", _AUTHORITY), common_name("CFCA sandbox OCA1", _AUTHORITY)


class Contract(Struct, frozen=True, forbid_unknown_fields=True):
    """What UnionPay keeps: its own key and certificate, and the merchant's certificate."""

    mer_id: str
    merchant_certificate_pem: str
    key_pem: str
    certificate_pem: str


def make() -> tuple[dict[str, Any], dict[str, Any]]:
    """(UnionPay's side, the merchant's section of the merchants file without addresses)."""
    root_key, middle_key, merchant_key, key = new_key(), new_key(), new_key(), new_key()
    root = certificate(root_key, _ROOT, root_key, _ROOT, authority=True)
    middle = certificate(middle_key, _MIDDLE, root_key, _ROOT, authority=True)
    signer = certificate(key, common_name(SIGNER, "CFCA OCA1"), middle_key, _MIDDLE)
    merchant = certificate(merchant_key, common_name(f"041@{_MER_ID}@Sandbox@00000001"), middle_key, _MIDDLE)
    ours = {
        "mer_id": _MER_ID,
        "merchant_certificate_pem": certificate_pem(merchant),
        "key_pem": private_pem(key),
        "certificate_pem": certificate_pem(signer),
    }
    theirs = {
        "mer_id": _MER_ID,
        "cert_id": str(merchant.serial_number),
        "sign_key_pem": private_pem(merchant_key),
        "root_certificate": certificate_pem(root),
        "middle_certificates": [certificate_pem(middle)],
    }
    return ours, theirs


def addressed(section: dict[str, Any], url: str) -> dict[str, Any]:
    """The merchant's section for a gateway served at `url`."""
    return section | {"gateway": f"{url}/gateway/api", "files": f"{url}/filedownload/"}
