"""Push services as the sender sees them: how many requests at once, and which are to be left alone for now."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from redis.asyncio import Redis

from notifications import work_queue
from notifications.webpush.transport import CONNECTIONS_PER_ORIGIN

_ANSWERS = 16  # how many of the latest answers count, the last one most
_TOO_MANY = 0.2  # of them that may say 429 before the whole service is left alone


class Lanes:
    """Pauses are shared by all senders through Redis; if Redis forgets one, the service says 429 once more."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pauses: dict[str, datetime] = {}
        self._unshared: dict[str, datetime] = {}
        self._throttled: dict[str, float] = {}
        self._limits: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(CONNECTIONS_PER_ORIGIN)
        )

    async def refresh(self, lanes: Collection[str]) -> None:
        """Learns what other senders were told."""
        self._pauses.update(await work_queue.find_pauses(self._redis, sorted(lanes)))

    def limit(self, lane: str) -> asyncio.Semaphore:
        return self._limits[lane]

    def paused_until(self, lane: str, now: datetime) -> datetime | None:
        until = self._pauses.get(lane)
        return until if until is not None and until > now else None

    def is_throttling(self, lane: str, *, throttled: bool) -> bool:
        """Takes note of an answer; whether the service means all of us and not one browser, by its latest answers."""
        share = self._throttled.get(lane, float(throttled))
        self._throttled[lane] = share = share + (throttled - share) / _ANSWERS
        return share > _TOO_MANY

    def pause(self, lane: str, until: datetime) -> None:
        """Until the latest moment that was asked for."""
        self._unshared[lane] = self._pauses[lane] = max(until, self._pauses.get(lane, until))

    async def share(self, now: datetime) -> None:
        """Tells the other senders; after the results are safe, because Redis may be gone."""
        while self._unshared:
            lane, until = self._unshared.popitem()
            await work_queue.pause(self._redis, lane, until, now)
