"""The Shanghai pack, indexed once in a database of its own, and the catalogue's routes in front of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide
from redis.asyncio import Redis

from backend.catalogue import pages, routes
from backend.catalogue.service import index_items
from backend.city.city import City
from backend.city.pack import SHANGHAI, read_pack
from backend.city.service import city_of
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database, connect
from backend.core.http.access import guard
from backend.core.http.problems import HANDLERS as PROBLEMS
from backend.core.http.state import Resources, attach
from backend.core.settings import Settings
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from pwa.views.parts import Text
from pwa.views.shell import CityFace

INDEXED = "suishenban_catalogue"


class Counting(Database):
    """Counts the statements sent."""

    sent = 0

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        self.sent += 1
        return await super().fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        self.sent += 1
        return await super().fetchrow(sql, *args)


@pytest.fixture(scope="session")
def shanghai() -> City:
    return city_of(read_pack(SHANGHAI))


@pytest.fixture(scope="session")
def indexed_url(servers: tuple[EmbeddedPostgres, EmbeddedRedis], template_database: str, shanghai: City) -> str:
    postgres, _ = servers

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres.dsn("postgres"))
        await admin.execute(f"CREATE DATABASE {INDEXED} TEMPLATE {template_database}")
        await admin.close()
        database = await connect(postgres.dsn(INDEXED), max_size=1)
        async with database.transaction() as tx:
            await index_items(tx, shanghai)
        await database.close()

    asyncio.run(prepare())
    return postgres.dsn(INDEXED)


@pytest.fixture
async def indexed(indexed_url: str) -> AsyncIterator[Counting]:
    """For tests that only read."""
    database = await connect(indexed_url, max_size=2)
    try:
        yield Counting(database.pool)
    finally:
        await database.close()


def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> httpx.AsyncClient:
    """A browser in front of the catalogue alone."""
    settings = Settings(database_url="", redis_url="", data_keys="", lookup_key="")
    face = CityFace(name=Text("上海"), product=Text("城市服务"), hotline="12345")
    app = Litestar(
        route_handlers=[*routes.HANDLERS, *pages.HANDLERS],
        guards=[guard],
        exception_handlers=PROBLEMS,  # type: ignore[arg-type]
        dependencies={
            "db": Provide(lambda: db, sync_to_thread=False),
            "clock": Provide(lambda: clock, sync_to_thread=False),
            "city": Provide(lambda: city, sync_to_thread=False),
        },
        logging_config=None,
    )
    attach(app.state, Resources(db=db, redis=redis, clock=clock, settings=settings, keyring=keyring, face=face))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hall.test")


@pytest.fixture
async def client(
    indexed: Counting, redis: Redis, clock: FixedClock, keyring: Keyring, shanghai: City
) -> AsyncIterator[httpx.AsyncClient]:
    async with hall(indexed, redis, clock, keyring, shanghai) as browser:
        yield browser
