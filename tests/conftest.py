"""Real Postgres and Redis for every test: one server each per run, a fresh migrated database per test."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.pack import read_pack
from backend.city.service import city_of
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database, connect
from backend.core.migrations import migrate
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis

pytest_plugins = ["tests.browsers.fixtures", "tests.push_service.fixtures"]

TEMPLATE = "suishenban_template"
_ROOM = 4 * 1024**3
SHANGHAI = Path(__file__).parents[1] / "backend" / "city" / "shanghai"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first: at the end no process then waits for another one's long file."""
    long = {item.path for item in items if any(map(item.get_closest_marker, ("slow", "browser")))}
    items.sort(key=lambda item: item.path not in long)


def _roomy_memory() -> Path | None:
    """A file system in memory with room for it: thousands of databases are copied and thrown away."""
    shared = Path("/dev/shm")  # noqa: S108 - only for the files of a run that is gone afterwards
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= _ROOM
    return shared if roomy else None


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[EmbeddedPostgres, EmbeddedRedis]]:
    directory = Path(tempfile.mkdtemp(prefix="suishenban-tests-", dir=_roomy_memory()))
    postgres, cache = EmbeddedPostgres(directory, durable=False), EmbeddedRedis(directory, durable=False)
    try:
        postgres.start()
        cache.start()
        yield postgres, cache
    finally:
        cache.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(servers: tuple[EmbeddedPostgres, EmbeddedRedis]) -> str:
    """Migrated once; every test gets a copy, which takes milliseconds."""
    postgres, _ = servers

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres.dsn("postgres"))
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
        await admin.close()
        await migrate(postgres.dsn(TEMPLATE))

    asyncio.run(prepare())
    return TEMPLATE


@contextlib.asynccontextmanager
async def new_database(postgres: EmbeddedPostgres, options: str = "") -> AsyncIterator[str]:
    """For one test: where it is, until it is dropped. Empty, unless the options of CREATE DATABASE say otherwise."""
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f"CREATE DATABASE {name} {options}")
    try:
        yield postgres.dsn(name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def database_url(servers: tuple[EmbeddedPostgres, EmbeddedRedis], template_database: str) -> AsyncIterator[str]:
    async with new_database(servers[0], f"TEMPLATE {template_database} STRATEGY file_copy") as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def shared_db(servers: tuple[EmbeddedPostgres, EmbeddedRedis], template_database: str) -> AsyncIterator[Database]:
    """The migrated template itself, for tests that only look."""
    database = await connect(servers[0].dsn(template_database), max_size=1)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def redis_url(servers: tuple[EmbeddedPostgres, EmbeddedRedis]) -> str:
    _, cache = servers
    client = Redis.from_url(cache.url)
    await client.flushall()
    await client.aclose()
    return cache.url


@pytest.fixture
async def redis(redis_url: str) -> "AsyncIterator[redis.asyncio.Redis]":
    from redis.asyncio import Redis

    client = Redis.from_url(redis_url)
    try:
        yield client
    finally:
        await client.aclose()


@pytest.fixture
def clock() -> FixedClock:
    """Friday, 20 November 2026, 10:00 in Shanghai: a working day, far from the quiet hours."""
    return FixedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def city() -> City:
    """The Shanghai pack as shipped."""
    return city_of(read_pack(SHANGHAI))


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Two data keys, the second one current, as after a rotation."""
    return Keyring({"old": b"o" * 32, "new": b"n" * 32}, "new", b"l" * 32)
