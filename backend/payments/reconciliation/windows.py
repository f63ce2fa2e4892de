"""Which hours a channel's day has, when its bill may be expected, and how long it can be had."""

from datetime import date, datetime, time, timedelta

from backend.core.clock import SHANGHAI, local_date
from backend.payments.models import Channel

PUBLISHED_AFTER = timedelta(days=1, hours=10, minutes=30)
"""After the day's first midnight: WeChat publishes from 10:00, Alipay from about 9:00 of the next day."""
KEPT_FOR = timedelta(days=90)
"""WeChat gives bills of the last three months; the others are asked for no older ones."""

_NEIGHBOURS = timedelta(days=7)
_MIDNIGHT = timedelta(0)
_CUT_OFF = {Channel.UNIONPAY: timedelta(hours=-1)}  # its clearing day runs from about 23:00 to 23:00


def hours_of(channel: Channel | str, day: date) -> tuple[datetime, datetime]:
    """The first instant of a channel's day and the first one after it."""
    first = datetime.combine(day, time(), SHANGHAI) + _CUT_OFF.get(Channel(channel), _MIDNIGHT)
    return first, first + timedelta(days=1)


def day_of(channel: Channel | str, instant: datetime) -> date:
    return local_date(instant - _CUT_OFF.get(Channel(channel), _MIDNIGHT))


def last_published(now: datetime) -> date:
    """The latest day whose bill may be expected."""
    return local_date(now - PUBLISHED_AFTER)


def published_at(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + PUBLISHED_AFTER


def first_compared(now: datetime) -> date:
    """The first day whose rows are compared with: of those that may still be asked for, with some days before them,
    for days end at different hours.
    """
    return first_kept(now) - _NEIGHBOURS


def first_kept(now: datetime) -> date:
    return local_date(now - KEPT_FOR)
