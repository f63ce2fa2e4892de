"""Alive is not ready: what is missing is named."""

import httpx
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.ops.routes import HANDLERS
from tests.hall import Hall


async def get(path: str, db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> httpx.Response:
    async with Hall(HANDLERS, db=db, redis=redis, clock=clock, keyring=keyring, city=city).browser() as probe:
        return await probe.get(path)


@pytest.fixture
async def loaded(db: Database, clock: FixedClock) -> None:
    await db.execute(
        "INSERT INTO pack_loads (version, region, content_hash, loaded_at) VALUES (1, '310000', '\\x00', $1)",
        clock.now(),
    )


@pytest.mark.usefixtures("loaded")
async def test_all_there_is_ready(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> None:
    answer = await get("/readyz", db, redis, clock, keyring, city)

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "postgres": "ok", "redis": "ok", "city_pack": "ok"}


async def test_without_a_city_pack_the_hall_is_not_ready(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    answer = await get("/readyz", db, redis, clock, keyring, city)

    assert (answer.status_code, answer.json()["city_pack"]) == (503, "missing")


@pytest.mark.usefixtures("loaded")
async def test_without_redis_the_hall_is_alive_and_not_ready(
    db: Database, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    gone = Redis.from_url("redis://127.0.0.1:1")

    ready = await get("/readyz", db, gone, clock, keyring, city)
    alive = await get("/healthz", db, gone, clock, keyring, city)
    await gone.aclose()

    assert ready.status_code == 503
    assert ready.json() == {"status": "unavailable", "postgres": "ok", "redis": "missing", "city_pack": "ok"}
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})


@pytest.mark.usefixtures("loaded")
async def test_without_postgres_the_hall_is_not_ready(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    await db.close()

    answer = await get("/readyz", db, redis, clock, keyring, city)

    assert (answer.status_code, answer.json()["postgres"], answer.json()["redis"]) == (503, "missing", "ok")
