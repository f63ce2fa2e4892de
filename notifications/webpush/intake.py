"""A browser's subscription as it comes in, and the checks it must pass before it is kept."""

import base64
import binascii
from collections.abc import Collection

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from notifications.errors import ServerKeyUnknown, SubscriptionKeyRefused
from notifications.models import PushSubscription
from notifications.webpush.endpoints import check_endpoint, endpoint_hash
from notifications.webpush.vapid import VapidKeys


class SubscriptionKeys(Struct, frozen=True):
    """`p256dh` and `auth` as base64url, with or without padding (Push API, PushSubscription.toJSON)."""

    p256dh: str
    auth: str


class RawSubscription(Struct, frozen=True, kw_only=True, rename="camel"):
    """PushSubscription.toJSON(), and the `applicationServerKey` it was made with if the page tells it."""

    endpoint: str
    keys: SubscriptionKeys
    application_server_key: str | None = None


def check_subscription(raw: RawSubscription, keys: VapidKeys, extra_origins: Collection[str] = ()) -> PushSubscription:
    """Raises EndpointRefused, SubscriptionKeyRefused or ServerKeyUnknown (then the page subscribes anew)."""
    check_endpoint(raw.endpoint, extra_origins)
    p256dh = _decode(raw.keys.p256dh, "p256dh", 65)
    auth = _decode(raw.keys.auth, "auth", 16)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    except ValueError:
        raise SubscriptionKeyRefused(field="p256dh", reason="not a point of the curve P-256") from None
    used = raw.application_server_key
    key = keys.current if used is None else keys.with_public(used)
    if key is None:
        raise ServerKeyUnknown
    return PushSubscription(
        endpoint=raw.endpoint,
        endpoint_hash=endpoint_hash(raw.endpoint),
        p256dh=p256dh,
        auth=auth,
        vapid_key_id=key.key_id,
    )


def _decode(text: str, field: str, length: int) -> bytes:
    unpadded = text.rstrip("=")
    try:
        standard = unpadded.translate(str.maketrans("-_", "+/")).encode("ascii")
        raw = base64.b64decode(standard + b"=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SubscriptionKeyRefused(field=field, reason="not base64url") from None
    if len(raw) != length:
        raise SubscriptionKeyRefused(field=field, reason=f"{len(raw)} bytes instead of {length}")
    return raw
