"""Senders on bad days: services that fail, senders that die, several at once."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from notifications.channels.channel import Outcome
from notifications.channels.web_push import WebPush
from notifications.counters import DELIVERIES, REFUSED
from notifications.models import DeliveryState
from notifications.queries.claims import Claimed, Settled, update_claimed, update_settled
from notifications.service import publish
from notifications.subscriptions import count_subscriptions
from notifications.webpush.transport import AiohttpTransport
from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys
from notifications.work_queue import GROUP, STREAM
from tests.notifications.town import FCM, PUBLIC_URL, Town, a_message, shown
from tests.push_service.faults import Fault
from tests.push_service.service import APPLE


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_deleted_and_only_that_one(town: Town, status: int) -> None:
    me = uuid4()
    await town.phone(me)
    kept = await town.phone(me, FCM)
    town.push.fail_next(Fault.answer(status), origin=APPLE)

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert await count_subscriptions(town.db, me) == 1
    assert await town.db.fetchval("SELECT count(*) FROM push_endpoints") == 1
    assert len(kept.messages) == 1
    assert sorted((row["state"], row["last_status"]) for row in await town.deliveries(message)) == [
        ("failed", status),
        ("sent", 201),
    ]


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_a_throttled_service_is_left_alone_until_the_very_second_it_named(town: Town, form: str) -> None:
    me, other = uuid4(), uuid4()
    phone, elsewhere = await town.phone(me), await town.phone(other, FCM)
    later = town.clock.now() + timedelta(seconds=137)
    town.push.fail_next(Fault.answer(429, retry_after=137 if form == "seconds" else later), origin=APPLE)
    sender = town.sender()

    first = await town.tell_one(me)
    await sender.run_once()
    second = await town.tell_one(me)
    await town.tell_one(other)
    await sender.run_once()

    assert len(elsewhere.messages) == 1
    assert len(town.push.received) == 2
    for message, status, reason in ((first, 429, "as the test asked"), (second, None, "service paused")):
        (row,) = await town.deliveries(message)
        assert (row["state"], row["attempts"], row["due_at"]) == ("queued", 0, later)
        assert (row["last_status"], row["reason"]) == (status, reason)
    assert await town.pass_time(seconds=136) == 0
    assert await town.pass_time(seconds=1) == 2
    await sender.run_once()
    assert len(phone.messages) == 2


async def test_a_pause_is_known_to_the_other_senders(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    town.push.fail_next(Fault.answer(429, retry_after=600), origin=APPLE)

    await town.tell_one(me)
    await town.sender("one").run_once()
    await town.tell_one(me)
    await town.sender("two").run_once()

    assert len(town.push.received) == 1


@pytest.mark.parametrize("status", [400, 413])
async def test_what_is_wrong_for_good_is_not_tried_again(town: Town, status: int) -> None:
    me = uuid4()
    await town.phone(me)
    town.push.fail_next(Fault.answer(status))

    message = await town.tell_one(me)
    await town.sender().run_once()

    (row,) = await town.deliveries(message)
    assert (row["state"], row["attempts"], row["last_status"]) == ("failed", 1, status)
    assert row["tried_at"] == row["finished_at"] == town.clock.now()
    assert await town.pass_time(days=1) == 0
    assert await count_subscriptions(town.db, me) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.answer(500), Fault.answer(503), Fault.cut_connection()],
    ids=["500", "503", "cut"],
)
async def test_a_passing_trouble_is_tried_again_until_it_works(town: Town, fault: Fault) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.push.fail_next(fault, times=2)
    message = await town.tell_one(me)
    sender = town.sender()

    for attempt in (1, 2):
        await sender.run_once()
        (row,) = await town.deliveries(message)
        assert (row["state"], row["attempts"]) == ("queued", attempt)
        assert timedelta() <= row["due_at"] - town.clock.now() <= timedelta(seconds=30 * 2 ** (attempt - 1))
        await town.pass_time(minutes=2)
    await sender.run_once()

    assert await town.state(message) == ("sent", None)
    assert len(phone.messages) == 1


async def test_a_service_that_does_not_answer_is_tried_again_later(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    town.push.fail_next(Fault.slow(1))
    tls, connect_to = town.push.client_tls, town.push.connect_to

    message = await town.tell_one(me)
    async with AiohttpTransport(connect_to=connect_to, tls=tls, total_timeout_s=0.2) as impatient:
        await town.sender(web_push=WebPush(impatient, town.vapid, PUBLIC_URL)).run_once()

    assert await town.state(message) == ("queued", "timeout")


async def test_trouble_that_outlasts_the_messages_use_ends_it(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    town.push.fail_next(Fault.answer(503, retry_after=100))

    message = await town.tell_one(me, useful_until=town.clock.now() + timedelta(seconds=90))
    await town.sender().run_once()

    assert await town.state(message) == ("failed", "as the test asked")


async def test_what_is_no_longer_of_use_is_not_sent(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    message = await town.tell_one(me, useful_until=town.clock.now() + timedelta(minutes=1))
    town.clock.at += timedelta(minutes=1)

    await town.sender().run_once()

    assert phone.messages == []
    assert await town.state(message) == ("dropped", "expired")


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_stop_the_service_and_raise_the_alarm(town: Town, status: int) -> None:
    me = uuid4()
    phone = await town.phone(me)
    town.push.fail_next(Fault.answer(status))
    alarms = REFUSED.labels(APPLE)._value.get()

    message = await town.tell_one(me)
    sender = town.sender()
    await sender.run_once()

    assert REFUSED.labels(APPLE)._value.get() == alarms + 1
    assert await count_subscriptions(town.db, me) == 1
    (row,) = await town.deliveries(message)
    assert (row["state"], row["attempts"], row["last_status"]) == ("queued", 0, status)
    await town.pass_time(minutes=10)
    await sender.run_once()
    assert len(phone.messages) == 1


async def test_a_redirect_is_not_followed(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    town.push.fail_next(Fault.answer(307))

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert (await town.state(message))[0] == "failed"
    assert len(town.push.received) == 1


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


async def test_a_defect_met_by_one_delivery_does_not_stop_the_others(town: Town) -> None:
    good, bad = uuid4(), uuid4()
    phone = await town.phone(good)
    await town.phone(bad)
    await town.db.execute("UPDATE push_subscriptions SET p256dh = $2 WHERE recipient_id = $1", bad, b"\x04" * 65)

    broken = a_message(bad, town.clock.now())
    await town.tell(broken, a_message(good, town.clock.now()))
    await town.sender().run_once()

    assert len(phone.messages) == 1
    assert await town.state(broken) == ("queued", "defect: ValueError")


async def test_each_subscription_is_sent_with_the_key_it_is_bound_to(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    keys = parse_keys(f"new:{generate_key()}")
    both = type(keys)(current=keys.current, by_id={**keys.by_id, **town.keys.by_id})
    rotated = WebPush(town.transport, VapidHeaders(both, "mailto:push@example.com"), PUBLIC_URL)
    forgot = WebPush(town.transport, VapidHeaders(keys, "mailto:push@example.com"), PUBLIC_URL)

    await town.tell_one(me)
    await town.sender(web_push=rotated).run_once()
    lost = await town.tell_one(me)
    await town.sender(web_push=forgot).run_once()

    assert len(phone.messages) == 1
    assert await town.state(lost) == ("failed", "bound to a server key that is not in the settings")


async def test_an_endpoint_that_is_no_longer_allowed_is_not_asked(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    await town.db.execute("UPDATE push_subscriptions SET endpoint = 'https://10.0.0.8/x'")

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert await town.state(message) == ("failed", "endpoint: not a known push service")


async def test_no_endpoint_is_recorded_or_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="notifications")
    me = uuid4()
    phone = await town.phone(me)
    token = phone.endpoint.rpartition("/")[2]
    sender = town.sender()

    for fault in (Fault.answer(403), Fault.answer(500), Fault.answer(410)):
        town.push.fail_next(fault)
        await town.tell_one(me)
        await sender.run_once()
        await town.pass_time(minutes=10)

    assert token not in caplog.text
    assert all(token not in str(row["reason"]) for row in await town.deliveries())


async def test_a_channel_that_is_not_set_up_drops_its_deliveries(town: Town) -> None:
    me = uuid4()
    await town.db.execute(
        "INSERT INTO preferences VALUES ($1, 'licence-expiry', 'sms', true, $2)", me, town.clock.now()
    )

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert await town.state(message) == ("dropped", "no such channel here")


async def test_deliveries_are_counted_by_result(town: Town) -> None:
    me = uuid4()
    await town.phone(me)
    sent = DELIVERIES.labels("web_push", "sent")._value.get()

    await town.tell_one(me)
    await town.sender().run_once()

    assert DELIVERIES.labels("web_push", "sent")._value.get() == sent + 1


async def test_the_badge_is_the_number_of_unread_messages(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    await town.tell(a_message(me, town.clock.now()), a_message(me, town.clock.now(), topic="policy"))
    await town.sender().run_once()

    assert b'"app_badge":2' in phone.messages[0]


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

    await asyncio.wait_for(running, 5)
