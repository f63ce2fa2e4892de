"""What has a deadline and stays unread is told once more, once; recommendations never."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from notifications.consents import say
from notifications.inbox import mark_read, snooze
from notifications.models import ChannelName, Kind, Locale, Message, Purpose
from notifications.preferences import set_channel, stop_rule, stop_topic
from notifications.service import repeat_unread, withdraw
from tests.notifications.town import Town

FAR = date(2026, 12, 18)


async def told(town: Town, me: UUID, **facts: Any) -> Message:
    usual = {"due_on": FAR, "useful_until": town.clock.now() + timedelta(days=30)}
    message = await town.tell_one(me, **(usual | facts))
    await town.sender().run_once()
    return message


async def later(town: Town, **span: float) -> int:
    """Time goes by and everything that a sender does every few seconds is done; returns what was told once more."""
    await town.pass_time(**span)
    repeated = await repeat_unread(town.db, town.clock.now())
    await town.pass_time(seconds=1)
    await town.sender().run_once()
    return repeated


async def test_after_three_days_it_is_told_once_more_and_never_again(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await told(town, me)

    assert await later(town, days=2, hours=23) == 0
    assert await later(town, hours=1) == 1
    assert [await later(town, days=days) for days in (1, 3, 3, 10)] == [0, 0, 0, 0]

    assert len(phone.messages) == 2
    assert [(each["round"], each["state"]) for each in await town.deliveries(message)] == [(0, "sent"), (1, "sent")]


async def test_all_its_phones_are_told_once_more_also_by_two_sweeps_at_once(town: Town) -> None:
    me = uuid4()
    phones = [await town.phone(me) for _ in range(2)]
    await told(town, me)
    await town.pass_time(days=3)

    repeated = await asyncio.gather(*(repeat_unread(town.db, town.clock.now()) for _ in range(4)))
    await later(town)

    assert sum(repeated) == 1
    assert [len(phone.messages) for phone in phones] == [2, 2]


@pytest.mark.parametrize("what", ["read", "snoozed", "withdrawn", "stopped", "topic stopped"])
async def test_not_what_was_seen_put_off_stopped_or_is_over(town: Town, what: str) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    message = await told(town, me)
    if what == "read":
        await mark_read(town.db, me, message.message_id, now)
    elif what == "snoozed":
        await snooze(town.db, me, message.message_id, now + timedelta(days=20), now)
    elif what == "withdrawn":
        await withdraw(town.db, me, message.rule, now)
    elif what == "stopped":
        await stop_rule(town.db, me, message.rule, now)
    else:
        await stop_topic(town.db, me, message.topic, now)

    assert await later(town, days=4) == 0
    assert len(phone.messages) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"due_on": None},
        {"due_on": date(2026, 11, 20)},
        {"due_on": date(2026, 11, 23)},
        {"useful_until_days": 3},
        {"kind": Kind.RECOMMENDATION, "topic": "policy"},
    ],
    ids=["no date", "due when told", "over by then", "of no use by then", "a recommendation"],
)
async def test_not_what_has_no_day_to_come_and_no_recommendation(town: Town, facts: dict[str, Any]) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    await say(town.db, me, uuid4(), Purpose.RECOMMENDATIONS, given=True, version=1, locale=Locale.ZH, now=now)
    if days := facts.pop("useful_until_days", 0):
        facts["useful_until"] = now + timedelta(days=days)

    await told(town, me, **facts)

    assert await later(town, days=3, hours=1) == 0
    assert len(phone.messages) == 1


async def test_statutory_notices_are_told_once_more_though_their_topic_is_stopped(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await stop_topic(town.db, me, "case", town.clock.now())
    await told(town, me, kind=Kind.STATUTORY, topic="case")

    assert await later(town, days=3) == 1
    assert len(phone.messages) == 2


async def test_what_waited_for_its_first_time_is_not_doubled(town: Town) -> None:
    """The three days count from when it was sent."""
    me = uuid4()
    phone = await town.phone(me)
    message = await told(town, me)
    await town.db.execute(
        "UPDATE deliveries SET state = 'queued', finished_at = NULL, due_at = $1", town.clock.now() + timedelta(days=5)
    )

    assert [await later(town, days=1) for _ in range(7)] == [0] * 7
    assert await later(town, days=1, hours=2) == 1
    assert [(each["round"], each["state"]) for each in await town.deliveries(message)] == [(0, "sent"), (1, "sent")]
    assert len(phone.messages) == 3  # the test sent the first one twice


async def test_nothing_is_told_once_more_that_was_not_told_outside(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=False, now=town.clock.now())
    await told(town, me)
    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=True, now=town.clock.now())

    assert [await later(town, days=days) for days in (3, 3, 3)] == [0, 0, 0]
    assert phone.messages == []


async def test_it_waits_for_the_end_of_quiet_hours_and_counts_as_a_disturbance(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await told(town, me)

    assert await later(town, days=3, hours=13) == 1  # 23:00
    assert len(phone.messages) == 1
    await later(town, hours=9, minutes=30)

    assert len(phone.messages) == 2
    assert await town.db.fetchval("SELECT count(*) FROM disturbances WHERE recipient_id = $1", me) == 2
