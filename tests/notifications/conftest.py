"""A town with a push service for the tests of this package."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.webpush.transport import AiohttpTransport
from tests.notifications.town import Town
from tests.push_service.service import PushService


@pytest.fixture
async def town(db: Database, redis: Redis, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Town]:
    async with (
        PushService(tmp_path) as service,
        AiohttpTransport(connect_to=service.connect_to, tls=service.client_tls) as transport,
    ):
        yield Town(db, redis, clock, service, transport)
