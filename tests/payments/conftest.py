"""A till on the test's database; whatever a test does to it, at its end every invariant of the ledger holds."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from tests.departments.conftest import town
from tests.payments.till import Till

__all__ = ["till", "town"]


@pytest.fixture
async def till(db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> AsyncIterator[Till]:
    opened = Till(db, redis, keyring, city, clock)
    yield opened
    assert await opened.broken() == []
