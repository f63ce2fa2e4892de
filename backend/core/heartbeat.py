"""The sign of life that workers leave, and that operators look for."""

from datetime import datetime

from redis.asyncio import Redis

LIFETIME_S = 30
_KEY = "worker:alive"


async def beat(redis: Redis, now: datetime) -> None:
    """To be left again before it fades."""
    await redis.set(_KEY, now.isoformat(), ex=LIFETIME_S)


async def last_beat(redis: Redis) -> datetime | None:
    """When some worker last left its sign; None when none has lately."""
    left = await redis.get(_KEY)
    return datetime.fromisoformat(left.decode()) if isinstance(left, bytes) else None
