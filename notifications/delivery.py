"""The sender: takes pointers, claims what is due, sends it, writes down what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from notifications import pacing, service, work_queue
from notifications.channels.channel import Channel
from notifications.counters import DELIVERIES
from notifications.lanes import Lanes
from notifications.models import ChannelName
from notifications.ports import Db
from notifications.queries import claims, subscriptions
from notifications.queries.claims import Claimed, Settled
from notifications.settling import Attempt

BATCH = 192
HANDS = 2  # while one batch waits for push services, another is claimed or written down
LEASE = timedelta(minutes=2)  # longer than batches can take: 2 of 192 deliveries, 64 at once, 15 s each
REQUEUE_EVERY = timedelta(seconds=5)

_BLOCK_MS = 1000
_PAUSE_AFTER_TROUBLE_S = 2.0
_log = logging.getLogger(__name__)


class Sender:
    """One of any number of senders, on any number of machines; each needs its own `name`.

    A crash loses nothing: the lease ends, the pointer is given out again, and a push that had already gone out
    repeats invisibly, because Topic and tag make it replace itself.
    """

    def __init__(
        self,
        db: Db,
        redis: Redis,
        channels: Mapping[ChannelName, Channel],
        clock: Callable[[], datetime],
        *,
        name: str,
    ) -> None:
        """`clock()` is the present as aware UTC. A channel that is missing drops its deliveries."""
        self._db = db
        self._redis = redis
        self._clock = clock
        self._name = name
        self._channels = channels
        self._lanes = Lanes(redis)

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop` is set, and every few seconds hands out again what was forgotten. Outlives outages."""
        async with asyncio.TaskGroup() as hands:
            hands.create_task(self._again(self._hand_out, stop, REQUEUE_EVERY.total_seconds()))
            for _ in range(HANDS):
                hands.create_task(self._again(self._work, stop))

    async def _again(self, act: Callable[[], Awaitable[None]], stop: asyncio.Event, every_s: float = 0) -> None:
        while not stop.is_set():
            try:
                await act()
                wait_s = every_s
            except (RedisError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("sending paused: %s", type(error).__name__)
                wait_s = _PAUSE_AFTER_TROUBLE_S
            if wait_s:
                await _wait(stop, wait_s)

    async def _hand_out(self) -> None:
        now = self._clock()
        await service.repeat_unread(self._db, now)
        await service.requeue_due(self._db, self._redis, now)
        await service.measure_lag(self._db, now)

    async def _work(self) -> None:
        await self.run_once(block_ms=_BLOCK_MS)

    async def run_once(self, *, block_ms: int = 0) -> int:
        """One batch; returns how many deliveries were settled. Waits up to `block_ms` for work."""
        entries = await work_queue.take(self._redis, self._name, count=BATCH, abandoned_after=LEASE, block_ms=block_ms)
        if not entries:
            return 0
        lease, now = uuid4(), self._clock()
        pointers = [pointer for _, pointer in entries]
        claimed = await claims.update_claimed(self._db, pointers, lease=lease, until=now + LEASE, now=now)
        settled = await self._settle_all(claimed)
        await self._write_down(settled, lease)
        await self._lanes.share(self._clock())
        await work_queue.finish(self._redis, [entry_id for entry_id, _ in entries])
        return len(settled)

    async def _settle_all(self, claimed: Sequence[Claimed]) -> list[Settled]:
        attempts = [
            Attempt(each, self._channels.get(ChannelName(each.channel)), self._lanes, self._clock) for each in claimed
        ]
        ready = [attempt.delivery for attempt in attempts if attempt.lane is not None]
        waits = await pacing.find_waits(self._db, ready, self._clock())
        for attempt in attempts:
            attempt.hold_back(waits.get(pacing.key_of(attempt.delivery)))
        await self._lanes.refresh({attempt.lane for attempt in attempts if attempt.lane is not None})
        return await asyncio.gather(*(attempt.settle() for attempt in attempts))

    async def _write_down(self, settled: Sequence[Settled], lease: UUID) -> None:
        if not settled:
            return
        gone = [each for each in settled if each.gone]
        recipients, browsers = [each.recipient_id for each in gone], [each.target for each in gone]
        async with self._db.transaction() as tx:
            await claims.update_settled(tx, settled, lease=lease, now=self._clock())
            if gone:
                await subscriptions.delete_subscriptions(tx, recipients, browsers)
                await subscriptions.delete_endpoints(tx, recipients, browsers)
        for each in settled:
            DELIVERIES.labels(each.channel, each.result).inc()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
