"""RSA2 (RSA with SHA-256, PKCS#1 v1.5) over sorted fields, and the serial numbers that name certificates."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_NOT_IN_NOTICES = {"sign", "sign_type", "alipay_cert_sn"}


def sign(key: RSAPrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, text: str, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def request_text(fields: Mapping[str, str]) -> str:
    """What a merchant signs: all that it sends but `sign` and what is empty."""
    return _joined({name: value for name, value in fields.items() if name != "sign" and value})


def notice_text(fields: Mapping[str, str]) -> str:
    """What Alipay signs of a notice: `sign_type` does not belong to it."""
    return _joined({name: value for name, value in fields.items() if name not in _NOT_IN_NOTICES})


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()))


def certificate_key(pem: str) -> RSAPublicKey:
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA certificate")
    return key


def certificate_sn(certificate: x509.Certificate) -> str:
    """MD5 of issuer and serial: Alipay's name for a certificate, no protection."""
    issuer = certificate.issuer.rfc4514_string()
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def bundle_sn(pem: str) -> str:
    """Of every certificate in a file of one or more, joined."""
    return "_".join(certificate_sn(each) for each in x509.load_pem_x509_certificates(pem.encode()))
