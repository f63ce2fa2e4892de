"""Alipay's keys, and the serial numbers by which certificates are named ("公钥证书签名")."""

import hashlib
import re
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.payments.providers import rsa
from backend.payments.providers.alipay.config import AlipayConfig

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_RSA_SIGNATURES = "1.2.840.113549.1.1."
PUBLIC_KEY = "public-key"


class AlipayKeys:
    """Which keys may have signed a message: the public key, or the certificates valid now."""

    def __init__(self, config: AlipayConfig) -> None:
        """Raises ValueError for what is no RSA key."""
        self._public_key = rsa.load_public_key(config.public_key_pem) if config.public_key_pem else None
        loaded = [rsa.load_certificate(pem) for pem in config.certificates]
        self._certificates = {certificate_sn(each): (each, rsa.key_of(each)) for each in loaded}

    def candidates(self, certificate_serial: str | None, now: datetime) -> list[tuple[str, RSAPublicKey]]:
        """Keys by name; the message may name its certificate, and where it does no other counts."""
        if certificate_serial is None and self._public_key is not None:
            return [(PUBLIC_KEY, self._public_key)]
        return [
            (serial, key)
            for serial, (certificate, key) in self._certificates.items()
            if certificate_serial in {None, serial}
            and certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        ]


def certificate_sn(certificate: x509.Certificate) -> str:
    """MD5 of the issuer's name and the decimal serial: a name by Alipay's rule, not a protection."""
    named = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()


def app_certificate_sn(pem: str) -> str:
    return certificate_sn(rsa.load_certificate(pem))


def root_certificate_sn(bundle: str) -> str:
    """Of every RSA-signed root in the bundle, joined; roots of other kinds (one is malformed) do not count."""
    return "_".join(sn for pem in _PEM.findall(bundle) if (sn := _rsa_root_sn(pem)))


def _rsa_root_sn(pem: str) -> str | None:
    try:
        certificate = rsa.load_certificate(pem)
        if certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES):
            return certificate_sn(certificate)
    except ValueError:
        pass
    return None
