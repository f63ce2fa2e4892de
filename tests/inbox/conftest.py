"""The messages' screens in front of a hall, and people who get messages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.inbox import pages, routes
from notifications.models import Message
from notifications.service import queue
from tests.hall import Browser, Hall
from tests.notifications.town import a_message

Tell = Callable[..., Awaitable[UUID]]


@pytest.fixture
def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> Hall:
    handlers = [*pages.HANDLERS, *routes.HANDLERS]
    return Hall(handlers, db=db, redis=redis, clock=clock, keyring=keyring, city=city)


@pytest.fixture
async def people(hall: Hall) -> AsyncIterator[tuple[Browser, Browser]]:
    """Two residents, each signed in on a browser of their own."""
    async with AsyncExitStack() as open_browsers:
        yield (
            await open_browsers.enter_async_context(await hall.resident()),
            await open_browsers.enter_async_context(await hall.resident()),
        )


@pytest.fixture
def me(people: tuple[Browser, Browser]) -> Browser:
    return people[0]


@pytest.fixture
def neighbour(people: tuple[Browser, Browser]) -> Browser:
    return people[1]


@pytest.fixture
async def visitor(hall: Hall) -> AsyncIterator[Browser]:
    """Somebody who is not signed in."""
    async with hall.browser() as browser:
        yield browser


@pytest.fixture
def tell(db: Database, clock: FixedClock, me: Browser) -> Tell:
    """Queues a message, by default a reminder to me about 18 December, and returns its id."""

    async def told(**changes: Any) -> UUID:
        facts = {"due_on": date(2026, 12, 18)} | changes
        message: Message = a_message(facts.pop("to", me.subject_id), clock.now(), **facts)
        async with db.transaction() as tx:
            await queue(tx, [message], clock.now())
        return message.message_id

    return told
