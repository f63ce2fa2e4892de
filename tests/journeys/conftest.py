"""The fixture `hall`."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.db import Database
from tests.journeys.hall import Hall, open_hall


@pytest.fixture
async def hall(db: Database, redis: Redis, clock: FixedClock) -> AsyncIterator[Hall]:
    async with open_hall(db, redis, clock) as opened:
        yield opened
