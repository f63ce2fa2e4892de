"""The world around a sign-in."""

import pytest
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from tests.citizens.world import World


@pytest.fixture
def settings() -> Settings:
    return Settings(
        database_url="",
        redis_url="",
        data_keys="",
        lookup_key="",
        public_url="http://hall.test",
        oidc_issuer="http://provider.test/identity",
        oidc_client_id="hall one",
        oidc_client_secret="a secret: with + signs",
    )


@pytest.fixture
def world(db: Database, redis: Redis, clock: FixedClock, settings: Settings, keyring: Keyring) -> World:
    return World(Resources(db=db, redis=redis, clock=clock, settings=settings, keyring=keyring), clock)
