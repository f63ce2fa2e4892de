"""signMethod 01 of 5.1.0: RSA with SHA-256 over the hex SHA-256 of all fields in order, values as they are."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def joined(fields: Mapping[str, str]) -> str:
    """Sorted by name, nothing encoded: this is signed, and so do synchronous answers look."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()))


def digest(fields: Mapping[str, str]) -> bytes:
    unsigned = {name: value for name, value in fields.items() if name != "signature"}
    return hashlib.sha256(joined(unsigned).encode()).hexdigest().encode()


def signed(key: RSAPrivateKey, fields: Mapping[str, str]) -> dict[str, str]:
    signature = key.sign(digest(fields), PKCS1v15(), hashes.SHA256())
    return {**fields, "signature": base64.b64encode(signature).decode()}


def is_signed(key: RSAPublicKey, fields: Mapping[str, str]) -> bool:
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        key.verify(signature, digest(fields), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError, KeyError):
        return False
    return True
