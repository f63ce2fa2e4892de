"""The ways to pay that are offered now: those this city has, less those whose provider fails."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from redis.asyncio import Redis

from backend.payments.models import Channel
from backend.payments.providers.protocol import Provider

Providers: TypeAlias = Mapping[Channel, Provider]
NO_WAYS_TO_PAY: Providers = MappingProxyType({})

_FAILURES = 3
_FOR_S = 120


async def note_failure(redis: Redis, channel: Channel) -> None:
    """Three failures in a row hide a channel for two minutes."""
    await redis.incr(_key(channel))
    await redis.expire(_key(channel), _FOR_S)


async def note_success(redis: Redis, channel: Channel) -> None:
    await redis.delete(_key(channel))


async def list_failing(redis: Redis, providers: Providers) -> frozenset[Channel]:
    """Channels not to be offered now."""
    failing = set()
    for channel in providers:
        count = await redis.get(_key(channel))
        if count is not None and int(count) >= _FAILURES:
            failing.add(channel)
    return frozenset(failing)


def _key(channel: Channel) -> str:
    return f"payments:failing:{channel}"
