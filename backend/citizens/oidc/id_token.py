"""When an ID token is believed (OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725 on algorithms)."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key

from backend.citizens.errors import ProviderAnswerRefused

ALGORITHMS = ("ES256", "RS256", "PS256")  # never "none", never a shared secret: keys come from the provider's JWKS
CLOCK_SKEW_S = 60
_MAX_LENGTH = 16_384


class UnknownKey(Exception):
    """The token names a key that the key set does not have: the provider may have rotated its keys."""


def read_key_set(document: Any) -> KeySet:
    """The signing keys of a JWKS document; one we cannot use does not spoil the others (RFC 7517, section 5)."""
    listed = document.get("keys") if isinstance(document, dict) else None
    keys = [key for entry in listed if (key := _signing_key(entry))] if isinstance(listed, list) else []
    if not keys:
        raise ProviderAnswerRefused(reason="jwks")
    return KeySet(keys)


def verify_id_token(
    token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, access_token: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of a token that is genuine, for us, fresh, and of this very attempt; raises ProviderAnswerRefused
    naming the check that failed, or UnknownKey.
    """
    decoded = _decode(token, keys)
    claims = decoded.claims
    _check_registered(claims, issuer, now)
    _require(claims.get("aud") in (client_id, [client_id]), "aud")  # a further audience would be one we do not trust
    _require(claims.get("azp", client_id) == client_id, "azp")
    _require(_same(claims.get("nonce"), nonce), "nonce")
    if "at_hash" in claims:
        _require(_same(claims["at_hash"], _half_hash(access_token)), "at_hash")
    _require(0 < len(claims["sub"]) <= 255, "sub")
    return claims


def _signing_key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") not in {"EC", "RSA"}:
        return None
    try:
        return import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _decode(token: str, keys: KeySet) -> jwt.Token:
    _require(len(token) <= _MAX_LENGTH, "length")
    try:
        header = jws.extract_compact(token.encode()).headers()
        _require(header.get("alg") in ALGORITHMS, "alg")
        keys.get_by_kid(header.get("kid"))
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError) as error:
        raise ProviderAnswerRefused(reason="format") from error
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError) as error:
        raise ProviderAnswerRefused(reason="signature") from error


def _check_registered(claims: dict[str, Any], issuer: str, now: datetime) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=CLOCK_SKEW_S,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise ProviderAnswerRefused(reason=getattr(error, "claim", None) or "claims") from error


def _half_hash(access_token: str) -> str:
    """Section 3.1.3.6: the left half of SHA-256, which is the hash of all three algorithms we take."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def _same(given: Any, expected: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), expected.encode())


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise ProviderAnswerRefused(reason=reason)
