"""Verifying the VAPID header as a push service does (RFC 8292), sharing nothing with the sender."""

import base64
import binascii
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_LIFE_S = 24 * 3600
PARAMETER = re.compile(r'([tk])\s*=\s*"?([A-Za-z0-9_.\-]+=*)"?')


class VapidRefused(Exception):
    """Why the header is not believed; `status` is the answer that the real services give."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def verify_vapid(
    authorization: str | None, origin: str, application_server_key: str | None, now_s: float
) -> dict[str, object]:
    """The claims of the token.

    Args:
        origin: of the endpoint, `scheme://host[:port]`; `aud` must equal it.
        application_server_key: the key that the browser subscribed with, b64url; None accepts any.

    Raises:
        VapidRefused: 401 nothing usable sent or the signature is wrong, 403 the claims or the key do not fit.
    """
    token, key = _parameters(authorization)
    claims = _verified_claims(token, key)
    if application_server_key is not None and key.rstrip("=") != application_server_key.rstrip("="):
        raise VapidRefused(403, "the key in the header does not correspond to the subscription")
    if claims.get("aud") != origin:
        raise VapidRefused(403, f"the aud claim MUST be the origin of the push resource URL, {origin}")
    expires = claims.get("exp")
    if not isinstance(expires, int) or expires <= now_s:
        raise VapidRefused(403, "the token has expired or carries no integer exp")
    if expires > now_s + LONGEST_LIFE_S:
        raise VapidRefused(403, "the exp claim MUST NOT be more than 24 hours from now")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        raise VapidRefused(403, "the sub claim must be a mailto: or https: address")
    return claims


def _parameters(authorization: str | None) -> tuple[str, str]:
    """The token and the key; RFC 8292 prints `t=…, k=…`, py_vapid sends `t=…,k=…`, either order counts."""
    scheme, _, rest = (authorization or "").partition(" ")
    found = dict(PARAMETER.findall(rest))
    if scheme.lower() != "vapid" or set(found) != {"t", "k"}:
        raise VapidRefused(401, "Authorization must be: vapid t=<JWT>, k=<key>")
    return found["t"], found["k"]


def _verified_claims(token: str, key: str) -> dict[str, object]:
    try:
        header, payload, signature = token.split(".")
        raw = _decode(signature)
        if json.loads(_decode(header)).get("alg") != "ES256" or len(raw) != 64:
            raise VapidRefused(401, "the token must be signed with ES256")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(key))
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        point.verify(der, f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))
        claims = json.loads(_decode(payload))
    except (ValueError, binascii.Error) as error:
        raise VapidRefused(401, f"invalid JWT or key: {error}") from error
    except InvalidSignature:
        raise VapidRefused(401, "the signature does not fit the key") from None
    if not isinstance(claims, dict):
        raise VapidRefused(401, "the claims are not an object")
    return claims


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
