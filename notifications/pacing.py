"""How often somebody is disturbed: so many messages of a kind a day and a week, what presses most first.

Asked at the moment of sending, like quiet hours and stops, so that it holds whatever was planned, put off or repeated.
The inbox has every message at once; only pushes and short messages wait.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct

from notifications.checks import Hold
from notifications.models import Kind, Urgency
from notifications.ports import Conn
from notifications.queries import pacing as queries
from notifications.queries.claims import Claimed
from notifications.queries.pacing import Asked
from notifications.quiet_hours import CITY_TIME, release_at

RELEASE = time(8, 30)
AFTER_WHAT_PRESSES_MORE = timedelta(minutes=1)
WEEK = timedelta(days=7)


class Cap(Struct, frozen=True):
    """Messages that may disturb one person on a day, and in seven days running."""

    daily: int
    weekly: int


CAPS: Mapping[Kind, Cap] = {Kind.REMINDER: Cap(3, 10), Kind.RECOMMENDATION: Cap(1, 3)}
"""Statutory notices are not capped. A digest is one message."""

Key = tuple[UUID, UUID, int]


def key_of(delivery: Claimed) -> Key:
    return delivery.recipient_id, delivery.message_id, delivery.round


def is_capped(delivery: Claimed, now: datetime) -> bool:
    """Not: statutory notices, danger, and reminders of a deadline that ends today or tomorrow."""
    kind = Kind(delivery.kind)
    if kind not in CAPS or delivery.ignores_quiet_hours:
        return False
    return kind is Kind.RECOMMENDATION or not _presses(delivery, now)


async def find_waits(db: Conn, deliveries: Sequence[Claimed], now: datetime) -> dict[Key, Hold]:
    """Which of these, all ready to be sent, have to wait, until when and why; the rest have taken their place.

    A message takes one place for all its channels and tries. Two statements whatever the number.
    """
    capped = {key_of(each): each for each in deliveries if is_capped(each, now)}
    if not capped:
        return {}
    today = local_day(now)
    asked = [Asked(*key, capped[key].kind) for key in sorted(capped)]
    caps = [(kind.value, cap.daily, cap.weekly) for kind, cap in CAPS.items()]
    await queries.insert_disturbances(db, asked, caps, today=today, week_from=today - WEEK, now=now)
    waiting = await queries.list_without_place(db, asked, week_from=today - WEEK)
    return {key: _wait(capped[key], days, now) for key, days in waiting.items()}


def local_day(instant: datetime) -> date:
    return instant.astimezone(CITY_TIME).date()


def _presses(delivery: Claimed, now: datetime) -> bool:
    """Told of a day that was still to come, and it is today or tomorrow."""
    if delivery.urgency == Urgency.HIGH:
        return True
    due_on, today = _deadline(delivery), local_day(now)
    return due_on is not None and today <= due_on <= today + timedelta(days=1)


def _deadline(delivery: Claimed) -> date | None:
    """The day of something that was not yet there when it was told; else `due_on` is the day it came due."""
    if delivery.due_on is None or delivery.due_on <= local_day(delivery.queued_at):
        return None
    return delivery.due_on


def _wait(delivery: Claimed, days: Sequence[date], now: datetime) -> Hold:
    """`days` on which this person was disturbed in the last seven."""
    cap, today = CAPS[Kind(delivery.kind)], local_day(now)
    counts: dict[date, int] = defaultdict(int)
    for day in days:
        counts[day] += 1
    if counts[today] < cap.daily and len(days) < cap.weekly:
        return Hold("after what presses more", now + AFTER_WHAT_PRESSES_MORE)
    reason = "daily cap" if len(days) < cap.weekly else "weekly cap"
    return Hold(reason, _released(delivery, _next_day(days, cap, today), today))


def _next_day(days: Sequence[date], cap: Cap, today: date) -> date:
    day = today + timedelta(days=1)
    while sum(each > day - WEEK for each in days) >= cap.weekly:
        day += timedelta(days=1)
    return day


def _released(delivery: Claimed, day: date, today: date) -> datetime:
    """In the morning of that day, or of the day before its deadline, which goes before every cap."""
    deadline = _deadline(delivery)
    if deadline is not None and delivery.kind != Kind.RECOMMENDATION:
        day = min(day, max(deadline, today + timedelta(days=2)) - timedelta(days=1))
    return release_at(datetime.combine(day, RELEASE, CITY_TIME).astimezone(UTC), delivery.quiet_hours)
