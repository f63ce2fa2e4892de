"""A thing with a deadline is told once more if it stays unread: once, and never a recommendation."""

from datetime import datetime, timedelta

from notifications.models import Kind, Message
from notifications.quiet_hours import CITY_TIME

REPEAT_AFTER = timedelta(days=3)


def repeat_at(message: Message, now: datetime) -> datetime | None:
    """When it is told once more, if it is unread then; None: not at all, or its day or use will be over by then."""
    again = now + REPEAT_AFTER
    if message.kind is Kind.RECOMMENDATION or message.due_on is None or message.useful_until <= again:
        return None
    return again if message.due_on > again.astimezone(CITY_TIME).date() else None
