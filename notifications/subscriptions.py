"""Browsers that receive pushes, each belonging to one person at a time."""

from datetime import datetime
from uuid import UUID

from notifications.models import PushSubscription
from notifications.ports import Conn


async def subscribe(tx: Conn, recipient_id: UUID, subscription: PushSubscription, now: datetime) -> None:
    """Attaches a checked subscription (webpush.intake.check_subscription). On a shared phone the former owner loses it."""
    raise NotImplementedError


async def unsubscribe(tx: Conn, recipient_id: UUID, endpoint: str) -> bool:
    """Detaches this browser (push switched off, logout); False if it was not this person's."""
    raise NotImplementedError


async def count_subscriptions(conn: Conn, recipient_id: UUID) -> int:
    """How many browsers of this person receive pushes."""
    raise NotImplementedError
