"""A hall that draws guides, on a town whose departments feed it, with the sample item beside the Shanghai pack."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.catalogue import pages, shelf_pages, sitemap
from backend.city.city import City
from backend.guides.pages import HANDLERS as GUIDES
from tests.departments.conftest import town
from tests.departments.feeding import Town, licence_line
from tests.guides.samples import with_rich
from tests.hall import Browser, Hall

__all__ = ["town"]

HANDLERS = [*GUIDES, *pages.HANDLERS, *shelf_pages.HANDLERS, *sitemap.HANDLERS]


@pytest.fixture(scope="session")
def rich_city(city: City) -> City:
    return with_rich(city)


@pytest.fixture
def hall(town: Town, redis: Redis, rich_city: City) -> Hall:
    return Hall(HANDLERS, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=rich_city)


@pytest.fixture
async def visitor(hall: Hall) -> AsyncIterator[Browser]:
    async with hall.browser() as browser:
        yield browser


@pytest.fixture
async def holder(hall: Hall, town: Town) -> AsyncIterator[Browser]:
    """Somebody with a driving licence that ends on 3 February 2027, and an identity card that ends in 2040."""
    lines: list[dict[str, Any]] = [
        licence_line(1, expires_on="2027-02-03"),
        licence_line(1, id="ID-1", type="resident-identity-card", expires_on=date(2040, 12, 31).isoformat()),
    ]
    answer = await town.feed_licences(await town.department(), lines)
    assert answer.accepted.count == 2
    owner = await town.db.fetchval("SELECT subject_id FROM licences LIMIT 1")
    assert isinstance(owner, UUID)
    async with await hall.resident(owner) as browser:
        yield browser
