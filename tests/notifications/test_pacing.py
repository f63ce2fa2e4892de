"""Nobody is disturbed too often: what is over a cap waits, what presses goes first, and the inbox has all of it."""

import asyncio
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from notifications.consents import say
from notifications.inbox import count_unread
from notifications.models import Kind, Locale, Message, Pointer, Purpose, QuietHours, Urgency
from notifications.pacing import find_waits, local_day
from notifications.preferences import set_quiet_hours
from notifications.queries.claims import update_claimed
from notifications.quiet_hours import CITY_TIME
from tests.notifications.town import Town, a_message
from tests.push_service.device import Device

LONG = timedelta(days=60)


async def tell(town: Town, me: UUID, count: int = 1, **facts: object) -> list[Message]:
    """So many messages at once."""
    now = town.clock.now()
    messages = [a_message(me, now, **({"useful_until": now + LONG} | facts)) for _ in range(count)]
    await town.tell(*messages)
    return messages


async def agree(town: Town, me: UUID) -> None:
    now, purpose = town.clock.now(), Purpose.RECOMMENDATIONS
    await say(town.db, me, uuid4(), purpose, given=True, version=1, locale=Locale.ZH, now=now)


async def days(town: Town, phone: Device, count: int) -> list[int]:
    """How many pushes arrive in the rest of today and on each of the following days; the sender looks every hour."""
    arrived = []
    for _ in range(count):
        before, today = len(phone.messages), local_day(town.clock.now())
        while local_day(town.clock.now()) == today:
            await town.sender().run_once()
            await town.pass_time(minutes=2)
            await town.sender().run_once()
            await town.pass_time(minutes=58)
        arrived.append(len(phone.messages) - before)
    return arrived


async def held(town: Town, message: Message) -> tuple[str | None, datetime]:
    (delivery,) = await town.deliveries(message)
    assert delivery["state"] == "queued"
    return delivery["reason"], delivery["due_at"].astimezone(CITY_TIME)


