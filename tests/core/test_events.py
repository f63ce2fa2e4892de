"""Facts are handled once per handler; one failing handler neither repeats nor blocks the others, and ends parked."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database, Tx
from backend.core.events import MAX_ATTEMPTS, Dispatcher, Event, Together, record
from backend.core.ids import uuid7

PERSON = UUID("018f0000-0000-7000-8000-000000000001")


class Happened(Event, frozen=True, kw_only=True, tag="tests.happened"):
    what: str


class Seen:
    """Handlers whose effect is a row, so that it commits or rolls back with the mark."""

    def __init__(self) -> None:
        self.fail = True

    async def first(self, tx: Tx, event: Happened, now: datetime) -> None:
        await tx.execute("INSERT INTO effects (what) VALUES ($1)", f"first {event.what}")

    async def failing(self, tx: Tx, event: Happened, now: datetime) -> None:
        await tx.execute("INSERT INTO effects (what) VALUES ($1)", f"failing {event.what}")
        if self.fail:
            raise RuntimeError("no")

    async def last(self, tx: Tx, event: Happened, now: datetime) -> None:
        await tx.execute("INSERT INTO effects (what) VALUES ($1)", f"last {event.what}")


class SeenTogether:
    """A handler of many that remembers how many it was given, and cannot bear one of them."""

    def __init__(self, unbearable: str = "") -> None:
        self.given: list[int] = []
        self._unbearable = unbearable

    async def many(self, tx: Tx, events: Sequence[Happened], now: datetime) -> None:
        self.given.append(len(events))
        for event in events:
            await tx.execute("INSERT INTO effects (what) VALUES ($1)", f"many {event.what}")
        if any(event.what == self._unbearable for event in events):
            raise RuntimeError("no")


@pytest.fixture
async def effects(db: Database) -> Database:
    await db.execute("CREATE TABLE effects (what text NOT NULL)")
    return db


async def happen(db: Database, clock: FixedClock, what: str) -> None:
    async with db.transaction() as tx:
        await record(tx, [Happened(subject_id=PERSON, what=what)], clock.now())


async def effects_of(db: Database) -> list[str]:
    return sorted(row["what"] for row in await db.fetch("SELECT what FROM effects"))


async def test_each_handler_runs_once_whoever_dispatches(effects: Database, clock: FixedClock) -> None:
    seen = Seen()
    for number in range(20):
        await happen(effects, clock, str(number))

    await asyncio.gather(
        *(Dispatcher(effects, {Happened: [seen.first, seen.last]}).run_once(clock.now()) for _ in range(5))
    )

    assert await effects_of(effects) == sorted(f"{who} {number}" for who in ("first", "last") for number in range(20))
    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_many_facts_are_handled_at_once_and_each_of_them_once(effects: Database, clock: FixedClock) -> None:
    seen = [SeenTogether() for _ in range(3)]
    for number in range(20):
        await happen(effects, clock, str(number))

    await asyncio.gather(
        *(Dispatcher(effects, {Happened: [Together(each.many)]}).run_once(clock.now()) for each in seen)
    )

    assert await effects_of(effects) == sorted(f"many {number}" for number in range(20))
    assert sorted(sum(each.given) for each in seen) == [0, 0, 20]
    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_of_many_facts_only_the_one_that_fails_is_tried_again_and_parked_at_last(
    effects: Database, clock: FixedClock
) -> None:
    seen, alone = SeenTogether("b"), Seen()
    for what in "abc":
        await happen(effects, clock, what)

    for _ in range(MAX_ATTEMPTS + 3):
        await Dispatcher(effects, {Happened: [Together(seen.many), alone.last]}).run_once(clock.now())
        clock.at += timedelta(hours=1)

    assert await effects_of(effects) == ["last a", "last b", "last c", "many a", "many c"]
    assert seen.given == [3, 1, 1, 1, *[1] * (MAX_ATTEMPTS - 1)]
    parked = await effects.fetch("SELECT handler, attempts FROM event_handlings WHERE parked_at IS NOT NULL")
    assert [tuple(row) for row in parked] == [("test_events.many", MAX_ATTEMPTS)]
    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_a_failing_handler_leaves_no_effect_and_stops_nobody(effects: Database, clock: FixedClock) -> None:
    seen = Seen()
    dispatcher = Dispatcher(effects, {Happened: [seen.first, seen.failing, seen.last]})
    await happen(effects, clock, "a")

    await dispatcher.run_once(clock.now())

    assert await effects_of(effects) == ["first a", "last a"]


async def test_a_handler_that_recovers_completes_the_fact(effects: Database, clock: FixedClock) -> None:
    seen = Seen()
    dispatcher = Dispatcher(effects, {Happened: [seen.first, seen.failing]})
    await happen(effects, clock, "a")
    await dispatcher.run_once(clock.now())
    seen.fail = False

    assert await dispatcher.run_once(clock.now()) == 0, "not before its time"
    clock.at += timedelta(minutes=1)
    await dispatcher.run_once(clock.now())

    assert await effects_of(effects) == ["failing a", "first a"]
    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_a_handler_that_never_recovers_is_parked(effects: Database, clock: FixedClock) -> None:
    seen = Seen()
    dispatcher = Dispatcher(effects, {Happened: [seen.failing, seen.first]})
    await happen(effects, clock, "a")

    for _ in range(MAX_ATTEMPTS + 3):
        await dispatcher.run_once(clock.now())
        clock.at += timedelta(hours=1)

    parked = await effects.fetchrow(
        "SELECT handler, attempts, last_error FROM event_handlings WHERE parked_at IS NOT NULL"
    )
    assert parked is not None
    assert tuple(parked) == ("test_events.failing", MAX_ATTEMPTS, "RuntimeError")
    assert await effects_of(effects) == ["first a"]


async def test_a_fact_that_cannot_be_read_is_parked_and_holds_up_nobody(effects: Database, clock: FixedClock) -> None:
    seen = Seen()
    await happen(effects, clock, "unreadable")
    await effects.execute("UPDATE events SET payload = payload - 'what'")
    await happen(effects, clock, "b")

    await Dispatcher(effects, {Happened: [seen.first]}).run_once(clock.now())

    assert await effects_of(effects) == ["first b"]
    assert await effects.fetchval("SELECT count(*) FROM event_handlings WHERE parked_at IS NOT NULL") == 1
    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_a_fact_of_a_newer_program_waits_for_it(effects: Database, clock: FixedClock) -> None:
    await happen(effects, clock, "a")

    await Dispatcher(effects, {}).run_once(clock.now())

    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 1


async def test_a_fact_nobody_handles_is_done_at_once(effects: Database, clock: FixedClock) -> None:
    await happen(effects, clock, "a")

    await Dispatcher(effects, {Happened: []}).run_once(clock.now())

    assert await effects.fetchval("SELECT count(*) FROM events WHERE done_at IS NULL") == 0


async def test_a_fact_of_a_transaction_that_fails_never_was(effects: Database, clock: FixedClock) -> None:
    async def fail() -> None:
        async with effects.transaction() as tx:
            await record(tx, [Happened(subject_id=PERSON, what="a")], clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await effects.fetchval("SELECT count(*) FROM events") == 0


def test_ids_are_in_order_of_time_and_of_version_7() -> None:
    made = [uuid7() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert all(each.version == 7 and each.variant == "specified in RFC 4122" for each in made)
    assert [each.int >> 80 for each in made] == sorted(each.int >> 80 for each in made)
