"""Who asks too often waits for the next window; others do not, and nobody does where Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Request, get
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.limits import client_address, limit_failures, limit_requests, note_failure
from backend.core.limits import Limit, count
from tests.hall import ORIGIN, Hall

LIMIT = Limit(name="test", times=3, per=timedelta(minutes=1))
FAILURES = Limit(name="failures", times=2, per=timedelta(minutes=1))


@get("/api/limited", opt=access(Access.PUBLIC))
async def program(request: Request[Any, Any, Any]) -> dict[str, str]:
    await limit_requests(request, LIMIT)
    return {"address": client_address(request)}


@get("/limited", opt=access(Access.PUBLIC))
async def screen(request: Request[Any, Any, Any]) -> dict[str, str]:
    await limit_requests(request, LIMIT)
    return {}


@get("/api/failing", opt=access(Access.PUBLIC))
async def failing(request: Request[Any, Any, Any]) -> dict[str, str]:
    await limit_failures(request, FAILURES)
    if "fails" in request.query_params:
        await note_failure(request, FAILURES)
    return {}


def a_hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, **settings: Any) -> Hall:
    return Hall([program, screen, failing], db=db, redis=redis, clock=clock, keyring=keyring, **settings)


def caller(hall: Hall, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=hall.edge, client=(address, 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN)


@pytest.fixture
def hall(shared_db: Database, redis: Redis, clock: FixedClock, keyring: Keyring) -> Hall:
    return a_hall(shared_db, redis, clock, keyring)


@pytest.fixture
async def nobody() -> AsyncIterator[Redis]:
    """A Redis that is away."""
    client = Redis.from_url("redis://127.0.0.1:1", retry=None)
    yield client
    await client.aclose()


async def test_beyond_the_limit_a_program_is_told_when_to_come_back(hall: Hall, clock: FixedClock) -> None:
    clock.at += timedelta(seconds=20)
    async with caller(hall, "192.0.2.1") as one, caller(hall, "192.0.2.2") as other:
        statuses = [(await one.get("/api/limited")).status_code for _ in range(3)]
        refused = await one.get("/api/limited")

        assert statuses == [200, 200, 200]
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
        assert (refused.json()["code"], refused.json()["seconds"]) == ("request.too_many", 40)
        assert (await other.get("/api/limited")).status_code == 200
        clock.at += timedelta(seconds=40)
        assert (await one.get("/api/limited")).status_code == 200


async def test_beyond_the_limit_a_person_reads_a_sentence(hall: Hall) -> None:
    async with caller(hall, "192.0.2.1") as one:
        pages = [await one.get("/limited") for _ in range(4)]

    assert (pages[-1].status_code, pages[-1].headers["retry-after"]) == (429, "60")
    assert "请过 60 秒再试" in pages[-1].text.replace("\u00a0", " ")


async def test_only_failures_count_where_only_they_are_limited(hall: Hall) -> None:
    async with caller(hall, "192.0.2.1") as one:
        for _ in range(5):
            assert (await one.get("/api/failing")).status_code == 200
        statuses = [(await one.get("/api/failing?fails")).status_code for _ in range(3)]

        assert statuses == [200, 200, 429]
        assert (await one.get("/api/failing")).status_code == 429


async def test_where_redis_is_away_nobody_is_held_up(
    shared_db: Database, nobody: Redis, clock: FixedClock, keyring: Keyring
) -> None:
    async with caller(a_hall(shared_db, nobody, clock, keyring), "192.0.2.1") as one:
        statuses = {(await one.get("/api/limited")).status_code for _ in range(5)}
        failed = {(await one.get("/api/failing?fails")).status_code for _ in range(5)}

    assert (statuses, failed) == ({200}, {200})


@pytest.mark.parametrize(
    ("address", "forwarded", "trusted", "known"),
    [
        ("192.0.2.1", ["198.51.100.7"], False, "192.0.2.1"),  # anybody can write a header
        ("10.0.0.1", ["198.51.100.7"], True, "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], True, "198.51.100.7"),  # the gateway's own word is the last
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7"], True, "198.51.100.7"),
        ("10.0.0.1", [], True, "10.0.0.1"),
        ("10.0.0.1", ["unknown"], True, "nowhere"),
        ("2001:db8:1:2:3:4:5:6", [], False, "2001:db8:1:2::"),  # a device changes the rest as it likes
        ("::ffff:192.0.2.1", [], False, "192.0.2.1"),
    ],
)
async def test_the_address_that_counts(
    shared_db: Database,
    redis: Redis,
    clock: FixedClock,
    keyring: Keyring,
    address: str,
    forwarded: list[str],
    trusted: bool,
    known: str,
) -> None:
    hall = a_hall(shared_db, redis, clock, keyring, trust_forwarded=trusted)
    async with caller(hall, address) as one:
        answer = await one.get("/api/limited", headers=[("X-Forwarded-For", value) for value in forwarded])

    assert answer.json()["address"] == known


async def test_redis_keeps_no_address_and_nothing_for_long(hall: Hall, redis: Redis) -> None:
    async with caller(hall, "192.0.2.1") as one:
        await one.get("/api/limited")

    [key] = await redis.keys("limit:*")
    assert b"192.0.2.1" not in key
    assert 0 < await redis.ttl(key) <= 60


async def test_counting_is_exact_under_concurrency(redis: Redis, clock: FixedClock) -> None:
    times = await asyncio.gather(*(count(redis, LIMIT, "me", clock.now()) for _ in range(50)))

    assert sorted(times) == list(range(1, 51))
