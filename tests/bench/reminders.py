"""Rules: events matched per second by one core, and how soon an event fed at 200 a second reaches the phone."""

import asyncio
import contextlib
import hashlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from msgspec import Struct
from redis.asyncio import Redis

from backend.catalogue.publishing import publish_pack
from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_or_create_subjects
from backend.city.pack import SHANGHAI
from backend.city.service import read_city
from backend.core import processes
from backend.core.clock import SystemClock, local_date
from backend.core.db import Database, connect
from backend.core.events import Dispatcher, record
from backend.core.ids import uuid7
from backend.core.settings import Settings, read_settings
from backend.departments.events import EventReceived
from backend.departments.service import add_department
from backend.event_handlers import event_map
from backend.matching.service import look_again
from tests.bench.figures import Figure
from tests.bench.hall import PRODUCT, new_environment, program
from tests.bench.machine import say
from tests.bench.push_service import push_service, seen
from tests.bench.push_town import subscriptions
from tests.bench.servers import servers
from tests.departments.feeding import citizen_id, ndjson, person

SOON_S = 2.0
_EVENTS, _ROUNDS, _RECORDED_AT_ONCE = 5_000, 3, 500
_RATE, _SECONDS, _IN_ONE_FEED = 200, 15, 20
_PATIENCE_S = 60
_TYPE, _FACT, _RULE = "e_bike.bought", "bought_on", "e-bike-registration"


class Matched(Struct, frozen=True):
    seconds: float
    cpu_s: float


class Town(Struct, frozen=True):
    """A hall's database with people who have a browser each."""

    db: Database
    redis: Redis
    settings: Settings
    environment: dict[str, str]
    people: Sequence[UUID]


async def run() -> list[Figure]:
    async with (
        servers() as (database_url, redis_url),
        push_service(with_times=True) as pushes,
        _town(database_url, redis_url, pushes) as town,
    ):
        say(f"matching {_EVENTS:,} events, again and again")
        matched = [await _match(town) for _ in range(_ROUNDS + 1)][1:]
        say(f"{_RATE} events a second for {_SECONDS} s, from HTTP to the push service")
        waits = await _from_event_to_push(town, pushes)
    return [_rate(matched), *_latency(waits)]


def _rate(matched: Sequence[Matched]) -> Figure:
    middle = sorted(matched, key=lambda each: each.seconds)[len(matched) // 2]
    return Figure(
        name="rules: events handled, matched and told",
        value=_EVENTS / middle.seconds,
        unit="events/s",
        against="of one process; its own share of that time on a core",
        ratio=middle.cpu_s / middle.seconds,
    )


def _latency(waits: Sequence[float]) -> list[Figure]:
    ordered = sorted(waits)
    p50, p95 = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
    against = f"{SOON_S:.0f} s; half of them within {p50:.2f} s"
    return [
        Figure(
            name=f"rules: 95 of 100 events at the push service, {_RATE}/s",
            value=p95,
            unit="s",
            against=against,
            ratio=p95 / SOON_S,
            target=1,
            better="less",
        )
    ]


async def _match(town: Town) -> Matched:
    """From the recorded fact to the message that is queued; recording and sending are others' work."""
    now, city = SystemClock().now(), await read_city(town.db)
    await town.db.execute("TRUNCATE events, event_handlings, life_events, messages, deliveries, matches CASCADE")
    async with town.db.transaction() as tx:
        for start in range(0, _EVENTS, _RECORDED_AT_ONCE):
            some = [_event(town.people[n % len(town.people)], now) for n in range(start, start + _RECORDED_AT_ONCE)]
            await record(tx, some, now)
    dispatcher = Dispatcher(town.db, event_map(town.redis))
    began, used = time.perf_counter(), time.process_time()
    while await dispatcher.run_once(now):
        await look_again(town.db, town.redis, city, now)
    while await look_again(town.db, town.redis, city, now):
        pass
    matched = Matched(time.perf_counter() - began, time.process_time() - used)
    told = await town.db.fetchval("SELECT count(*) FROM messages WHERE rule = $1", _RULE)
    if told != _EVENTS:
        raise ValueError(f"{told} of {_EVENTS} were told")
    return matched


def _event(subject_id: UUID, now: datetime) -> EventReceived:
    return EventReceived(
        subject_id=subject_id,
        report_id=uuid7(),
        department_id="police",
        event_type=_TYPE,
        occurred_at=now,
        facts={_FACT: local_date(now).isoformat()},
        corrects=False,
        happened_on=local_date(now),
        stated_at=now,
    )


async def _from_event_to_push(town: Town, pushes: str) -> list[float]:
    """Seconds from sending a line of a feed until the push service has its push, for each of the events."""
    await town.db.execute("TRUNCATE events, event_handlings, life_events, messages, deliveries, matches CASCADE")
    key = await add_department(town.db, "police", "市公安局", ["events:*"], SystemClock().now())
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "log")
        with program(PRODUCT, town.environment, log) as web, _worker(town.environment, log):
            await asyncio.sleep(3)  # the worker has no port that says when it is ready
            sent = await _feed(f"http://127.0.0.1:{web.port}/api/feeds/events", key)
            came = await _await_pushes(pushes, len(sent))
    return [came[town.people[number].hex] - at for number, at in sent.items()]


