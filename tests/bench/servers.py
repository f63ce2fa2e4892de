"""An embedded Postgres and Redis for one benchmark run, migrated and thrown away at the end."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from redis.asyncio import Redis

from backend.core.db import Database, connect
from backend.core.migrations import migrate
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis


@contextlib.asynccontextmanager
async def servers(*, durable: bool = False) -> AsyncIterator[tuple[str, str]]:
    """The addresses of a migrated database and of an empty Redis. `durable`: what is committed is on the disk."""
    directory = Path(tempfile.mkdtemp(prefix="suishenban-bench-"))
    postgres, cache = EmbeddedPostgres(directory, durable=durable), EmbeddedRedis(directory, durable=False)
    try:
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(cache.start)
        await migrate(postgres.dsn())
        yield postgres.dsn(), cache.url
    finally:
        cache.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.asynccontextmanager
async def connections() -> AsyncIterator[tuple[Database, Redis]]:
    async with servers() as (database_url, redis_url):
        db, redis = await connect(database_url), Redis.from_url(redis_url)
        try:
            yield db, redis
        finally:
            await redis.aclose()
            await db.close()
