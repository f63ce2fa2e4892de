"""The Shanghai pack, indexed once in a database of its own, and the catalogue's routes in front of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from backend.catalogue import pages, routes, shelf_pages, sitemap
from backend.catalogue.service import index_items
from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database, connect
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from backend.guides import pages as guides_pages
from tests.hall import Hall

INDEXED = "suishenban_catalogue"
HANDLERS = [*routes.HANDLERS, *pages.HANDLERS, *shelf_pages.HANDLERS, *sitemap.HANDLERS, *guides_pages.HANDLERS]


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
def indexed_url(servers: tuple[EmbeddedPostgres, EmbeddedRedis], template_database: str, city: City) -> str:
    postgres, _ = servers

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres.dsn("postgres"))
        await admin.execute(f"CREATE DATABASE {INDEXED} TEMPLATE {template_database}")
        await admin.close()
        database = await connect(postgres.dsn(INDEXED), max_size=1)
        async with database.transaction() as tx:
            await index_items(tx, city)
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


@pytest.fixture
async def client(
    indexed: Counting, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> AsyncIterator[httpx.AsyncClient]:
    hall = Hall(HANDLERS, db=indexed, redis=redis, clock=clock, keyring=keyring, city=city)
    async with hall.browser() as browser:
        yield browser
