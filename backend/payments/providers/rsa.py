"""RSA with PKCS#1 v1.5 and SHA-256, pinned: no other hash is ever tried (RFC 8017, section 8.2)."""

import base64
import warnings
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, InvalidVersion, load_pem_x509_certificate

_PADDING = padding.PKCS1v15()
_HASH = SHA256()
_SHORTEST_BITS = 2048


@lru_cache(maxsize=16)  # whether a key is sound takes a fifth of a second to find out
def load_private_key(pem: str) -> RSAPrivateKey:
    """Our own signing key; raises ValueError for anything but RSA of 2048 bits or more."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST_BITS:
        raise ValueError("not an RSA private key of 2048 bits or more")
    return key


def load_public_key(pem: str) -> RSAPublicKey:
    """A provider's key as its merchant portal gives it."""
    return _checked(load_pem_public_key(pem.encode()))


def load_certificate(pem: str) -> Certificate:
    """Raises ValueError for anything else; for an unknown version `cryptography` has an exception of its own.

    It warns of what it will refuse one day, as a number below one. Whether a certificate is believed, its chain says.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            return load_pem_x509_certificate(pem.encode())
        except InvalidVersion as error:
            raise ValueError("not a certificate") from error


def key_of(certificate: Certificate) -> RSAPublicKey:
    """Raises ValueError for other kinds of keys, SM2 among them."""
    try:
        return _checked(certificate.public_key())
    except UnsupportedAlgorithm as error:
        raise ValueError("an unknown kind of key") from error


def sign(key: RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, _PADDING, _HASH)).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, _PADDING, _HASH)
    except InvalidSignature:
        return False
    return True


def _checked(key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey) or key.key_size < _SHORTEST_BITS:
        raise ValueError("not an RSA public key of 2048 bits or more")
    return key
