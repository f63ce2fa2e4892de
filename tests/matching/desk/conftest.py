"""An office of operators who keep the rules, in front of a town."""

import msgspec
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.matching.desk.pages import HANDLERS
from tests.hall import Hall
from tests.matching.desk.office import Office


@pytest.fixture
async def loaded(db: Database, clock: FixedClock, city: City) -> City:
    """Shanghai, with the versions of its rules in the database."""
    entries = [("rules", code, each) for code, each in city.rules.items()]
    entries += [("licence_types", code, each) for code, each in city.licence_types.items()]
    await db.execute(
        """INSERT INTO pack_entries (kind, entry_key, version, position, content, content_hash, loaded_at)
           SELECT kind, entry_key, 1, 0, content::jsonb, '', $4
           FROM unnest($1::text[], $2::text[], $3::text[]) AS n (kind, entry_key, content)""",
        [kind for kind, _, _ in entries],
        [code for _, code, _ in entries],
        [msgspec.json.encode(each).decode() for _, _, each in entries],
        clock.now(),
    )
    return city


@pytest.fixture
async def office(db: Database, redis: Redis, clock: FixedClock, loaded: City) -> Office:
    return await Office.open(db, redis, clock, loaded)


@pytest.fixture
def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, loaded: City) -> Hall:
    return Hall(HANDLERS, db=db, redis=redis, clock=clock, keyring=keyring, city=loaded)
