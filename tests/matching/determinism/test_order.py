"""Facts in any order, repeated, with everything going on in between: the end is what a naive reading of them says."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.db import connect
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from tests.matching.determinism.histories import LAST_DAY, History, histories, lines
from tests.matching.determinism.model import expected
from tests.matching.determinism.office import Office

_PERSON = 1
ACTS = ("dispatch", "look", "sweep", "read", "morrow", "all at once")


class Desk:
    """An office and the loop it works on, for tests that are not coroutines themselves."""

    def __init__(self, runner: asyncio.Runner, office: Office) -> None:
        self._runner, self._office = runner, office

    def play(self, steps: list[Any], history: History) -> list[Any]:
        return self._runner.run(self._play(steps, history))

    async def _play(self, steps: list[Any], history: History) -> list[Any]:
        office = self._office
        await office.open()
        for step in steps:
            await (office.acts[step]() if isinstance(step, str) else office.feed(*step))
        if history.paid:
            await office.pay()
        await office.come_to_rest()
        told = await office.told()
        return told.get(_PERSON, [])


@pytest.fixture(scope="module")
def desk(
    servers: tuple[EmbeddedPostgres, EmbeddedRedis], template_database: str, city: City, keyring: Keyring
) -> Iterator[Desk]:
    postgres, cache = servers
    name = f"test_{uuid4().hex}"
    with asyncio.Runner() as runner:
        admin = runner.run(asyncpg.connect(postgres.dsn("postgres")))
        runner.run(admin.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}"))
        db, redis = runner.run(connect(postgres.dsn(name))), Redis.from_url(cache.url)
        yield Desk(runner, Office(db, redis, city, keyring))
        runner.run(redis.aclose())
        runner.run(db.close())
        runner.run(admin.execute(f"DROP DATABASE {name} WITH (FORCE)"))
        runner.run(admin.close())


@st.composite
def days(draw: DrawFn) -> tuple[History, list[Any]]:
    """A history, and its words in any order, some of them twice, with other things happening in between."""
    history = draw(histories())
    said = lines(history, _PERSON)
    again = draw(st.lists(st.sampled_from(said), max_size=3)) if said else []
    acts = draw(st.lists(st.sampled_from(ACTS), max_size=10))
    return history, draw(st.permutations([*said, *again, *acts]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(played=days())
def test_the_same_facts_lead_to_the_same_messages_in_whatever_order_they_come(
    desk: Desk, played: tuple[History, list[Any]]
) -> None:
    history, steps = played

    told = desk.play(steps, history)

    assert sorted(told, key=str) == sorted(expected(history, LAST_DAY), key=str), "each once, and nothing else"
