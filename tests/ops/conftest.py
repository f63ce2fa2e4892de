"""The operators' routes in front of a hall."""

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.inbox import routes as inbox_routes
from backend.ops.routes import HANDLERS
from tests.hall import Hall


@pytest.fixture
def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> Hall:
    handlers = [*HANDLERS, *inbox_routes.HANDLERS]
    return Hall(handlers, db=db, redis=redis, clock=clock, keyring=keyring, city=city)
