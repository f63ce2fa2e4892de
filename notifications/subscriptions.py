"""Browsers that receive pushes, each belonging to one person at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications.models import PushSubscription
from notifications.ports import Conn
from notifications.queries import subscriptions
from notifications.webpush.endpoints import endpoint_hash

MOST_BROWSERS = 20  # of one person; each message goes to all of them


async def subscribe(tx: Conn, recipient_id: UUID, subscription: PushSubscription, now: datetime) -> None:
    """Attaches what webpush.intake.check_subscription has checked. On a shared phone the former owner loses it.

    Beyond MOST_BROWSERS those of this person that were attached longest ago are detached.
    """
    browser = subscription.endpoint_hash
    await subscriptions.insert_endpoint(tx, browser, recipient_id, now)
    former = await subscriptions.lock_endpoint(tx, browser)
    if former is not None and former != recipient_id:
        await subscriptions.delete_subscriptions(tx, [former], [browser])
        await subscriptions.update_endpoint(tx, browser, recipient_id, now)
    await subscriptions.upsert_subscription(tx, recipient_id, subscription, now)
    await _detach(tx, recipient_id, await subscriptions.list_surplus(tx, recipient_id, browser, MOST_BROWSERS))


async def unsubscribe(tx: Conn, recipient_id: UUID, endpoint: str) -> bool:
    """Detaches this browser (push switched off, logout); False if it was not this person's."""
    browser = endpoint_hash(endpoint)
    await subscriptions.delete_endpoints(tx, [recipient_id], [browser])
    return await subscriptions.delete_subscriptions(tx, [recipient_id], [browser]) > 0


async def unsubscribe_others(tx: Conn, recipient_id: UUID, endpoint: str | None) -> None:
    """Detaches all browsers of this person but the one with this endpoint; None: all of them."""
    kept = b"" if endpoint is None else endpoint_hash(endpoint)
    browsers = [each for each in await subscriptions.list_endpoint_hashes(tx, recipient_id) if each != kept]
    await _detach(tx, recipient_id, browsers)


async def _detach(tx: Conn, recipient_id: UUID, browsers: Sequence[bytes]) -> None:
    owners = [recipient_id] * len(browsers)
    await subscriptions.delete_endpoints(tx, owners, browsers)
    await subscriptions.delete_subscriptions(tx, owners, browsers)


async def count_subscriptions(conn: Conn, recipient_id: UUID) -> int:
    """How many browsers of this person receive pushes."""
    return await subscriptions.count_subscriptions(conn, recipient_id)
