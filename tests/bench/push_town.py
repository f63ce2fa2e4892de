"""People with subscribed browsers, spread over the push services."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.ids import uuid7
from notifications.models import PushSubscription
from notifications.queries.claims import Claimed
from notifications.webpush.endpoints import endpoint_hash
from notifications.webpush.vapid import b64

PUBLIC_URL = "https://www.city.example"
SUBSCRIPTIONS = 2000
_SERVICES = (
    "https://fcm.googleapis.com/fcm/send/",
    "https://updates.push.services.mozilla.com/wpush/v2/",
    "https://web.push.apple.com/",
)


def subscriptions(services: Sequence[str] = _SERVICES, number: int = SUBSCRIPTIONS) -> list[PushSubscription]:
    return [_subscription(services[index % len(services)] + b64(os.urandom(90))) for index in range(number)]


def _subscription(endpoint: str) -> PushSubscription:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    return PushSubscription(
        endpoint=endpoint,
        endpoint_hash=endpoint_hash(endpoint),
        p256dh=point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        auth=os.urandom(16),
        vapid_key_id="one",
    )


def deliveries(browsers: Sequence[PushSubscription] | None = None) -> list[Claimed]:
    """One push to each browser, as the sender claims it."""
    return [_delivery(browser, datetime.now(UTC)) for browser in browsers or subscriptions()]


def _delivery(browser: PushSubscription, now: datetime) -> Claimed:
    return Claimed(
        recipient_id=uuid7(),
        message_id=uuid7(),
        channel="web_push",
        target=browser.endpoint_hash,
        round=0,
        attempts=0,
        rule="licence-expiry:driving-licence",
        thread=str(uuid7()),
        topic="licence-expiry",
        kind="reminder",
        due_on=None,
        queued_at=now,
        urgency="normal",
        ignores_quiet_hours=False,
        useful_until=now + timedelta(days=15),
        message_state="active",
        read=False,
        message_round=0,
        stopped=False,
        consented=None,
        enabled=None,
        locale=None,
        quiet=None,
        quiet_starts=None,
        quiet_ends=None,
        endpoint=browser.endpoint,
        p256dh=browser.p256dh,
        auth=browser.auth,
        vapid_key_id=browser.vapid_key_id,
        unread=2,
    )
