"""Who sends the push: VAPID keys and the signed header, made once per push service and key (RFC 8292)."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct
from py_vapid import Vapid02, VapidException

VALID_FOR = timedelta(hours=12)  # RFC 8292 allows 24; half of it forgives a wrong clock
RENEWED_AFTER = timedelta(hours=11)

_HEADER = b'{"typ":"JWT","alg":"ES256"}'


class VapidKey(Struct, frozen=True, kw_only=True):
    """`public` is the browser's applicationServerKey: 65 bytes as base64url without padding."""

    key_id: str
    private: ec.EllipticCurvePrivateKey
    public: str


class VapidKeys(Struct, frozen=True, kw_only=True):
    """Subscriptions are bound to the key they were made with: new ones get `current`, old ones keep theirs."""

    current: VapidKey
    by_id: Mapping[str, VapidKey]

    def with_public(self, public: str) -> VapidKey | None:
        """The key a browser names by its applicationServerKey (Firefox pads it), None if it is not ours."""
        wanted = public.rstrip("=")
        return next((key for key in self.by_id.values() if key.public == wanted), None)


def generate_key() -> str:
    """A new private key for the settings: the 32-byte P-256 scalar as base64url."""
    vapid = Vapid02()
    vapid.generate_keys()
    return b64(vapid.private_key.private_numbers().private_value.to_bytes(32, "big"))


def parse_keys(setting: str) -> VapidKeys:
    """Reads `id:base64url scalar[,id:…]`; the first key is the current one. Raises ValueError without showing a key."""
    keys = {}
    for entry in setting.split(","):
        key_id, _, scalar = entry.strip().partition(":")
        try:
            private = Vapid02.from_string(scalar).private_key
        except (VapidException, ValueError) as error:
            raise ValueError(f"the VAPID key {key_id!r} is not a base64url P-256 scalar") from error
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys[key_id] = VapidKey(key_id=key_id, private=private, public=b64(point))
    return VapidKeys(current=next(iter(keys.values())), by_id=keys)


class VapidHeaders:
    """Authorization headers, reused for every endpoint of an origin as RFC 8292, section 5 allows."""

    def __init__(self, keys: VapidKeys, subject: str) -> None:
        """`subject`: a mailto: or https: contact; Apple refuses tokens without a plausible one."""
        if urlsplit(subject).scheme not in {"mailto", "https"}:
            raise ValueError("the VAPID subject must be a mailto: or https: address")
        self.keys = keys
        self._subject = subject
        self._made: dict[tuple[str, str], tuple[datetime, str]] = {}

    def header(self, origin: str, key_id: str, now: datetime) -> str:
        """`vapid t=…, k=…` for a push service's origin. Raises KeyError for a key that is no longer in the settings."""
        made = self._made.get((origin, key_id))
        if made is None or not timedelta() <= now - made[0] < RENEWED_AFTER:
            key = self.keys.by_id[key_id]
            made = now, f"vapid t={_token(key, origin, self._subject, now + VALID_FOR)}, k={key.public}"
            self._made[origin, key_id] = made
        return made[1]


def _token(key: VapidKey, origin: str, subject: str, expires: datetime) -> str:
    claims = json.dumps({"aud": origin, "exp": int(expires.timestamp()), "sub": subject}, separators=(",", ":"))
    signed = f"{b64(_HEADER)}.{b64(claims.encode())}"
    r, s = decode_dss_signature(key.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def b64(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
