"""Facts change while the rules look and after the sweep has passed: nothing of it is lost."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.citizens.service import record_death_word
from backend.city.city import City
from backend.city.rules import Anchor, Condition, Timing
from backend.core.clock import FixedClock
from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.matching.models import LifeEvent
from backend.matching.service import look_again, note_change, record_event, sweep
from tests.citizens.deaths import death, life
from tests.matching.people import after_event, rule, with_rules
from tests.matching.town import settle, told

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
REGISTERED = "residence.registered"


async def report(
    tx: Tx, person: UUID, now: datetime, *, withdrawn: bool = False, report_id: UUID | None = None
) -> None:
    event = LifeEvent(person, report_id or uuid7(), REGISTERED, "police", TODAY, {}, now, withdrawn)
    await record_event(tx, event, now)


@pytest.fixture
def welcoming(city: City) -> City:
    return with_rules(city, after_event("welcome", REGISTERED))


async def test_a_change_that_comes_while_the_rules_look_is_looked_at_next(
    db: Database, redis: Redis, welcoming: City, clock: FixedClock
) -> None:
    (person,) = await settle(db, 1)
    async with db.transaction() as tx:
        await note_change(tx, [person], clock.now())

    async with db.transaction() as looking:
        await looking.execute("LOCK TABLE rule_states IN EXCLUSIVE MODE")  # the rules wait here, the change in hand
        look = asyncio.create_task(look_again(db, redis, welcoming, clock.now()))
        await wait_for_the_lock(db)
        async with db.transaction() as tx:
            await report(tx, person, clock.now())
    await look

    assert await db.fetchval("SELECT count(*) FROM reconsiderations") == 1
    await look_again(db, redis, welcoming, clock.now())
    assert [rule for _, rule, _ in await told(db)] == ["welcome"]


async def wait_for_the_lock(db: Database) -> None:
    waiting = False
    while not waiting:
        waiting = await db.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) FROM pg_sleep(0.01)")


async def test_who_holds_a_person_does_not_wait_for_the_rules_nor_they_for_him(
    db: Database, redis: Redis, welcoming: City, clock: FixedClock
) -> None:
    (person,) = await settle(db, 1)
    async with db.transaction() as tx:
        await report(tx, person, clock.now())

    async with db.transaction() as tx:
        await tx.execute("SELECT FROM subjects WHERE subject_id = $1 FOR UPDATE", person)
        async with asyncio.timeout(30):
            await look_again(db, redis, welcoming, clock.now())
            await note_change(tx, [person], clock.now())

    assert await told(db) == []
    await look_again(db, redis, welcoming, clock.now())
    assert len(await told(db)) == 1


async def test_what_comes_to_hold_after_its_day_was_swept_is_told_by_the_next_sweep(
    db: Database, redis: Redis, city: City, clock: FixedClock
) -> None:
    of_age = rule("of-age", Timing(anchor=Anchor.BIRTHDAY, age=38), requires=(Condition(event=REGISTERED, since=12),))
    ruled = with_rules(city, of_age)
    (person,) = await settle(db, 1)
    await db.execute("UPDATE subjects SET born_on = '1988-11-19'")
    for day in (TODAY - DAY, TODAY):
        clock.at = datetime(day.year, day.month, day.day, 2, tzinfo=clock.at.tzinfo)
        await sweep(db, redis, ruled, clock, day)

    async with db.transaction() as tx:
        await report(tx, person, clock.now())
    await look_again(db, redis, ruled, clock.now())
    assert await told(db) == [], "it is left to the sweep, which tells it together with what else is due"
    await sweep(db, redis, ruled, clock, TODAY)

    assert [rule for _, rule, _ in await told(db)] == ["of-age"]
    assert await db.fetchval("SELECT count(*) FROM left_to_sweep") == 0


async def test_a_death_that_was_none_lets_a_birthday_be_spoken_of_after_all(
    db: Database, redis: Redis, city: City, clock: FixedClock
) -> None:
    ruled = with_rules(city, rule("of-age", Timing(anchor=Anchor.BIRTHDAY, age=38)))
    (person,) = await settle(db, 1)
    await db.execute("UPDATE subjects SET born_on = '1988-11-20'")
    async with db.transaction() as tx:
        await record_death_word(tx, death(person, TODAY, clock.now()), clock.now())
    await sweep(db, redis, ruled, clock, TODAY)
    clock.at += timedelta(hours=2)

    async with db.transaction() as tx:
        await record_death_word(tx, life(person, clock.now()), clock.now())
        await note_change(tx, [person], clock.now())
    await look_again(db, redis, ruled, clock.now())
    await sweep(db, redis, ruled, clock, TODAY)

    assert len(await told(db)) == 1