@contextlib.contextmanager
def _worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        worker = processes.spawn(
            [sys.executable, "-m", "backend.cli", "worker"],
            output=output,
            env={**os.environ, **environment},
        )
    try:
        yield
    finally:
        processes.stop(worker, signal.SIGTERM)


async def _feed(url: str, key: str) -> dict[int, float]:
    """When each person's event was sent: an event a person, at an even pace, whatever the answers take."""
    sent: dict[int, float] = {}
    began, pending = time.time(), []
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30) as department:
        for start in range(0, _RATE * _SECONDS, _IN_ONE_FEED):
            await asyncio.sleep(max(0.0, began + start / _RATE - time.time()))
            numbers = range(start, start + _IN_ONE_FEED)
            sent |= dict.fromkeys(numbers, time.time())
            body = ndjson(_line(number) for number in numbers)
            pending.append(asyncio.create_task(department.post(url, content=body)))
        for answer in await asyncio.gather(*pending):
            if answer.json()["accepted"]["count"] != _IN_ONE_FEED:
                raise ValueError(f"a feed was answered {answer.text[:300]}")
    return sent


def _line(number: int) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "id": f"EV-{number}",
        "type": _TYPE,
        "subject": person(number),
        "occurred_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "facts": {_FACT: local_date(now).isoformat()},
    }


async def _await_pushes(pushes: str, number: int) -> dict[str, float]:
    """When each push came, by the last part of the browser's address."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        times = (await asyncio.to_thread(seen, pushes)).times
        if len(times) == number:
            return {path.rpartition("/")[2][:32]: at for path, at in times.items()}
        if time.monotonic() > deadline:
            raise ValueError(f"{len(times)} of {number} pushes came")
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def _town(database_url: str, redis_url: str, pushes: str) -> AsyncIterator[Town]:
    environment = new_environment(database_url, redis_url) | {"SUISHENBAN_PUSH_EXTRA_ORIGINS": pushes}
    settings = read_settings(environment)
    db, redis, now = await connect(database_url), Redis.from_url(redis_url), SystemClock().now()
    try:
        await publish_pack(db, SHANGHAI, now)
        people = await _settle(db, settings, max(_EVENTS, _RATE * _SECONDS), now)
        await _subscribe(db, people[: _RATE * _SECONDS], pushes, now)
        yield Town(db, redis, settings, environment, people)
    finally:
        await redis.aclose()
        await db.close()


async def _settle(db: Database, settings: Settings, number: int, now: datetime) -> list[UUID]:
    """Known people who want to be told at any hour: the benchmark may run at night."""
    holders = [Holder(SubjectKind.PERSON, citizen_id(n), person(n)["name"]) for n in range(number)]
    async with db.transaction() as tx:
        known = await find_or_create_subjects(tx, settings.keyring(), holders, now - timedelta(days=1))
    people: list[UUID] = [known[holder.number] for holder in holders]
    await db.execute(
        "INSERT INTO recipients (recipient_id, quiet, updated_at) SELECT r, false, $2 FROM unnest($1::uuid[]) AS n (r)",
        people,
        now,
    )
    return people


async def _subscribe(db: Database, people: Sequence[UUID], pushes: str, now: datetime) -> None:
    keys = subscriptions(number=64)
    endpoints = [f"{pushes}/here/{who.hex}{who.hex}" for who in people]
    await db.execute(
        """INSERT INTO push_subscriptions
               (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id, created_at, updated_at)
           SELECT r, h, e, p, a, 'v1', $6, $6
           FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bytea[], $5::bytea[]) AS n (r, h, e, p, a)""",
        people,
        [hashlib.sha256(endpoint.encode()).digest() for endpoint in endpoints],
        endpoints,
        [keys[number % len(keys)].p256dh for number in range(len(people))],
        [keys[number % len(keys)].auth for number in range(len(people))],
        now,
    )
