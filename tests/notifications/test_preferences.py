"""What a person chose holds at once, on all channels, and can be taken back."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from notifications.errors import BadQuietHours, CannotStop, UnknownTopic
from notifications.inbox import count_unread, get_message
from notifications.models import ChannelName, Item, Kind, Locale, QuietHours, Reader, TopicChoice, Wording
from notifications.preferences import (
    get_reader,
    list_choices,
    list_stops,
    resume_message,
    resume_rule,
    resume_topic,
    set_channel,
    set_locale,
    set_quiet_hours,
    stop_message,
    stop_rule,
    stop_topic,
)
from notifications.subscriptions import unsubscribe_others
from notifications.topics import TOPICS
from tests.notifications.town import Town, shown


async def test_defaults_are_push_without_sms(town: Town) -> None:
    choices = {choice.topic: choice for choice in await list_choices(town.db, uuid4())}

    assert list(choices) == list(TOPICS)
    assert choices["licence-expiry"] == TopicChoice(topic="licence-expiry", web_push=True, sms=False, stopped=False)
    assert {choice.web_push for choice in choices.values()} == {True}


async def test_choices_are_remembered(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    await set_channel(town.db, me, "licence-expiry", ChannelName.SMS, enabled=True, now=now)
    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=False, now=now)
    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=True, now=now)
    await stop_topic(town.db, me, "case", now)

    choices = {choice.topic: choice for choice in await list_choices(town.db, me)}

    assert (choices["licence-expiry"].web_push, choices["licence-expiry"].sms) == (True, True)
    assert choices["case"].stopped


async def test_switching_off_holds_back_what_is_queued(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)

    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=False, now=town.clock.now())
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(message) == ("dropped", "switched off")


@pytest.mark.parametrize("by", ["rule", "topic", "message"])
async def test_a_stop_holds_for_what_is_already_queued(town: Town, by: str) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    message = await town.tell_one(me)

    if by == "rule":
        assert await stop_rule(town.db, me, "licence-expiry", now) == 1
    elif by == "topic":
        assert await stop_topic(town.db, me, "licence-expiry", now) == 1
    else:
        assert list(await stop_message(town.db, me, message.message_id, now)) == ["licence-expiry"]
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(message) == ("dropped", "stopped")
    assert (await get_message(town.db, me, message.message_id, now)).stopped


async def test_a_stop_survives_leaving_and_coming_back_with_the_same_browser_and_with_a_new_one(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    await stop_rule(town.db, me, "licence-expiry", now)
    await stop_topic(town.db, me, "case", now)

    await unsubscribe_others(town.db, me, None)
    await town.attach(me, phone)
    new = await town.phone(me)
    await town.tell_one(me)
    await town.tell_one(me, topic="case", rule="case-progress")
    await town.tell_one(me, topic="payment", rule="bill-due")
    await town.sender().run_once()

    assert [len(each.messages) for each in (phone, new)] == [1, 1]
    assert len(await list_stops(town.db, me)) == 2


def a_digest(*rules: str) -> dict[str, Any]:
    items = tuple(
        Item(title=f"{rule} 到期", link="/wallet", action="查看", key=rule, rule=rule, stop_label=f"{rule} 的提醒")
        for rule in rules
    )
    wording = Wording(title="几件事到日子了", body="合在一起提醒您。", action="查看", items=items)
    return {"rule": "digest", "topic": "milestone", "zh": wording, "en": None}


async def test_stopping_a_digest_stops_every_rule_it_speaks_of(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    digest = await town.tell_one(me, **a_digest("passport", "permit"))

    stopped = await stop_message(town.db, me, digest.message_id, now)
    await town.tell_one(me, rule="passport")
    await town.tell_one(me, rule="driving")
    await town.sender().run_once()

    assert {rule: label.zh for rule, label in stopped.items()} == {
        "passport": "passport 的提醒",
        "permit": "permit 的提醒",
    }
    assert await town.state(digest) == ("dropped", "stopped")
    assert len(phone.messages) == 1
    assert (await get_message(town.db, me, digest.message_id, now)).stopped


async def test_one_part_of_a_digest_is_stopped_alone_and_the_last_one_silences_it(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    await town.phone(me)
    digest = await town.tell_one(me, **a_digest("passport", "permit"))

    await stop_message(town.db, me, digest.message_id, now, "permit")
    half = await get_message(town.db, me, digest.message_id, now)
    assert not half.stopped
    assert half.stopped_parts == {"permit"}
    assert (await town.state(digest))[0] == "queued"
    await stop_rule(town.db, me, "passport", now)

    assert (await get_message(town.db, me, digest.message_id, now)).stopped
    assert await town.state(digest) == ("dropped", "stopped")
    with pytest.raises(CannotStop):
        await stop_message(town.db, me, digest.message_id, now, "driving")


async def test_taking_back_the_stop_of_a_part_lets_the_digest_out_again(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    digest = await town.tell_one(me, **a_digest("passport", "permit"))
    await stop_message(town.db, me, digest.message_id, now)

    await resume_message(town.db, me, digest.message_id, now, "permit")
    await town.pass_time(seconds=1)
    await town.sender().run_once()

    assert [stop.name for stop in await list_stops(town.db, me)] == ["passport"]
    assert len(phone.messages) == 1


async def test_a_digest_stopped_in_parts_while_a_sender_holds_it_is_dropped_at_its_next_attempt(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    digest = await town.tell_one(me, **a_digest("passport", "permit"))
    await town.db.execute("UPDATE deliveries SET leased_until = $1", town.clock.now() + timedelta(minutes=2))
    await stop_message(town.db, me, digest.message_id, town.clock.now())
    await town.pass_time(minutes=3)
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(digest) == ("dropped", "stopped")


async def test_a_stop_that_comes_while_a_sender_holds_the_delivery_counts_at_its_next_attempt(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)
    await town.db.execute("UPDATE deliveries SET leased_until = $1", town.clock.now() + timedelta(minutes=2))

    assert await stop_rule(town.db, me, "licence-expiry", town.clock.now()) == 0
    await town.pass_time(minutes=3)
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(message) == ("dropped", "stopped")


async def test_later_messages_of_a_stopped_rule_are_kept_without_a_sound(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await stop_rule(town.db, me, "licence-expiry", town.clock.now())

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.deliveries() == []
    assert (await get_message(town.db, me, message.message_id, town.clock.now())).read
    assert (await count_unread(town.db, me, town.clock.now())).total == 0


async def test_a_stop_touches_neither_other_rules_nor_other_people(town: Town) -> None:
    me, neighbour = uuid4(), uuid4()
    mine, theirs = await town.phone(me), await town.phone(neighbour)
    await stop_rule(town.db, me, "licence-expiry", town.clock.now())

    await town.tell_one(me, rule="case-progress", topic="case")
    await town.tell_one(neighbour)
    await town.sender().run_once()

    assert (len(mine.messages), len(theirs.messages)) == (1, 1)


async def test_a_statutory_notice_cannot_be_stopped_but_its_channels_chosen(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    await stop_topic(town.db, me, "case", now)

    notice = await town.tell_one(me, kind=Kind.STATUTORY, topic="case")
    with pytest.raises(CannotStop):
        await stop_message(town.db, me, notice.message_id, now)
    await town.sender().run_once()
    await set_channel(town.db, me, "case", ChannelName.WEB_PUSH, enabled=False, now=now)
    await town.tell_one(me, kind=Kind.STATUTORY, topic="case")
    await town.sender().run_once()

    assert len(phone.messages) == 1
    assert (await count_unread(town.db, me, now)).total == 2


async def test_undoing_a_stop_sends_what_it_held_back(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    phone = await town.phone(me)
    await town.tell_one(me)
    await stop_rule(town.db, me, "licence-expiry", now)
    await town.sender().run_once()

    assert await resume_rule(town.db, me, "licence-expiry", now) == 1
    await town.pass_time(seconds=5)
    await town.sender().run_once()

    assert len(phone.messages) == 1


async def test_undoing_one_of_two_stops_leaves_the_other_in_force(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    await town.phone(me)
    message = await town.tell_one(me)
    await stop_rule(town.db, me, "licence-expiry", now)
    await stop_topic(town.db, me, "licence-expiry", now)

    assert await resume_topic(town.db, me, "licence-expiry", now) == 0

    assert await town.state(message) == ("dropped", "stopped")


async def test_undoing_does_not_revive_what_is_of_no_use_any_more(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await town.tell_one(me)
    await stop_rule(town.db, me, "licence-expiry", town.clock.now())
    town.clock.at += timedelta(days=6)

    assert await resume_rule(town.db, me, "licence-expiry", town.clock.now()) == 0


async def test_a_reader_has_defaults_and_keeps_each_choice_apart(town: Town) -> None:
    me, now = uuid4(), town.clock.now()
    assert await get_reader(town.db, me) == Reader(Locale.ZH, QuietHours(time(22), time(8)))

    await set_locale(town.db, me, Locale.EN, now)
    await set_quiet_hours(town.db, me, QuietHours(time(21), time(9)), now)
    assert await get_reader(town.db, me) == Reader(Locale.EN, QuietHours(time(21), time(9)))

    await set_quiet_hours(town.db, me, None, now)
    assert await get_reader(town.db, me) == Reader(Locale.EN, None)


async def test_quiet_hours_of_no_length_are_refused(town: Town) -> None:
    with pytest.raises(BadQuietHours):
        await set_quiet_hours(town.db, uuid4(), QuietHours(time(8), time(8)), town.clock.now())


async def test_quiet_hours_chosen_later_hold_for_what_is_queued(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)  # 10:00

    await set_quiet_hours(town.db, me, QuietHours(time(9), time(12)), town.clock.now())
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(message) == ("queued", "quiet hours")
    await town.pass_time(hours=2, minutes=30)
    await town.sender().run_once()
    assert len(phone.messages) == 1


async def test_whoever_switched_quiet_hours_off_is_told_at_night(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await set_quiet_hours(town.db, me, None, town.clock.now())
    town.clock.at += timedelta(hours=16)

    await town.tell_one(me)
    await town.sender().run_once()

    assert len(phone.messages) == 1


async def test_the_push_is_in_the_chosen_language(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await set_locale(town.db, me, Locale.EN, town.clock.now())

    await town.tell_one(me)
    await town.sender().run_once()

    assert shown(phone)[0]["lang"] == "en"


async def test_an_unknown_topic_cannot_be_chosen_or_stopped(town: Town) -> None:
    with pytest.raises(UnknownTopic):
        await set_channel(town.db, uuid4(), "weather", ChannelName.SMS, enabled=True, now=town.clock.now())
    with pytest.raises(UnknownTopic):
        await stop_topic(town.db, uuid4(), "weather", town.clock.now())
