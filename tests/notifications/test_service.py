"""Queued with its cause, once, whatever repeats; taken back when the cause vanishes."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from notifications.errors import UnknownTopic
from notifications.inbox import get_message, list_inbox, mark_read
from notifications.models import ChannelName, MessageState, Tab, Urgency
from notifications.preferences import set_channel
from notifications.service import measure_lag, publish, queue, requeue_due, withdraw
from notifications.work_queue import STREAM
from tests.notifications.town import FCM, Town, a_message, shown


async def test_a_message_reaches_the_inbox_and_every_phone_of_its_person(town: Town) -> None:
    me, neighbour = uuid4(), uuid4()
    first, second, foreign = await town.phone(me), await town.phone(me, FCM), await town.phone(neighbour)

    message = await town.tell_one(me)
    sent = await town.sender().run_once()

    assert sent == 2
    (line,) = (await list_inbox(town.db, me, Tab.REMINDER, town.clock.now())).messages
    assert (line.message_id, line.zh, line.en, line.link) == (
        message.message_id,
        message.zh,
        message.en,
        message.link,
    )
    assert [note["navigate"] for device in (first, second) for note in shown(device)] == [
        f"https://city.example/messages/{message.message_id}/open"
    ] * 2
    assert foreign.messages == []


async def test_the_push_carries_what_rfc_8030_asks_for(town: Town) -> None:
    me = uuid4()
    await town.phone(me)

    await town.tell_one(me, urgency=Urgency.HIGH, useful_until=town.clock.now() + timedelta(days=60))
    await town.tell_one(me, useful_until=town.clock.now() + timedelta(seconds=90))
    await town.sender().run_once()

    long, short = sorted(town.push.received, key=lambda push: -push.ttl_s)
    assert (long.ttl_s, short.ttl_s) == (30 * 86400, 90)
    assert (long.headers["Urgency"], short.headers["Urgency"]) == ("high", "normal")
    assert [len(push.topic or "") for push in (long, short)] == [32, 32]
    assert long.topic != short.topic
    assert long.size == short.size


async def test_the_same_message_queued_fifty_times_at_once_is_one(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    attempts = [a_message(me, town.clock.now(), occasion="card-1:30") for _ in range(50)]

    pointers = await asyncio.gather(*(town.tell(message) for message in attempts))
    await town.sender().run_once()

    assert sum(map(len, pointers)) == 1
    assert len((await list_inbox(town.db, me, Tab.REMINDER, town.clock.now())).messages) == 1
    assert len(phone.messages) == 1


async def test_batches_that_overlap_in_opposite_order_do_not_block_each_other(town: Town) -> None:
    people = sorted(uuid4() for _ in range(1500))
    batch = [a_message(person, town.clock.now(), occasion="same") for person in people]

    await asyncio.gather(*(town.tell(*order) for order in (batch, batch[::-1]) * 3))

    assert await town.db.fetchval("SELECT count(*) FROM messages") == 1500


async def test_thousands_are_queued_by_a_handful_of_statements(town: Town) -> None:
    people = [uuid4() for _ in range(3000)]
    device = await town.push.add_device(town.keys.current.public)
    await town.attach(people[0], device)
    statements: list[str] = []

    async with town.db.transaction() as tx:
        await queue(tx, [a_message(people[0], town.clock.now())], town.clock.now())  # asyncpg looks up types once
        tx.add_query_logger(lambda logged: statements.append(logged.query))
        pointers = await queue(tx, [a_message(person, town.clock.now()) for person in people], town.clock.now())

    assert len(pointers) == 1
    assert len(statements) == 4  # the commit included


async def test_a_cause_rolled_back_takes_its_message_along(town: Town) -> None:
    me = uuid4()
    await town.phone(me)

    async def fail_after_queueing() -> None:
        async with town.db.transaction() as tx:
            await queue(tx, [a_message(me, town.clock.now())], town.clock.now())
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await fail_after_queueing()

    assert await town.deliveries() == []
    assert (await list_inbox(town.db, me, Tab.REMINDER, town.clock.now())).messages == ()


@pytest.mark.parametrize("link", ["https://evil.example", "//evil.example", "/\\evil.example", "services"])
async def test_a_link_that_leaves_our_site_is_refused_by_the_database(town: Town, link: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await town.tell_one(uuid4(), link=link)


async def test_an_unknown_topic_is_refused(town: Town) -> None:
    with pytest.raises(UnknownTopic):
        await town.tell_one(uuid4(), topic="weather")


async def test_nothing_is_planned_where_nothing_is_switched_on(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await set_channel(town.db, me, "licence-expiry", ChannelName.WEB_PUSH, enabled=False, now=town.clock.now())

    await town.tell_one(me)

    assert await town.deliveries() == []


async def test_at_night_it_waits_for_half_past_eight(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.clock.at += timedelta(hours=13)  # 23:00

    pointers = await town.tell(a_message(me, town.clock.now()))

    assert pointers == []
    assert await town.pass_time(hours=9, minutes=29) == 0  # 08:29
    assert await town.pass_time(minutes=1) == 1
    await town.sender().run_once()
    assert len(phone.messages) == 1


async def test_a_deadline_that_ends_today_may_disturb(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.clock.at += timedelta(hours=13)

    await town.tell_one(me, ignores_quiet_hours=True)
    await town.sender().run_once()

    assert len(phone.messages) == 1


async def test_a_newer_message_of_a_thread_replaces_the_older_on_the_screen(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    for occasion in ("card-1:30", "card-1:15"):
        await town.tell_one(me, occasion=occasion, thread="card-1")
    await town.sender().run_once()

    assert len(phone.messages) == 2
    assert len(shown(phone)) == 1
    assert len({push.topic for push in town.push.received}) == 1


async def test_what_was_never_published_is_found(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    async with town.db.transaction() as tx:
        await queue(tx, [a_message(me, town.clock.now())], town.clock.now())
    await requeue_due(town.db, town.redis, town.clock.now())
    await town.sender().run_once()
    async with town.db.transaction() as tx:
        await queue(tx, [a_message(me, town.clock.now())], town.clock.now())

    assert await town.pass_time(minutes=1) == 0
    assert await town.pass_time(minutes=2) == 1
    await town.sender().run_once()

    assert len(phone.messages) == 2


async def test_losing_redis_loses_no_message(town: Town) -> None:
    people = [uuid4() for _ in range(20)]
    phones = [await town.phone(person) for person in people]
    await requeue_due(town.db, town.redis, town.clock.now())
    await town.tell(*(a_message(person, town.clock.now()) for person in people))

    await town.redis.flushall()

    assert await requeue_due(town.db, town.redis, town.clock.now()) == 20
    sender = town.sender()
    assert await sender.run_once() == 20
    assert [len(phone.messages) for phone in phones] == [1] * 20


async def test_the_sweep_does_not_pile_up_pointers(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await town.tell_one(me)

    for _ in range(20):
        await town.pass_time(seconds=5)

    assert await town.redis.xlen(STREAM) <= 2


async def test_the_lag_is_the_age_of_the_oldest_unsent(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    assert await measure_lag(town.db, town.clock.now()) == timedelta()

    await town.tell_one(me)
    town.clock.at += timedelta(seconds=42)

    assert await measure_lag(town.db, town.clock.now()) == timedelta(seconds=42)


async def test_publishing_nothing_is_fine(town: Town) -> None:
    await publish(town.redis, [])
    assert await town.tell() == []


async def test_a_vanished_cause_withdraws_what_nobody_was_told(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me, occasion="card-1:30")

    async with town.db.transaction() as tx:
        ended = await withdraw(tx, me, "licence-expiry", town.clock.now(), prefix="card-1:")
    await town.sender().run_once()

    assert ended == 1
    assert await town.state(message) == ("dropped", "withdrawn")
    assert phone.messages == []
    assert (await list_inbox(town.db, me, Tab.REMINDER, town.clock.now())).messages == ()


async def test_a_vanished_cause_supersedes_what_was_sent_or_read(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    sent = await town.tell_one(me, occasion="card-1:30")
    await town.sender().run_once()
    read = await town.tell_one(me, occasion="card-1:15")
    await mark_read(town.db, me, read.message_id, town.clock.now())
    other = await town.tell_one(me, occasion="card-2:30")

    async with town.db.transaction() as tx:
        ended = await withdraw(tx, me, "licence-expiry", town.clock.now(), occasions=["card-1:30", "card-1:15"])

    assert ended == 2
    states = [
        (await get_message(town.db, me, message.message_id, town.clock.now())).state for message in (sent, read, other)
    ]
    assert states == [MessageState.SUPERSEDED, MessageState.SUPERSEDED, MessageState.ACTIVE]


async def test_a_withdrawn_message_is_not_queued_again(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await town.tell_one(me, occasion="card-1:30")
    await withdraw(town.db, me, "licence-expiry", town.clock.now(), occasions=["card-1:30"])

    assert await town.tell(a_message(me, town.clock.now(), occasion="card-1:30")) == []


async def test_withdrawing_touches_nobody_else(town: Town) -> None:
    me, neighbour = uuid4(), uuid4()
    await town.tell_one(neighbour, occasion="card-1:30")
    await town.tell_one(me, occasion="card-1:30", rule="other")

    assert await withdraw(town.db, me, "licence-expiry", town.clock.now(), prefix="") == 0
