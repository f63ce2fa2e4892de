"""The sweep of all rules with 10,000 people due: the same among 0.1, 1 and 5 million (8 with --full) licences."""

import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.pack import read_pack
from backend.city.service import city_of
from backend.commands.up import SHANGHAI_PACK
from backend.core.clock import FixedClock
from backend.core.db import Database, connect
from backend.matching.service import SWEEP, sweep
from tests.bench.figures import Figure
from tests.bench.machine import FULL, say
from tests.bench.population import DUE, NOW, TODAY, populate
from tests.bench.rounds import Rounds, interleaved
from tests.bench.servers import servers

MOST_GROWTH = 1.5
_SIZES = {"0.1 M": 100_000, "1 M": 1_000_000, "5 M": 5_000_000}
_ALL = {"8 M": 8_000_000}
_ROUNDS = 7


async def run() -> list[Figure]:
    city = city_of(read_pack(SHANGHAI_PACK))
    async with servers() as (database_url, redis_url), contextlib.AsyncExitStack() as closing:
        redis = Redis.from_url(redis_url)
        closing.push_async_callback(redis.aclose)
        sweeps: dict[str, Callable[[], Awaitable[float]]] = {}
        for name, licences in (_SIZES | (_ALL if os.environ.get(FULL) else {})).items():
            say(f"loading {licences:,} licences")
            db = await closing.enter_async_context(_store(database_url, licences, city))
            sweeps[name] = _timed(db, redis, city)
        say("sweeping them in turn")
        return _figures(await interleaved(sweeps, rounds=_ROUNDS))


def _figures(rounds: Rounds) -> list[Figure]:
    smallest, *others = rounds.values
    return [
        Figure(
            name=f"sweep: {DUE:,} due among {name}",
            value=rounds.median(name),
            unit="s",
            against=f"as many due among {smallest}: {rounds.median(smallest):.2f} s",
            ratio=rounds.ratio(name, smallest),
            target=MOST_GROWTH,
            better="less",
        )
        for name in others
    ]


@contextlib.asynccontextmanager
async def _store(database_url: str, licences: int, city: City) -> AsyncIterator[Database]:
    """A database of its own on the same server, so that sizes are measured in turn."""
    name = f"store_{licences}"
    admin = await asyncpg.connect(database_url.replace("/suishenban?", "/postgres?"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE suishenban")
    await admin.close()
    dsn = database_url.replace("/suishenban?", f"/{name}?")
    connection = await asyncpg.connect(dsn)
    await populate(connection, licences, city)
    await connection.close()
    db = await connect(dsn)
    try:
        yield db
    finally:
        await db.close()


def _timed(db: Database, redis: Redis, city: City) -> Callable[[], Awaitable[float]]:
    """The morning's sweep after one that was completed yesterday; what it did is taken back before the next."""

    async def measure() -> float:
        await redis.flushall()
        await db.execute("TRUNCATE messages, deliveries, matches, left_to_sweep, sweeps, sweep_runs CASCADE")
        await db.execute(
            "INSERT INTO sweeps (rule, completed_through, snapshot_at, completed_at) VALUES ($1, $2, $3, $3)",
            SWEEP,
            TODAY - timedelta(days=1),
            NOW - timedelta(days=1),
        )
        began = time.perf_counter()
        report = await sweep(db, redis, city, FixedClock(NOW), TODAY)
        took = time.perf_counter() - began
        sent = await db.fetchval("SELECT count(*) FROM deliveries")
        if (report.messages, sent) != (DUE, DUE // 2):
            raise ValueError(f"{report.messages} residents were told and {sent} deliveries queued")
        return took

    return measure
