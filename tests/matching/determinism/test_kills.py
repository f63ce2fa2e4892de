"""kill -9 at fifty moments between the feeds of a day and its sweep: the messages are those of a quiet day."""

import asyncio
import base64
import contextlib
import multiprocessing
import random
from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.departments.service import add_department
from tests.departments.feeding import ndjson
from tests.matching.determinism import victim
from tests.matching.determinism.histories import LAST_DAY, Feed, History, histories, lines
from tests.matching.determinism.model import expected
from tests.matching.determinism.office import Office, morning
from tests.matching.determinism.victim import Work

PEOPLE, KILLS = 120, 50
STAGES = ("ready", "fed", "handled", "looked", "swept")
KEY = base64.b64encode(b"k" * 32).decode()


def made_up(number: int) -> list[History]:
    """The same every time; nobody pays."""
    found: list[History] = []

    @settings(
        max_examples=number,
        derandomize=True,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=histories())
    def collect(history: History) -> None:
        found.append(History(history.reports, paid=False))

    collect()
    return found


def feeds_about(town: list[History]) -> dict[Feed, list[bytes]]:
    """The words about everybody, all mixed up."""
    said: dict[Feed, list[bytes]] = {"events": [], "licences": [], "bills": []}
    for person, history in enumerate(town):
        for feed, line in lines(history, person):
            said[feed].append(ndjson([line]))
    for each in said.values():
        random.Random(1).shuffle(each)
    return said


@pytest.mark.slow
async def test_killed_fifty_times_the_hall_tells_what_it_tells_on_a_quiet_day(
    db: Database, database_url: str, redis: Redis, redis_url: str, city: City, keyring: Keyring
) -> None:
    town = made_up(PEOPLE)
    clock = FixedClock(morning(LAST_DAY))
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SUISHENBAN_DATA_KEYS": f"k1:{KEY}",
        "SUISHENBAN_LOOKUP_KEY": KEY,
    }
    key = await add_department(db, "police", "市公安局", ("licences:*", "events:*", "bills:*"), clock.now())
    feeds = feeds_about(town)
    moments, reached = random.Random(20261120), Counter[str]()
    for number in range(KILLS):
        share = Fraction(number + 1, KILLS)  # every round has something new to take in, after all that was said before
        said: dict[Feed, list[bytes]] = {name: lines[: int(len(lines) * share)] for name, lines in feeds.items()}
        work = Work(environment, key, clock.now() + timedelta(minutes=number), said)  # what failed is tried again
        reached[
            await asyncio.to_thread(work_and_die, work, STAGES[number % len(STAGES)], moments.uniform(0, 0.05))
        ] += 1

    work = Work(environment, key, clock.now() + timedelta(hours=1), feeds)
    assert await asyncio.to_thread(work_and_die, work, "done", 0) == "done"

    told = await Office(db, redis, city, keyring).told()
    due = {person: expected(history, LAST_DAY) for person, history in enumerate(town)}
    assert {person: sorted(each, key=str) for person, each in told.items() if each} == {
        person: sorted(each, key=str) for person, each in due.items() if each
    }
    assert reached["done"] <= KILLS // 2, f"a kill must fall while there is work: {reached}"


def work_and_die(work: Work, stage: str, after_s: float) -> str:
    """Kills the process some time after it has come to the stage, unless it is done before; returns how far it came."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([victim.__name__])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=victim.run, args=(work, theirs))
    process.start()
    theirs.close()
    said = ours.recv()
    while said not in (stage, "done"):
        said = ours.recv()
    process.join(after_s)
    process.kill()
    process.join()
    with contextlib.suppress(EOFError):
        while ours.poll():
            said = ours.recv()
    ours.close()
    return str(said)
