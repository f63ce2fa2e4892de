"""The sender from pointer to settled delivery, against encryption and the HTTP client alone."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.core.ids import uuid7
from notifications.channels.channel import Verdict
from notifications.channels.web_push import WebPush
from notifications.delivery import Sender
from notifications.models import ChannelName, Kind, Message, Tab, Wording
from notifications.queries.claims import Claimed
from notifications.service import publish, queue
from notifications.subscriptions import subscribe
from notifications.webpush.transport import CONNECTIONS_PER_ORIGIN, AiohttpTransport
from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys
from tests.bench.figures import Figure
from tests.bench.push_stub import push_stub
from tests.bench.push_town import PUBLIC_URL, deliveries, subscriptions
from tests.bench.rounds import cpu_us_each, interleaved
from tests.bench.servers import connections

_ROUNDS = 5
_NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # in Shanghai: far from the quiet hours


async def sending_figures() -> list[Figure]:
    async with connections() as (db, redis), push_stub() as origin, AiohttpTransport() as transport:
        vapid = VapidHeaders(parse_keys(f"one:{generate_key()}"), "mailto:push@city.example")
        channel = WebPush(transport, vapid, PUBLIC_URL, {origin})
        town = _Town(db, redis, channel, origin)
        await town.settle()
        wall: list[float] = []

        async def sender() -> float:
            await town.queue_one_for_each()
            began = time.perf_counter()
            cpu = await cpu_us_each(town.send_all)
            wall.append((time.perf_counter() - began) / len(town.people))
            return cpu

        rounds = await interleaved(
            {"sender": sender, "channel": lambda: cpu_us_each(town.send_without_queue)}, rounds=_ROUNDS
        )
    alone = f"encryption and HTTP client alone: {rounds.median('channel'):.0f} µs"
    return [
        Figure(
            name="push: sender, claim, encrypt, post, settle",
            value=rounds.median("sender"),
            unit="µs CPU",
            against=alone,
            ratio=rounds.ratio("channel", "sender"),
        ),
        Figure(
            name="push: one sender, local push service",
            value=1 / sorted(wall)[len(wall) // 2],
            unit="pushes/s",
            against="one core at that CPU time",
            ratio=rounds.median("sender") / 1e6 / sorted(wall)[len(wall) // 2],
        ),
    ]


class _Town:
    def __init__(self, db: Database, redis: Redis, channel: WebPush, origin: str) -> None:
        self._db = db
        self._redis = redis
        self._channel = channel
        self._clock = FixedClock(_NOON)
        self._sender = Sender(db, redis, {ChannelName.WEB_PUSH: channel}, self._clock.now, name="bench")
        self._browsers = subscriptions([f"{origin}/push/"])
        self._alone = deliveries(self._browsers)
        self.people = [uuid7() for _ in self._browsers]

    async def settle(self) -> None:
        async with self._db.transaction() as tx:
            for person, browser in zip(self.people, self._browsers, strict=True):
                await subscribe(tx, person, browser, _NOON)

    async def queue_one_for_each(self) -> None:
        """A day later than the last ones: nobody is disturbed more than a few times a day."""
        self._clock.at += timedelta(days=1)
        async with self._db.transaction() as tx:
            pointers = await queue(tx, [push_message(person) for person in self.people], self._clock.at)
        await publish(self._redis, pointers)

    async def send_all(self) -> int:
        """Raises ValueError where one was put off or refused."""
        settled = 0
        while settled < len(self.people):
            settled += await self._sender.run_once()
        if await self._db.fetchval("SELECT EXISTS (SELECT FROM deliveries WHERE state <> 'sent')"):
            raise ValueError("a push of the benchmark was not sent")
        return settled

    async def send_without_queue(self) -> int:
        limit = asyncio.Semaphore(CONNECTIONS_PER_ORIGIN)

        async def send(push: Claimed) -> bool:
            async with limit:
                outcome = await self._channel.send(push, _NOON)
                return outcome.verdict is Verdict.SENT

        if not all(await asyncio.gather(*map(send, self._alone))):
            raise ValueError("the push service of the benchmark refused a push")
        return len(self._alone)


def push_message(recipient_id: UUID) -> Message:
    return Message(
        recipient_id=recipient_id,
        message_id=uuid7(),
        rule="licence-expiry:driving-licence",
        occasion=str(uuid7()),
        topic="licence-expiry",
        kind=Kind.REMINDER,
        tab=Tab.REMINDER,
        zh=Wording(title="机动车驾驶证即将到期", body="请在到期前换证。", action="查看办理指南"),
        link="/services/SH-driving-licence-renewal",
        useful_until=_NOON + timedelta(days=365),
    )
