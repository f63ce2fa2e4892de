"""Whose certificate came in the message: chain, name and validity, as UnionPay's own SDK checks them.

The chain is signed with SHA-1, which x509 verifiers rightly refuse for the web: here its signatures are verified by
hand, against exactly the issuers that were configured.
"""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.x509.oid import NameOID
from msgspec import Struct

from backend.payments.providers import rsa
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.unionpay.config import UnionpayConfig

_HASHES: tuple[type[HashAlgorithm], ...] = (SHA1, SHA256, SHA384, SHA512)
_MOST_KNOWN = 32


class Signer(Struct, frozen=True):
    """A certificate whose chain and name are good; `serial` is its decimal serial, which UnionPay calls certId."""

    key: RSAPublicKey
    serial: str
    valid_from: datetime
    valid_until: datetime


class Signers:
    """Checks certificates and remembers the good ones: a chain costs several times a signature."""

    def __init__(self, config: UnionpayConfig) -> None:
        """Raises ValueError when the configured certificates are no chain."""
        self._root = rsa.load_certificate(config.root_certificate)
        self._middles = [rsa.load_certificate(pem) for pem in config.middle_certificates]
        if not self._middles or not all(is_issued_by(each, self._root) for each in (self._root, *self._middles)):
            raise ValueError("UnionPay's middle certificates are not issued by its root")
        self._names, self._pinned = frozenset(config.signer_names), config.pinned
        self._known: dict[str, Signer] = {}

    def find(self, pem: str, now: datetime) -> Signer:
        """Raises CallbackRefused(CERTIFICATE) unless UnionPay itself holds this certificate and it is valid now."""
        signer = self._known.get(pem) or self._check(pem, now)
        if not signer.valid_from <= now <= signer.valid_until:
            raise CallbackRefused(Reason.CERTIFICATE)
        if len(self._known) < _MOST_KNOWN:
            self._known[pem] = signer
        return signer

    def _check(self, pem: str, now: datetime) -> Signer:
        try:
            leaf = rsa.load_certificate(pem)
            issuers = [each for each in self._middles if is_issued_by(leaf, each) and is_valid(each, now)]
            if not (issuers and is_valid(self._root, now) and self._is_named(leaf) and self._is_pinned(leaf)):
                raise CallbackRefused(Reason.CERTIFICATE)
            until = min(each.not_valid_after_utc for each in (leaf, issuers[0], self._root))
            return Signer(rsa.key_of(leaf), str(leaf.serial_number), leaf.not_valid_before_utc, until)
        except ValueError:
            raise CallbackRefused(Reason.CERTIFICATE) from None

    def _is_named(self, leaf: x509.Certificate) -> bool:
        """The common name reads `041@8310000000083040@中国银联股份有限公司@00016495`: the third part tells who."""
        names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        parts = str(names[0].value).split("@") if len(names) == 1 else []
        return len(parts) > 2 and parts[2] in self._names

    def _is_pinned(self, leaf: x509.Certificate) -> bool:
        return not self._pinned or leaf.fingerprint(SHA256()).hex() in self._pinned


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Names agree and the issuer's RSA key signed the raw bytes, with SHA-1 if it must be (RFC 5280, section 6.1)."""
    try:
        hashing = certificate.signature_hash_algorithm
        if certificate.issuer != issuer.subject or not isinstance(hashing, _HASHES):
            return False
        rsa.key_of(issuer).verify(certificate.signature, certificate.tbs_certificate_bytes, PKCS1v15(), hashing)
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
