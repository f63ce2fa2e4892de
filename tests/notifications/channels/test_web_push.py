"""What is pushed, with which key, to which address, and that the address stays a secret."""

from uuid import uuid4

import pytest

from notifications.channels.web_push import WebPush
from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys
from tests.notifications.town import PUBLIC_URL, Town, a_message
from tests.push_service.faults import Fault


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


async def test_the_badge_is_the_number_of_unread_messages(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    await town.tell(a_message(me, town.clock.now()), a_message(me, town.clock.now(), topic="policy"))
    await town.sender().run_once()

    assert b'"app_badge":2' in phone.messages[0]
