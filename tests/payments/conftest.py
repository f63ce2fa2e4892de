"""A till on the test's database, the screens in front of it, and people who act for a firm.

Whatever a test does to the till, at its end every invariant of the ledger holds.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments import pages, routes
from backend.payments.receipts import pages as receipt_pages
from backend.payments.receipts import routes as receipt_routes
from tests.departments.conftest import town
from tests.hall import Browser, Hall
from tests.payments.office import Family, Office
from tests.payments.till import Till

__all__ = ["town"]

FIRM = "上海测试1号有限公司"


@pytest.fixture
async def till(db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> AsyncIterator[Till]:
    opened = Till(db, redis, keyring, city, clock)
    yield opened
    assert await opened.broken() == []


@pytest.fixture
def hall(till: Till) -> Hall:
    return Hall(
        [*pages.HANDLERS, *routes.HANDLERS, *receipt_pages.HANDLERS, *receipt_routes.HANDLERS],
        db=till.db,
        redis=till.redis,
        clock=till.clock,
        keyring=till.keyring,
        city=till.city,
        providers=till.providers,
    )


@pytest.fixture
async def firm(till: Till) -> UUID:
    return await till.firm()


@pytest.fixture
async def agents(till: Till, hall: Hall, firm: UUID) -> AsyncIterator[Sequence[Browser]]:
    """Two who may act for the firm, each on a phone of their own."""
    async with AsyncExitStack() as phones:
        found = []
        for n in (1, 2):
            agent = await till.resident(n)
            await till.may_act(agent, firm)
            found.append(await phones.enter_async_context(await hall.resident(agent)))
        yield found


@pytest.fixture
def agent(agents: Sequence[Browser]) -> Browser:
    return agents[0]


@pytest.fixture
async def office(till: Till) -> Office:
    return Office(till, await till.firm(), [await till.resident(n) for n in (1, 2)])


@pytest.fixture
async def family(till: Till) -> Family:
    parents, child = [await till.resident(n) for n in (1, 2)], await till.resident(3)
    await till.db.execute("UPDATE subjects SET born_on = '2020-05-18' WHERE subject_id = $1", child)
    return Family(till, child, parents)
