"""Keys and certificates made for the tests, once per run."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """The same key for the same name."""
    return rsa.generate_private_key(65537, 2048)


def private_pem(name: str) -> str:
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(name: str) -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def certificate(  # what is written on it, and by whom it is signed
    name: str,
    serial: int,
    *,
    common_name: str = "test",
    issuer: str = "",
    issuer_name: str = "",
    valid_from: datetime = NOW - timedelta(days=100),
    valid_until: datetime = NOW + timedelta(days=100),
    is_ca: bool = False,
) -> str:
    """PEM of a certificate for the key `name`, signed by the key `issuer` (itself, when empty)."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(common_name))
        .issuer_name(_named(issuer_name or common_name))
        .public_key(key(name).public_key())
        .serial_number(serial)
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=False)
    )
    return builder.sign(key(issuer or name), SHA256()).public_bytes(Encoding.PEM).decode()


def _named(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )
