"""The operators' door and desk in front of a hall, and a page of residents beside them."""

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.inbox import pages as inbox_pages
from backend.operators.pages import HANDLERS
from backend.ops.routes import HANDLERS as OPS
from tests.hall import Hall
from tests.operators.acting import ACTING


@pytest.fixture
def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> Hall:
    handlers = [*HANDLERS, *OPS, *inbox_pages.HANDLERS, *ACTING]
    return Hall(handlers, db=db, redis=redis, clock=clock, keyring=keyring, city=city)
