"""When to try or ask the bank again, as data: its notices are the fast path, asking is what makes sure."""

from datetime import datetime, timedelta

_AFTER = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 1800))
_HOURLY = timedelta(hours=1)


def next_ask(ordered_at: datetime, now: datetime) -> datetime:
    """The first moment of the schedule after now; hourly once it has run out, until the bank has decided."""
    return next((ordered_at + pause for pause in _AFTER if ordered_at + pause > now), now + _HOURLY)
