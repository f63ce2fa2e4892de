"""Recommendations wait for a yes, and who refuses the use of what is known of them is left alone; dates stay."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.rules import MessageClass
from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.core.events import Dispatcher
from backend.event_handlers import event_map
from backend.inbox.service import answer
from backend.matching.models import LifeEvent
from backend.matching.service import look_again, record_event, sweep
from notifications.models import Locale, Purpose
from notifications.preferences import stop_message
from tests.matching.people import after_event, with_rules
from tests.matching.town import hold, settle, told

TODAY = date(2026, 11, 20)
EVENT = "person.residence_registered"
RULES = (
    after_event("a-recommendation", EVENT, message_class=MessageClass.RECOMMENDATION),
    after_event("an-entitlement", EVENT, message_class=MessageClass.ENTITLEMENT),
    after_event("a-reminder", EVENT),
    after_event("a-notice", EVENT, message_class=MessageClass.NOTICE),
)
ALL = {rule.code for rule in RULES}
OPTIONAL = {"a-recommendation", "an-entitlement"}


class Office:
    def __init__(self, db: Database, redis: Redis, city: City, clock: FixedClock) -> None:
        self.db, self.redis, self.clock = db, redis, clock
        self.city = with_rules(city, *RULES)
        self._dispatcher = Dispatcher(db, event_map(redis))

    async def happens(self, resident: UUID) -> None:
        now = self.clock.now()
        async with self.db.transaction() as tx:
            await record_event(tx, LifeEvent(resident, uuid4(), EVENT, "police", TODAY, {}, now, False), now)
        await self.look()

    async def says(self, resident: UUID, purpose: Purpose, given: bool) -> None:
        """On the screen; then the worker does what follows."""
        self.clock.at += timedelta(seconds=1)
        now = self.clock.now()
        await answer(self.db, resident, purpose, given=given, version=1, locale=Locale.ZH, now=now)
        await self._dispatcher.run_once(now)
        await self.look()

    async def look(self) -> None:
        while await look_again(self.db, self.redis, self.city, self.clock.now()):
            pass

    async def told(self, resident: UUID, state: str = "active") -> set[str]:
        rows = await self.db.fetch("SELECT rule FROM messages WHERE recipient_id = $1 AND state = $2", resident, state)
        return {row["rule"] for row in rows}

    async def matches(self, resident: UUID) -> dict[str, tuple[str, str | None]]:
        rows = await self.db.fetch("SELECT rule, state, reason FROM matches WHERE subject_id = $1", resident)
        return {row["rule"]: (row["state"], row["reason"]) for row in rows}


@pytest.fixture
def office(db: Database, redis: Redis, city: City, clock: FixedClock) -> Office:
    return Office(db, redis, city, clock)


async def test_a_recommendation_is_found_but_told_only_after_a_yes(office: Office) -> None:
    agreed, silent = await settle(office.db, 2)
    await office.says(agreed, Purpose.RECOMMENDATIONS, True)

    for resident in (agreed, silent):
        await office.happens(resident)

    assert await office.told(agreed) == ALL
    assert await office.told(silent) == ALL - {"a-recommendation"}
    assert (await office.matches(silent))["a-recommendation"] == ("unheard", None)


async def test_a_yes_brings_at_once_what_was_found_before_and_is_still_of_use_and_only_once(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await office.happens(resident)

    await office.says(resident, Purpose.RECOMMENDATIONS, True)
    await office.says(resident, Purpose.RECOMMENDATIONS, False)
    await office.says(resident, Purpose.RECOMMENDATIONS, True)

    assert await office.told(resident) == ALL
    assert len(await told(office.db)) == len(ALL)
    assert (await office.matches(resident))["a-recommendation"] == ("told", None)


async def test_a_yes_months_later_brings_nothing_that_has_had_its_day(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await office.happens(resident)
    office.clock.at += timedelta(days=40)

    await office.says(resident, Purpose.RECOMMENDATIONS, True)

    assert "a-recommendation" not in await office.told(resident)


async def test_who_refuses_is_not_looked_at_for_offers_and_keeps_notices_and_dates(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await office.says(resident, Purpose.RECOMMENDATIONS, True)
    await office.says(resident, Purpose.FEATURES, False)

    await office.happens(resident)
    await hold(office.db, [resident], "driving-licence", TODAY + timedelta(days=30))
    await sweep(office.db, office.redis, office.city, office.clock, TODAY)

    assert await office.told(resident) == {"a-reminder", "a-notice", "licence-expiry:driving-licence"}
    assert OPTIONAL.isdisjoint(await office.matches(resident))


async def test_a_refusal_takes_back_what_was_offered_and_taking_it_back_gives_it_again(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await office.says(resident, Purpose.RECOMMENDATIONS, True)
    await office.happens(resident)

    await office.says(resident, Purpose.FEATURES, False)
    assert await office.told(resident) == ALL - OPTIONAL
    assert {(await office.matches(resident))[rule] for rule in OPTIONAL} == {("settled", "refused")}

    await office.says(resident, Purpose.FEATURES, True)
    assert await office.told(resident) == ALL
    assert len(await told(office.db)) == len(ALL)


async def test_a_digest_names_the_rule_of_each_part_and_its_stop_reaches_the_next_day(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    for licence_type in ("driving-licence", "passport"):
        await hold(office.db, [resident], licence_type, TODAY + timedelta(days=7))
    await sweep(office.db, office.redis, office.city, office.clock, TODAY)
    message_id = await office.db.fetchval("SELECT message_id FROM messages")

    stopped = await stop_message(office.db, resident, message_id, office.clock.now())
    office.clock.at += timedelta(days=6)
    await sweep(office.db, office.redis, office.city, office.clock, TODAY + timedelta(days=6))

    assert {rule: label.zh for rule, label in stopped.items()} == {
        "licence-expiry:driving-licence": "机动车驾驶证到期提醒",
        "licence-expiry:passport": "普通护照到期提醒",
    }
    assert (
        await office.db.fetchval(
            "SELECT count(*) FROM messages WHERE read_at IS NULL AND queued_at > $1",
            office.clock.at - timedelta(days=1),
        )
        == 0
    )
    assert len(await told(office.db)) == 3


async def test_a_digest_that_lost_a_part_is_silenced_by_stopping_the_rest(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    for licence_type in ("driving-licence", "passport"):
        await hold(office.db, [resident], licence_type, TODAY + timedelta(days=7))
    await sweep(office.db, office.redis, office.city, office.clock, TODAY)
    await office.db.execute("UPDATE licences SET declared_status = 'cancelled' WHERE licence_type = 'passport'")
    await office.db.execute("INSERT INTO reconsiderations VALUES ($1, $2)", resident, office.clock.now())
    await office.look()

    assert await office.db.fetchval("SELECT parts FROM messages") == ["licence-expiry:driving-licence"]
