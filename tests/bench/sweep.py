"""A sweep with 10,000 licences due among 0.1, 1 and 5 million: it costs what is due, not what is stored."""

import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.pack import SHANGHAI, read_pack
from backend.city.service import city_of
from backend.core.clock import FixedClock
from backend.core.db import Database, connect
from backend.reminders.service import sweep
from tests.bench.figures import Figure
from tests.bench.machine import say
from tests.bench.rounds import interleaved
from tests.bench.servers import servers

DUE, ROUNDS = 10_000, 5
STORES = {"0.1 M": 100_000, "1 M": 1_000_000, "5 M": 5_000_000}
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
GROWTH = 1.5
_PATIENCE_S = 900

_RESIDENTS = """
INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
SELECT md5('resident ' || n)::uuid, 'person', 'k', '', '', '1988-01-17', $2, $2 FROM generate_series(1, $1) AS n"""
_LICENCES = """
INSERT INTO licences (subject_id, licence_id, licence_type, department_id, source_id, key_id, number_enc, issued_on,
                      valid_from, expires_on, declared_status, changed_at)
SELECT md5('resident ' || (n % $2 + 1))::uuid, md5($7::text || n)::uuid, ($3::text[])[n % cardinality($3::text[]) + 1],
       'police', $7::text || n, 'k', '', '2020-01-01', '2020-01-01', $4::date + n % $5::int, 'valid', $6
FROM generate_series(1, $1::int) AS n"""


class Store:
    """A database with so many licences, of which 10,000 are due today; swept again and again from the beginning."""

    def __init__(self, db: Database, redis: Redis, city: City) -> None:
        self._db, self._redis, self._city = db, redis, city

    async def sweep(self) -> float:
        """Seconds of one sweep that tells 10,000; what an earlier one wrote is taken away before the clock starts."""
        await self._db.execute("TRUNCATE messages, deliveries, reminder_matches, sweeps, sweep_runs")
        began = time.perf_counter()
        report = await sweep(self._db, self._redis, self._city, FixedClock(NOON), TODAY)
        took = time.perf_counter() - began
        if sum(rule.reminded for rule in report.rules.values()) != DUE:
            raise AssertionError(report)
        return took


async def fill(dsn: str, licences: int, city: City) -> None:
    """Eight licences a resident. Those not due expire on any day of the ten years that begin in 400 days."""
    types = [kind.code for kind in city.licence_types.values() if 30 in kind.reminder_rungs]
    residents = max(DUE, licences // 8)
    connection = await asyncpg.connect(dsn, command_timeout=_PATIENCE_S)
    try:
        await connection.execute(_RESIDENTS, residents, LONG_AGO)
        rest, due = TODAY + timedelta(days=400), TODAY + timedelta(days=30)
        await connection.execute(_LICENCES, licences - DUE, residents, types, rest, 3650, LONG_AGO, "stored ")
        await connection.execute(_LICENCES, DUE, residents, types, due, 1, LONG_AGO, "due ")
        await connection.execute("VACUUM (ANALYZE) licences, subjects")
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def stores(city: City) -> AsyncIterator[dict[str, Store]]:
    """Three databases of one server, each a copy of the migrated one, filled."""
    async with servers() as (database_url, redis_url), contextlib.AsyncExitStack() as closing:
        redis = Redis.from_url(redis_url)
        closing.push_async_callback(redis.aclose)
        opened = {}
        for number, (name, licences) in enumerate(STORES.items()):
            say(f"filling {name} licences")
            dsn = database_url.replace("/suishenban?", f"/store_{number}?")
            await _copy(database_url, f"store_{number}")
            await fill(dsn, licences, city)
            db = await connect(dsn)
            closing.push_async_callback(db.close)
            opened[name] = Store(db, redis, city)
        yield opened


async def _copy(database_url: str, name: str) -> None:
    admin = await asyncpg.connect(database_url.replace("/suishenban?", "/postgres?"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE suishenban")
    finally:
        await admin.close()


async def run() -> list[Figure]:
    """Wall time of the whole sweep with its messages, round after round in stores of three sizes."""
    async with stores(city_of(read_pack(SHANGHAI))) as filled:
        say("sweeping")
        measured = await interleaved({name: store.sweep for name, store in filled.items()}, rounds=ROUNDS)
    smallest = next(iter(STORES))
    figures = [
        Figure(
            name=f"sweep: 10,000 due among {name}",
            value=measured.median(name),
            unit="s",
            against=f"the same among {smallest}",
            ratio=measured.ratio(name, to=smallest),
            target=None if name == smallest else GROWTH,
            better="less",
        )
        for name in STORES
    ]
    rate = DUE / measured.median(smallest)
    told = Figure(name="sweep: residents told", value=rate, unit="residents/s", against="nothing", ratio=1)
    return [*figures, told]