async def test_three_reminders_a_day_and_ten_in_seven_days_disturb_the_rest_waits(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    await tell(town, me, 14)

    assert (await count_unread(town.db, me, town.clock.now())).total == 14
    assert await days(town, phone, 10) == [3, 3, 3, 1, 0, 0, 0, 3, 1, 0]


async def test_one_recommendation_a_day_and_three_in_seven_days(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await agree(town, me)

    await tell(town, me, 5, kind=Kind.RECOMMENDATION, topic="policy")

    assert await days(town, phone, 10) == [1, 1, 1, 0, 0, 0, 0, 1, 1, 0]


async def test_what_waits_says_why_and_until_when(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await agree(town, me)
    (first,) = await tell(town, me, kind=Kind.RECOMMENDATION, topic="policy")
    await town.sender().run_once()
    (second,) = await tell(town, me, kind=Kind.RECOMMENDATION, topic="policy")
    await town.sender().run_once()

    assert await town.state(first) == ("sent", None)
    assert await held(town, second) == ("daily cap", datetime(2026, 11, 21, 8, 30, tzinfo=CITY_TIME))


async def test_what_waits_is_let_out_after_the_readers_own_quiet_hours(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await set_quiet_hours(town.db, me, QuietHours(time(23), time(9)), town.clock.now())
    await tell(town, me, 3)
    await town.sender().run_once()

    (late,) = await tell(town, me)
    await town.sender().run_once()

    assert await held(town, late) == ("daily cap", datetime(2026, 11, 21, 9, 30, tzinfo=CITY_TIME))


async def test_the_nearest_deadline_goes_first_whatever_came_first(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    today = date(2026, 11, 20)
    await tell(town, me, 3)
    await town.sender().run_once()
    over = await tell(town, me, due_on=today - timedelta(days=3))
    without = await tell(town, me, 4)
    far = await tell(town, me, due_on=today + timedelta(days=40))
    near = await tell(town, me, due_on=today + timedelta(days=9))
    await town.sender().run_once()

    await town.pass_time(days=1)
    await town.sender().run_once()
    await town.pass_time(minutes=1)
    await town.sender().run_once()

    went = {each.message_id for each in (*over, *without, *far, *near) if (await town.state(each))[0] == "sent"}
    assert went > {far[0].message_id, near[0].message_id}
    assert len(went & {each.message_id for each in without}) == 1
    assert len(went) == 3


async def test_statutory_notices_and_danger_are_not_counted(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    await tell(town, me, 5, kind=Kind.STATUTORY)
    await tell(town, me, 4, ignores_quiet_hours=True)
    await tell(town, me, 3)
    await town.sender().run_once()
    await town.pass_time(minutes=1)
    await town.sender().run_once()

    assert len(phone.messages) == 12


@pytest.mark.parametrize(
    ("due_on", "urgency", "goes"),
    [
        (date(2026, 11, 20), Urgency.NORMAL, False),  # nothing ends: it is the day it came due
        (date(2026, 11, 20), Urgency.HIGH, True),
        (date(2026, 11, 21), Urgency.NORMAL, True),
        (date(2026, 11, 22), Urgency.NORMAL, False),
    ],
)
async def test_a_deadline_of_today_or_tomorrow_goes_before_every_cap(
    town: Town, due_on: date, urgency: Urgency, goes: bool
) -> None:
    me = uuid4()
    await town.phone(me)
    await tell(town, me, 3)
    await town.sender().run_once()

    (message,) = await tell(town, me, due_on=due_on, urgency=urgency)
    await town.sender().run_once()

    assert (await town.state(message))[0] == ("sent" if goes else "queued")


async def test_what_waits_does_not_wait_beyond_the_day_before_its_deadline(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await tell(town, me, 10)
    assert await days(town, phone, 4) == [3, 3, 3, 1]
    await town.pass_time(hours=10)

    (message,) = await tell(town, me, due_on=date(2026, 11, 26))
    await town.sender().run_once()

    assert await held(town, message) == ("weekly cap", datetime(2026, 11, 25, 8, 30, tzinfo=CITY_TIME))
    assert await days(town, phone, 2) == [0, 1]


async def test_all_phones_and_tries_of_a_message_count_once(town: Town) -> None:
    me = uuid4()
    for _ in range(4):
        await town.phone(me)
    messages = await tell(town, me, 3)

    await town.sender().run_once()

    for message in messages:
        assert {each["state"] for each in await town.deliveries(message)} == {"sent"}


async def test_a_deadline_that_is_only_wished_for_gives_no_recommendation_a_way_around(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await agree(town, me)

    await tell(town, me, 3, kind=Kind.RECOMMENDATION, topic="policy", due_on=date(2026, 11, 21), urgency=Urgency.HIGH)
    await town.sender().run_once()
    await town.pass_time(minutes=1)
    await town.sender().run_once()

    assert len(phone.messages) == 1


async def test_read_messages_take_no_place(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await tell(town, me, 3)
    await town.db.execute("UPDATE messages SET read_at = $1", town.clock.now())

    await tell(town, me, 3)
    await town.sender().run_once()

    assert len(phone.messages) == 3


async def test_places_older_than_a_week_are_removed(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await tell(town, me, 1)
    assert await days(town, phone, 8) == [1, 0, 0, 0, 0, 0, 0, 0]

    await tell(town, me, 1)
    await town.sender().run_once()

    assert await town.db.fetchval("SELECT count(*) FROM disturbances") == 1


async def test_several_senders_at_once_keep_the_caps_together(town: Town) -> None:
    """Each claims messages of its own of the same people, at the same moment, in different order."""
    people = [uuid4() for _ in range(8)]
    phones = [await town.phone(person) for person in people]
    senders = [town.sender(str(number)) for number in range(6)]

    for _ in range(4):
        for person in people:
            await tell(town, person, 6, due_on=date(2026, 12, 24))
            await tell(town, person, 2)
        await asyncio.gather(*(sender.run_once() for sender in senders))
        await town.pass_time(minutes=2)
        await asyncio.gather(*(sender.run_once() for sender in senders))
        await town.pass_time(minutes=2)

    assert [len(phone.messages) for phone in phones] == [3] * len(people)


async def test_two_senders_that_claimed_different_messages_cannot_both_go(town: Town) -> None:
    """The very race: both have leased a recommendation of the same person before either asked for a place."""
    me, now = uuid4(), town.clock.now()
    await town.phone(me)
    await agree(town, me)
    claimed = []
    for message in await tell(town, me, 10, kind=Kind.RECOMMENDATION, topic="policy"):
        pointer = Pointer(me, message.message_id)
        claimed.append(await update_claimed(town.db, [pointer], lease=uuid4(), until=now + LONG, now=now))

    waits = await asyncio.gather(*(find_waits(town.db, each, now) for each in reversed(claimed)))

    assert sum(not each for each in waits) == 1
