"""The inbox is the record: complete, counted, private."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from notifications.errors import BadCursor, CannotSnooze, MessageNotFound
from notifications.inbox import count_unread, get_message, list_inbox, mark_read, snooze
from notifications.models import Tab, UnreadCounts
from notifications.preferences import stop_rule
from tests.notifications.town import Town, a_message, shown


async def test_pages_follow_each_other_without_gap_or_repeat(town: Town) -> None:
    me, told = uuid4(), []
    for minute in range(7):
        now = town.clock.now() + timedelta(minutes=minute // 3)  # some at the same instant
        message = a_message(me, now)
        told.append(message.message_id)
        town.clock.at = now
        await town.tell(message)

    found, after = [], None
    while True:
        page = await list_inbox(town.db, me, Tab.REMINDER, town.clock.now(), after=after, limit=3)
        found += [(line.queued_at, line.message_id) for line in page.messages]
        if (after := page.after) is None:
            break

    assert found == sorted(found, reverse=True)
    assert {message_id for _, message_id in found} == set(told)
    assert len(found) == 7


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "_" * 32, "A" * 400])
async def test_a_made_up_cursor_is_refused(town: Town, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await list_inbox(town.db, uuid4(), Tab.TODO, town.clock.now(), after=cursor)


async def test_tabs_are_counted_apart_and_add_up_to_the_badge(town: Town) -> None:
    me = uuid4()
    now = town.clock.now()
    tabs = (Tab.TODO, Tab.TODO, Tab.REMINDER, Tab.NOTICE)
    told = [a_message(me, now, tab=tab) for tab in tabs]
    await town.tell(*told)

    await mark_read(town.db, me, told[0].message_id, now)

    counts = await count_unread(town.db, me, now)
    assert counts == UnreadCounts(todo=1, reminder=1, notice=1)
    assert counts.total == 3
    assert len((await list_inbox(town.db, me, Tab.TODO, now)).messages) == 2


async def test_somebody_elses_message_does_not_exist(town: Town) -> None:
    message = await town.tell_one(uuid4())
    stranger = uuid4()

    for attempt in (
        get_message(town.db, stranger, message.message_id, town.clock.now()),
        mark_read(town.db, stranger, message.message_id, town.clock.now()),
        snooze(town.db, stranger, message.message_id, town.clock.now() + timedelta(days=1), town.clock.now()),
    ):
        with pytest.raises(MessageNotFound):
            await attempt
    assert not (await get_message(town.db, message.recipient_id, message.message_id, town.clock.now())).read


async def test_a_message_read_before_it_was_sent_is_not_pushed(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)

    opened = await mark_read(town.db, me, message.message_id, town.clock.now())
    await town.sender().run_once()

    assert opened.read
    assert phone.messages == []
    assert await town.state(message) == ("dropped", "read")


async def test_a_snoozed_message_is_silent_and_comes_back_once(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)
    await town.sender().run_once()
    until = town.clock.now() + timedelta(days=3)

    async with town.db.transaction() as tx:
        await snooze(tx, me, message.message_id, until, town.clock.now())

    put_off = await get_message(town.db, me, message.message_id, town.clock.now())
    assert (put_off.read, put_off.snoozed_until) == (True, until)
    assert (await count_unread(town.db, me, town.clock.now())).total == 0
    assert await town.pass_time(days=2, hours=23) == 0
    assert await town.pass_time(hours=1) == 1
    assert (await count_unread(town.db, me, town.clock.now())).total == 1
    await town.sender().run_once()
    assert len(phone.messages) == 2
    assert len(shown(phone)) == 1


async def test_snoozing_holds_back_what_was_not_sent_yet(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)

    await snooze(town.db, me, message.message_id, town.clock.now() + timedelta(days=1), town.clock.now())
    await town.sender().run_once()

    assert phone.messages == []
    assert [(row["round"], row["state"]) for row in await town.deliveries(message)] == [(0, "dropped"), (1, "queued")]


async def test_a_message_snoozed_into_the_night_is_delivered_in_the_morning(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    message = await town.tell_one(me)
    evening = town.clock.now() + timedelta(hours=13)

    await snooze(town.db, me, message.message_id, evening, town.clock.now())

    assert (await town.deliveries(message))[-1]["due_at"] == evening + timedelta(hours=9, minutes=30)


@pytest.mark.parametrize("span", [timedelta(0), timedelta(days=-1), timedelta(days=5), timedelta(days=500)])
async def test_it_cannot_be_put_off_to_the_past_or_beyond_its_use(town: Town, span: timedelta) -> None:
    message = await town.tell_one(uuid4())

    with pytest.raises(CannotSnooze):
        await snooze(town.db, message.recipient_id, message.message_id, town.clock.now() + span, town.clock.now())


async def test_a_newer_message_about_the_same_thing_is_counted_instead_of_the_older(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    older = await town.tell_one(me, about=("permit",))
    town.clock.at += timedelta(hours=1)
    newer = await town.tell_one(me, about=("permit",), rule="digest", occasion="another")
    await town.sender().run_once()

    assert (await count_unread(town.db, me, town.clock.now())).total == 1
    read = {line.message_id: line.read for line in (await list_inbox(town.db, me, Tab.REMINDER, now)).messages}
    assert read == {older.message_id: True, newer.message_id: False}
    assert await town.state(older) == ("dropped", "read")
    assert len(phone.messages) == 1


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"about": ("permit", "passport")}, {"about": ("permit",)}),  # the older one also speaks of something else
        ({"about": ("permit",)}, {"about": ("passport",)}),
        ({"about": ()}, {"about": ()}),
        ({"about": ("permit",)}, {"about": ("permit",), "topic": "case"}),
    ],
)
async def test_what_a_newer_message_does_not_say_stays_unread(
    town: Town, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    me = uuid4()
    await town.tell_one(me, **older)
    town.clock.at += timedelta(hours=1)
    await town.tell_one(me, **newer)

    assert (await count_unread(town.db, me, town.clock.now())).total == 2


async def test_somebody_elses_message_and_a_stopped_one_replace_nothing(town: Town) -> None:
    me = uuid4()
    await town.tell_one(me, about=("permit",))
    town.clock.at += timedelta(hours=1)
    await stop_rule(town.db, me, "stopped", town.clock.now())

    await town.tell_one(uuid4(), about=("permit",))
    await town.tell_one(me, about=("permit",), rule="stopped")

    assert (await count_unread(town.db, me, town.clock.now())).total == 1


async def test_what_was_put_off_does_not_come_back_beside_a_newer_message(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    older = await town.tell_one(me, about=("permit",))
    await snooze(town.db, me, older.message_id, now + timedelta(days=3), now)
    town.clock.at += timedelta(days=1)
    await town.tell_one(me, about=("permit",))

    assert (await count_unread(town.db, me, now + timedelta(days=4))).total == 1
