"""A browser belongs to one person at a time, also on a phone that a family shares."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from notifications.preferences import stop_rule
from notifications.subscriptions import MOST_BROWSERS, count_subscriptions, subscribe, unsubscribe
from tests.notifications.town import Town, a_subscription


async def test_a_shared_phone_shows_only_its_present_owners_messages(town: Town) -> None:
    mother, daughter = uuid4(), uuid4()
    phone = await town.phone(mother)
    before = await town.tell_one(mother)

    await town.attach(daughter, phone)
    await town.tell_one(mother)
    mine = await town.tell_one(daughter)
    await town.sender().run_once()

    assert len(phone.messages) == 1
    assert str(mine.message_id) in phone.messages[0].decode()
    assert await town.state(before) == ("dropped", "no subscription")
    assert [await count_subscriptions(town.db, person) for person in (mother, daughter)] == [0, 1]


async def test_after_logout_nothing_more_is_shown(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await town.tell_one(me)

    assert await unsubscribe(town.db, me, phone.endpoint)
    await town.sender().run_once()

    assert phone.messages == []
    assert await town.db.fetchval("SELECT count(*) FROM push_endpoints") == 0


async def test_nobody_detaches_somebody_elses_browser(town: Town) -> None:
    me, stranger = uuid4(), uuid4()
    phone = await town.phone(me)

    assert not await unsubscribe(town.db, stranger, phone.endpoint)

    assert await count_subscriptions(town.db, me) == 1
    assert await town.db.fetchval("SELECT recipient_id FROM push_endpoints") == me


async def test_subscribing_again_changes_nothing_but_the_keys(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)

    await town.attach(me, phone)
    await town.tell_one(me)
    await town.sender().run_once()

    assert len(phone.messages) == 1
    assert await count_subscriptions(town.db, me) == 1


async def test_a_stop_survives_a_new_subscription_of_the_same_browser(town: Town) -> None:
    me = uuid4()
    phone = await town.phone(me)
    await stop_rule(town.db, me, "licence-expiry", town.clock.now())

    await unsubscribe(town.db, me, phone.endpoint)
    await town.attach(me, phone)
    await town.tell_one(me)
    await town.sender().run_once()

    assert phone.messages == []


async def test_a_phone_that_many_take_at_once_ends_up_with_one_owner(town: Town) -> None:
    phone = await town.push.add_device(town.keys.current.public)
    family = [uuid4() for _ in range(12)]

    await asyncio.gather(*(town.attach(person, phone) for person in family * 2))

    owners = [person for person in family if await count_subscriptions(town.db, person)]
    assert owners == [await town.db.fetchval("SELECT recipient_id FROM push_endpoints")]


async def test_of_many_browsers_those_attached_last_are_kept(town: Town) -> None:
    me, neighbour = uuid4(), uuid4()
    browsers = [a_subscription(f"https://push.example/{number}") for number in range(MOST_BROWSERS + 2)]
    again = [*browsers[:MOST_BROWSERS], browsers[0], *browsers[MOST_BROWSERS:]]  # the first one is still in use
    await subscribe(town.db, neighbour, a_subscription("https://push.example/neighbour"), town.clock.now())

    for number, browser in enumerate(again):
        async with town.db.transaction() as tx:
            await subscribe(tx, me, browser, town.clock.now() + timedelta(minutes=number))

    kept = {browser.endpoint_hash for browser in [browsers[0], *browsers[3:]]}
    rows = await town.db.fetch("SELECT endpoint_hash FROM push_subscriptions WHERE recipient_id = $1", me)
    listed = await town.db.fetch("SELECT endpoint_hash FROM push_endpoints WHERE recipient_id = $1", me)
    assert {row["endpoint_hash"] for row in rows} == {row["endpoint_hash"] for row in listed} == kept
    assert await count_subscriptions(town.db, neighbour) == 1
