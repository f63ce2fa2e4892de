"""What a person does with messages: opens them, puts them off, stops their kind, agrees to be told more or less."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote
from uuid import UUID

from backend.core.clock import SHANGHAI, local_date
from backend.core.db import Database
from backend.core.events import record
from backend.core.ids import uuid7
from backend.inbox.errors import BadDays
from backend.inbox.events import ConsentChanged
from notifications import consents, inbox, preferences
from notifications.errors import CannotSnooze
from notifications.models import InboxMessage, Locale, Purpose, Stop, StopLabel, StopScope
from pwa.views.parts import Due

SOON = timedelta(days=30)
MOST_DAYS = 30
_USUAL_DAYS = (3, 2, 1)  # the first of them by which the message is still of use
_AGAIN_AT = time(8, 30)


def due(on: date, today: date) -> Due:
    """The same day looks the same on every screen: soon, from a month before."""
    return Due(on=on, soon=on - today <= SOON)


async def open_message(db: Database, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage:
    """Marks it read. Raises MessageNotFound, also for somebody else's message."""
    async with db.transaction() as tx:
        return await inbox.mark_read(tx, recipient_id, message_id, now)


async def go_on(db: Database, recipient_id: UUID, message: InboxMessage, to: str | None) -> str:
    """The path of what the message is about, noted as gone on to; `to` chooses among several it speaks of."""
    return await inbox.go_on(db, recipient_id, message, message.link if to is None else to)


def way_on(message_id: UUID, to: str | None = None) -> str:
    """The path of `go_on`, as buttons and pushes have it."""
    return f"/messages/{message_id}/open" + ("" if to is None else f"?to={quote(to, safe='')}")


async def put_off(db: Database, recipient_id: UUID, message_id: UUID, days: int | None, now: datetime) -> date:
    """Silent until the morning of the day returned: in `days` days, by default three or as many as make sense.

    Raises BadDays, MessageNotFound, CannotSnooze.
    """
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadDays(most=MOST_DAYS)
    async with db.transaction() as tx:
        for wait in _USUAL_DAYS if days is None else (days,):
            day = local_date(now) + timedelta(days=wait)
            until = datetime.combine(day, _AGAIN_AT, SHANGHAI).astimezone(UTC)
            try:
                await inbox.snooze(tx, recipient_id, message_id, until, now)
            except CannotSnooze:
                continue
            return day
    raise CannotSnooze


async def stop_reminding(
    db: Database, recipient_id: UUID, message_id: UUID, now: datetime, part: str | None = None
) -> Sequence[StopLabel]:
    """不再提醒: nothing more of this message's rule; of a digest of the rule `part`, or of all it speaks of.

    Returns what was stopped, in words. Raises MessageNotFound, CannotStop for a statutory notice.
    """
    async with db.transaction() as tx:
        return list((await preferences.stop_message(tx, recipient_id, message_id, now, part)).values())


async def remind_again(
    db: Database, recipient_id: UUID, message_id: UUID, now: datetime, part: str | None = None
) -> Sequence[StopLabel]:
    """Takes back what stop_reminding does. Raises MessageNotFound."""
    async with db.transaction() as tx:
        return list((await preferences.resume_message(tx, recipient_id, message_id, now, part)).values())


async def resume_stopped(db: Database, recipient_id: UUID, scope: str, name: str, now: datetime) -> Stop | None:
    """Takes a stop of the list back and returns what it was; None when it is not in force (any more)."""
    async with db.transaction() as tx:
        stops = await preferences.list_stops(tx, recipient_id)
        stop = next((each for each in stops if (each.scope, each.name) == (scope, name)), None)
        if stop is not None and stop.scope is StopScope.TOPIC:
            await preferences.resume_topic(tx, recipient_id, name, now)
        elif stop is not None:
            await preferences.resume_rule(tx, recipient_id, name, now)
        return stop


async def answer(
    db: Database, recipient_id: UUID, purpose: Purpose, *, given: bool, version: int, locale: Locale, now: datetime
) -> None:
    """A yes or no to the text in that version; the rules look again at who said it.

    Raises ConsentTextChanged for a yes to a text that has a successor.
    """
    async with db.transaction() as tx:
        if await consents.say(tx, recipient_id, uuid7(), purpose, given=given, version=version, locale=locale, now=now):
            await record(tx, [ConsentChanged(subject_id=recipient_id)], now)
