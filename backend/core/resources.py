"""What a process of the hall holds open: database, Redis, clock, settings and keys."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

from msgspec import Struct
from redis.asyncio import Redis

from backend.core.clock import Clock, SystemClock
from backend.core.crypto import Keyring
from backend.core.db import Database, connect
from backend.core.settings import Settings


class Resources(Struct, frozen=True, kw_only=True):
    """Made once at the start of a process, or of a test, and passed down."""

    db: Database
    redis: Redis
    clock: Clock
    settings: Settings
    keyring: Keyring

    def now(self) -> datetime:
        return self.clock.now()


@contextlib.asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Connects to what the settings name, and closes it at the end."""
    async with contextlib.AsyncExitStack() as closing:
        db = await connect(settings.database_url)
        closing.push_async_callback(db.close)
        redis = Redis.from_url(settings.redis_url)
        closing.push_async_callback(redis.aclose)
        yield Resources(db=db, redis=redis, clock=SystemClock(), settings=settings, keyring=settings.keyring())
