"""ES256 by hand (RFC 7515, RFC 7518 section 3.4): shares no code with those who verify."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core, section 3.1.3.6) for ES256."""
    return base64url(hashlib.sha256(token.encode()).digest()[:16])


class Signer:
    """A P-256 key made at start; its id is the key's thumbprint (RFC 7638)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self._point = {"x": base64url(numbers.x.to_bytes(32, "big")), "y": base64url(numbers.y.to_bytes(32, "big"))}
        members = {"crv": "P-256", "kty": "EC", **self._point}
        self.kid = base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())

    def jwk(self) -> dict[str, str]:
        """The public half for the key set."""
        return {"kty": "EC", "crv": "P-256", **self._point, "kid": self.kid, "use": "sig", "alg": "ES256"}

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A compact JWT; `header` adds to or replaces the usual members."""
        protected = {"alg": "ES256", "typ": "JWT", "kid": self.kid, **header}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (protected, claims))
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
