"""Services that fail, throttle or refuse: what becomes of the delivery, and of those after it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from notifications.channels.web_push import WebPush
from notifications.counters import REFUSED
from notifications.subscriptions import count_subscriptions
from notifications.webpush.transport import AiohttpTransport
from tests.notifications.town import FCM, PUBLIC_URL, Town, a_message
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


async def test_a_channel_that_is_not_set_up_drops_its_deliveries(town: Town) -> None:
    me = uuid4()
    await town.db.execute(
        "INSERT INTO preferences VALUES ($1, 'licence-expiry', 'sms', true, $2)", me, town.clock.now()
    )

    message = await town.tell_one(me)
    await town.sender().run_once()

    assert await town.state(message) == ("dropped", "no such channel here")
