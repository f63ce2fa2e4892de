"""A town whose departments feed it."""

import pytest

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from tests.departments.feeding import Town


@pytest.fixture
def town(db: Database, keyring: Keyring, city: City, clock: FixedClock) -> Town:
    return Town(db, keyring, city, clock)
