"""Pushes to 20,000 people at once, to 1 million with --full: the rate, the work for each, nothing lost or doubled."""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

from msgspec import Struct
from redis.asyncio import Redis

from backend.core.db import Database
from backend.core.ids import uuid7
from notifications.channels.web_push import WebPush
from notifications.delivery import Sender
from notifications.models import ChannelName
from notifications.queries.claims import Claimed
from notifications.service import publish, queue, requeue_due
from notifications.webpush.transport import CONNECTIONS_PER_ORIGIN, AiohttpTransport
from notifications.webpush.vapid import VapidHeaders, generate_key, parse_keys
from notifications.work_queue import count_waiting
from tests.bench.figures import Figure
from tests.bench.machine import FULL, say
from tests.bench.push_sending import push_message
from tests.bench.push_service import RETRY_AFTER_S, Seen, push_service, seen
from tests.bench.push_town import PUBLIC_URL, deliveries, subscriptions
from tests.bench.rounds import cpu_us_each
from tests.bench.servers import connections

MOST = 1.5
_PEOPLE, _ALL, _AT_ONCE, _ALONE = 20_000, 1_000_000, 5_000, 4_000
_SERVICES = 3
_GONE, _LATER = 20, 100  # one in so many
_LOOK_S = 0.1
_NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # in Shanghai: far from the quiet hours


class Sent(Struct, frozen=True):
    """What sending them all took, and what the services saw of it."""

    seconds: float
    cpu_us: float
    services: Sequence[Seen]
    left: int


async def run() -> list[Figure]:
    people = _ALL if os.environ.get(FULL) else _PEOPLE
    async with connections() as (db, redis), AiohttpTransport() as transport, contextlib.AsyncExitStack() as closing:
        origins = [await closing.enter_async_context(push_service()) for _ in range(_SERVICES)]
        vapid = VapidHeaders(parse_keys(f"one:{generate_key()}"), "mailto:push@city.example")
        channel = WebPush(transport, vapid, PUBLIC_URL, set(origins))
        say("encryption and HTTP client alone")
        alone = await _alone(channel, origins)
        say(f"{people:,} people")
        town = await _settle(db, people, origins)
        sent = await _send(db, redis, channel, town, origins)
        say("encryption and HTTP client alone, again")
        alone = (alone + await _alone(channel, origins)) / 2
    _check(sent, people)
    return _figures(sent, people, alone)


async def _alone(channel: WebPush, origins: Sequence[str]) -> float:
    """Processor time of a push without database and queue; the services answer as late."""
    browsers = subscriptions([f"{origin}/alone/" for origin in origins], number=_ALONE)
    limit = asyncio.Semaphore(CONNECTIONS_PER_ORIGIN * len(origins))

    async def send(push: Claimed) -> None:
        async with limit:
            await channel.send(push, _NOON)

    async def all_of_them() -> int:
        await asyncio.gather(*map(send, pushes))
        return len(pushes)

    pushes = deliveries(browsers)
    await all_of_them()
    return median([await cpu_us_each(all_of_them) for _ in range(3)])


async def _settle(db: Database, people: int, origins: Sequence[str]) -> list[UUID]:
    """Everybody has a browser; they share a few key pairs, which nobody here has to decrypt with."""
    keys = subscriptions(number=64)
    residents = [uuid7() for _ in range(people)]
    for start in range(0, people, _AT_ONCE):
        some = residents[start : start + _AT_ONCE]
        endpoints = [_endpoint(origins, start + number, each) for number, each in enumerate(some)]
        await db.execute(
            """INSERT INTO push_subscriptions (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id,
                                               created_at, updated_at)
               SELECT r, h, e, p, a, 'one', $6, $6
               FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[], $5::bytea[]) AS n (r, h, e, p, a)""",
            some,
            [hashlib.sha256(endpoint.encode()).digest() for endpoint in endpoints],
            endpoints,
            [keys[number % len(keys)].p256dh for number in range(len(some))],
            [keys[number % len(keys)].auth for number in range(len(some))],
            _NOON,
        )
    return residents


def _endpoint(origins: Sequence[str], number: int, who: UUID) -> str:
    kind = "gone" if number % _GONE == 0 else "later" if number % _LATER == 1 else "here"
    return f"{origins[number % len(origins)]}/{kind}/{who.hex}{who.hex}"


async def _send(db: Database, redis: Redis, channel: WebPush, town: Sequence[UUID], origins: Sequence[str]) -> Sent:
    """From the first message queued to the last one settled, what has to wait for its Retry-After included.

    Not the making of the messages: what they say is their sender's work.
    """
    began, used = time.perf_counter(), time.process_time()

    def now() -> datetime:
        return _NOON + timedelta(seconds=time.perf_counter() - began)

    stop = asyncio.Event()
    sending = asyncio.create_task(Sender(db, redis, {ChannelName.WEB_PUSH: channel}, now, name="bench").run(stop))
    for start in range(0, len(town), _AT_ONCE):
        stopped = time.perf_counter(), time.process_time()
        messages = [push_message(each) for each in town[start : start + _AT_ONCE]]
        began, used = began + time.perf_counter() - stopped[0], used + time.process_time() - stopped[1]
        async with db.transaction() as tx:
            pointers = await queue(tx, messages, now())
        await publish(redis, pointers)
        while await count_waiting(redis) > _AT_ONCE:  # noqa: ASYNC110 - Redis has no event for it
            await asyncio.sleep(_LOOK_S)
    while await db.fetchval("SELECT EXISTS (SELECT FROM deliveries WHERE state = 'queued')"):
        await requeue_due(db, redis, now())
        await asyncio.sleep(_LOOK_S)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    stop.set()
    await sending
    left = await db.fetchval("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'failed')")
    return Sent(seconds, used / len(town) * 1e6, [seen(origin) for origin in origins], left)


def _check(sent: Sent, people: int) -> None:
    """Raises ValueError where anybody was forgotten or told twice."""
    gone = sum(each.gone for each in sent.services)
    accepted = sum(each.accepted for each in sent.services) - _ALONE
    doubled = sum(each.doubled for each in sent.services) - _ALONE
    if (accepted, gone, doubled, sent.left) != (people - gone, -(-people // _GONE), 0, 0):
        raise ValueError(f"of {people} pushes {accepted} came, {gone} gone, {doubled} twice, {sent.left} left")


def _figures(sent: Sent, people: int, alone: float) -> list[Figure]:
    throttled = sum(each.later for each in sent.services)
    return [
        Figure(
            name=f"fan-out: {people:,} pushes, 5 % gone, 1 % later",
            value=sent.cpu_us,
            unit="µs CPU",
            against=f"encryption and HTTP client alone: {alone:.0f} µs",
            ratio=sent.cpu_us / alone,
            target=MOST,
            better="less",
        ),
        Figure(
            name="fan-out: one sender, services that take 50 ms",
            value=people / sent.seconds,
            unit="pushes/s",
            against=f"one core at that CPU time; {throttled:,} had to wait {RETRY_AFTER_S} s; none lost or doubled",
            ratio=people / sent.seconds * sent.cpu_us / 1e6,
        ),
    ]
