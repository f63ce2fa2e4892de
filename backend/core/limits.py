"""How often one may do something: counted in Redis in fixed windows; where Redis is away nobody is held up."""

import logging
import math
from datetime import datetime, timedelta

from msgspec import Struct
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_REFUSED = Counter("rate_limited_total", "Requests refused because there were too many.", ["limit"])
_UNCOUNTED = Counter("rate_limit_uncounted_total", "Requests let through because Redis could not count them.")


class Limit(Struct, frozen=True, kw_only=True):
    """At most `times` in each window of `per`, for each one who asks."""

    name: str
    times: int
    per: timedelta

    def rest(self, now: datetime) -> int:
        """Seconds until the window that `now` is in ends, at least one."""
        seconds = self.per.total_seconds()
        return max(1, math.ceil(seconds - now.timestamp() % seconds))


async def count(redis: Redis, limit: Limit, who: str, now: datetime) -> int:
    """Counts this time and returns which of the window it is; 0 where Redis is away."""
    key = _key(limit, who, now)
    try:
        async with redis.pipeline(transaction=False) as together:
            together.incr(key)
            together.expire(key, limit.per)
            times, _ = await together.execute()
    except (RedisError, OSError):
        return _uncounted()
    return int(times)


async def counted(redis: Redis, limit: Limit, who: str, now: datetime) -> int:
    """How many times were counted in this window; 0 where Redis is away."""
    try:
        return int(await redis.get(_key(limit, who, now)) or 0)
    except (RedisError, OSError):
        return _uncounted()


def refused(limit: Limit) -> None:
    """For the metrics."""
    _REFUSED.labels(limit.name).inc()


def _uncounted() -> int:
    _UNCOUNTED.inc()
    log.warning("a limit could not be counted")
    return 0


def _key(limit: Limit, who: str, now: datetime) -> str:
    """The braces keep the windows of one counter in one slot of a cluster."""
    return f"limit:{{{limit.name}:{who}}}:{int(now.timestamp() // limit.per.total_seconds())}"
