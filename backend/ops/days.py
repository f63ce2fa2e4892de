"""What each day came to: counted when somebody looks, and kept for a while, since a day of a large city is long."""

from datetime import datetime, timedelta

import msgspec
from redis.asyncio import Redis

from backend.core.db import Database
from backend.ops.models import Point
from backend.ops.queries import list_points_between

_TODAY_KEPT = timedelta(minutes=1)
_PAST_KEPT = timedelta(hours=1)  # messages of past days are still being read
_APART = timedelta(minutes=4)  # so that they are not all counted again at once
_DAY = timedelta(days=1)


async def list_points_of_days(db: Database, redis: Redis, midnights: tuple[datetime, ...]) -> list[Point]:
    """The points of every day that begins at one of these moments; the last one is today."""
    kept = await redis.mget([_key(midnight) for midnight in midnights])
    points: list[Point] = []
    for back, (midnight, found) in enumerate(reversed(list(zip(midnights, kept, strict=True)))):
        if isinstance(found, bytes):
            points += msgspec.msgpack.decode(found, type=list[Point])
        else:
            points += await _count(db, redis, midnight, back)
    return points


async def _count(db: Database, redis: Redis, midnight: datetime, back: int) -> list[Point]:
    points = await list_points_between(db, midnight, midnight + _DAY)
    lasts = _PAST_KEPT + back * _APART if back else _TODAY_KEPT
    await redis.set(_key(midnight), msgspec.msgpack.encode(points), ex=lasts)
    return points


def _key(midnight: datetime) -> str:
    return f"{{pictures}}:{midnight.date()}"
