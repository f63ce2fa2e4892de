"""Senders that die, several at once, and answers that get lost: each message arrives, and is seen once."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from notifications.channels.channel import Outcome
from notifications.channels.web_push import WebPush
from notifications.counters import DELIVERIES
from notifications.models import DeliveryState
from notifications.queries.claims import Claimed, Settled, update_claimed, update_settled
from notifications.service import publish
from notifications.work_queue import GROUP, STREAM
from tests.notifications.town import PUBLIC_URL, Town, a_message, shown
from tests.push_service.faults import Fault


async def test_an_answer_that_got_lost_repeats_the_push_invisibly(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.push.fail_next(Fault.lose_answer())
    await town.tell_one(me)
    sender = town.sender()

    await sender.run_once()
    await town.pass_time(minutes=1)
    await sender.run_once()

    assert len(phone.messages) == 2
    assert len(shown(phone)) == 1


class Dying(WebPush):
    """A sender's machine dies right after the push went out, before anything is written down."""

    async def send(self, delivery: Claimed, now: datetime) -> Outcome:
        await super().send(delivery, now)
        raise asyncio.CancelledError


async def test_a_crash_between_sending_and_writing_down_loses_nothing(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me)

    with pytest.raises(asyncio.CancelledError):
        await town.sender("dies", web_push=Dying(town.transport, town.vapid, PUBLIC_URL)).run_once()

    assert (await town.deliveries(message))[0]["state"] == "queued"
    assert await town.pass_time(minutes=1) == 0  # the lease still holds
    assert await town.pass_time(minutes=1, seconds=1) == 1
    await town.sender("lives").run_once()
    assert await town.state(message) == ("sent", None)
    assert len(phone.messages) == 2
    assert len(shown(phone)) == 1


async def test_a_crash_before_forgetting_the_pointer_sends_nothing_twice(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    (pointer,) = await town.tell(a_message(me, town.clock.now()))
    await town.sender().run_once()

    await town.redis.xadd(STREAM, {"r": pointer.recipient_id.bytes, "m": pointer.message_id.bytes})
    assert await town.sender().run_once() == 0

    assert len(phone.messages) == 1


async def test_pointers_taken_by_a_dead_sender_are_taken_over(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await town.tell_one(me)
    await town.sender().run_once()
    await town.tell_one(me)
    await town.redis.xreadgroup(GROUP, "dead", {STREAM: ">"}, count=10)
    (pending,) = await town.redis.xpending_range(STREAM, GROUP, "-", "+", 10)

    await town.redis.xclaim(STREAM, GROUP, "dead", 0, [pending["message_id"]], idle=121_000)
    await town.sender().run_once()

    assert len(phone.messages) == 2
    assert await town.redis.xlen(STREAM) == 0


async def test_two_senders_at_once_send_each_delivery_once(town: Town) -> None:
    people = [uuid4() for _ in range(300)]
    phones = [await town.phone(person) for person in people]
    pointers = await town.tell(*(a_message(person, town.clock.now()) for person in people))
    await publish(town.redis, pointers * 2)

    senders = [town.sender(f"sender-{number}") for number in range(4)]
    sent = await asyncio.gather(*(sender.run_once() for sender in senders))

    assert sum(sent) == 300
    assert [len(phone.messages) for phone in phones] == [1] * 300


async def test_what_one_sender_is_sending_no_other_touches(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.push.fail_next(Fault.slow(0.3))
    pointers = await town.tell(a_message(me, town.clock.now()))

    busy = asyncio.create_task(town.sender("one").run_once())
    while (await town.deliveries())[0]["lease"] is None:  # noqa: ASYNC110 - the database is what is waited for
        await asyncio.sleep(0.01)
    await publish(town.redis, pointers)

    assert await town.sender("two").run_once() == 0
    assert await busy == 1
    assert len(phone.messages) == 1


async def test_a_result_that_comes_after_the_lease_has_gone_to_another_is_left_to_that_one(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    pointers = await town.tell(a_message(me, town.clock.now()))
    first, second, now = uuid4(), uuid4(), town.clock.now()
    later = now + timedelta(minutes=2)
    (claimed,) = await update_claimed(town.db, pointers, lease=first, until=later, now=now)
    assert await update_claimed(town.db, pointers, lease=second, until=later, now=now) == []
    (again,) = await update_claimed(town.db, pointers, lease=second, until=later + timedelta(minutes=2), now=later)

    facts = {name: getattr(claimed, name) for name in ("recipient_id", "message_id", "channel", "target", "round")}
    late = Settled(**facts, state=DeliveryState.FAILED, due_at=None, attempts=1, result="failed")
    await update_settled(town.db, [late], lease=first, now=later)

    assert again.message_id == claimed.message_id
    (row,) = await town.deliveries()
    assert (row["state"], row["lease"]) == ("queued", second)


async def test_deliveries_are_counted_by_result(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    sent = DELIVERIES.labels("web_push", "sent")._value.get()

    await town.tell_one(me)
    await town.sender().run_once()

    assert DELIVERIES.labels("web_push", "sent")._value.get() == sent + 1


async def test_the_running_sender_delivers_what_comes_and_stops_when_told(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    stop = asyncio.Event()
    running = asyncio.create_task(town.sender().run(stop))

    await town.tell_one(me)
    await town.push.wait_for(1)
    await town.redis.flushall()
    town.clock.at += timedelta(seconds=10)
    await town.tell_one(me)
    await town.push.wait_for(2)
    stop.set()

    await asyncio.wait_for(running, 30)
