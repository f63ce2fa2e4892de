"""Callbacks of payments: what a core settles in a second, web app and database, of what check and statements would.

One processor does all of it: the web process, and Postgres with its commits on the disk. Whoever sends the callbacks
has the other one. On a busy machine: `chrt -r 10 script/bench payments`.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from backend.catalogue.publishing import publish_pack
from backend.city.pack import SHANGHAI
from backend.city.service import read_city
from backend.core.clock import FixedClock, SystemClock
from backend.core.db import Database, connect
from backend.core.settings import Settings
from backend.embedded.home import new_secrets
from tests.bench.figures import Figure
from tests.bench.hall import PRODUCT, Server, program
from tests.bench.machine import LOADING, SERVING, pin, processor_seconds, say, staying_on
from tests.bench.payments_alone import CONNECTIONS, Bound, Overhearing, Settled
from tests.bench.payments_delivery import Delivered, Delivery
from tests.bench.payments_pgbench import Pgbench
from tests.bench.payments_town import owe, tell
from tests.bench.rounds import Rounds, interleaved
from tests.bench.servers import servers
from tests.payments.fire.outage import Aftermath, outage
from tests.payments.fire.processes import environment
from tests.payments.merchants import merchants
from tests.payments.providers.wechat.gateway import config
from tests.payments.till import Till

ENOUGH = 1.3
_ROUNDS = 7
_EACH_ROUND = 1200
_CONCURRENT, _CROWD = 32, 100
_PATIENCE_MS = 3000  # WeChat waits for 5 s, by its older documents for 3 s
_AWAY_PAID = 500


class Town(Struct):
    """A database with what is to be paid, and keys for it. `cpu_us`: of each callback, by who settled it."""

    db: Database
    settings: Settings
    directory: Path
    cpu_us: dict[str, list[float]]
    crowded: list[Delivered]

    async def callbacks(self) -> Path:
        """A file of callbacks, each for an order of its own, signed now.

        Each has been settled and taken back once, as the bound has to: whoever settles it finds the same warm pages.
        """
        path = self.directory / "callbacks"
        told = tell(await owe(self.db, self.settings.keyring(), _EACH_ROUND))
        overhearing = Overhearing(self.db, self.settings.keyring(), config())
        for each in told:
            await overhearing.of(each)
        path.write_bytes(msgspec.msgpack.encode(told))
        return path

    async def settled(self) -> int:
        return int(await self.db.fetchval("SELECT count(*) FROM payment_orders WHERE state = 'paid'"))


async def run() -> list[Figure]:
    async with contextlib.AsyncExitStack() as open_ones:
        with staying_on(SERVING):
            database_url, redis_url = await open_ones.enter_async_context(servers(durable=True))
        db = await connect(database_url)
        try:
            await publish_pack(db, SHANGHAI, SystemClock().now())
            with tempfile.TemporaryDirectory() as directory:
                town = Town(db, _settings(database_url, redis_url, Path(directory)), Path(directory), {}, [])
                say("settling callbacks in turn")
                figures = _callback_figures(town, await _in_turn(town))
                say(f"half an hour without callbacks, {_AWAY_PAID} payments")
                return [*figures, _outage_figure(await _outage(town))]
        finally:
            await db.close()


async def _in_turn(town: Town) -> Rounds:
    pgbench = await _pgbench(town)
    with program(PRODUCT, environment(town.settings), town.directory / "log") as product:
        return await interleaved(
            {
                "product": lambda: _product(town, product),
                "alone": lambda: _alone(town),
                "crowd": lambda: _crowd(town, product),
                "pgbench": lambda: asyncio.to_thread(pgbench.run),
            },
            rounds=_ROUNDS,
        )


async def _product(town: Town, server: Server) -> float:
    used = processor_seconds(server.session)
    delivered = await _deliver(town, server, _CONCURRENT)
    town.cpu_us.setdefault("product", []).append((processor_seconds(server.session) - used) / _EACH_ROUND * 1e6)
    return delivered.acknowledged / delivered.seconds


async def _crowd(town: Town, server: Server) -> float:
    town.crowded.append(await _deliver(town, server, _CROWD))
    return town.crowded[-1].p99_ms


async def _deliver(town: Town, server: Server, concurrent: int) -> Delivered:
    """Raises ValueError unless every one was acknowledged, and settled."""
    callbacks, before = await town.callbacks(), await town.settled()
    told = Delivery(port=server.port, callbacks=str(callbacks), connections=concurrent)
    answer = await _run("tests.bench.payments_delivery", msgspec.json.encode(told).decode(), LOADING)
    delivered, settled = msgspec.json.decode(answer, type=Delivered), await town.settled() - before
    if (delivered.acknowledged, settled) != (_EACH_ROUND, _EACH_ROUND):
        raise ValueError(f"of {_EACH_ROUND} callbacks {delivered.acknowledged} acknowledged, {settled} settled")
    return delivered


async def _alone(town: Town) -> float:
    path = town.directory / "bound.json"
    bound = Bound(settings=town.settings, wechat=config(), callbacks=str(await town.callbacks()))
    path.write_bytes(msgspec.json.encode(bound))
    settled = msgspec.json.decode(await _run("tests.bench.payments_alone", str(path), SERVING), type=Settled)
    town.cpu_us.setdefault("alone", []).append(settled.cpu_s / settled.number * 1e6)
    return settled.number / settled.seconds


async def _pgbench(town: Town) -> Pgbench:
    keyring = town.settings.keyring()
    (sample,) = await owe(town.db, keyring, 1)
    said = await Overhearing(town.db, keyring, config()).of(tell([sample])[0])
    dsn, each = town.settings.database_url, _EACH_ROUND // CONNECTIONS
    return await Pgbench.prepare(town.db, dsn, sample, said, town.directory, runs=_ROUNDS + 1, each=each)


async def _outage(town: Town) -> Aftermath:
    async with Redis.from_url(town.settings.redis_url) as redis:
        clock = FixedClock(datetime.now(UTC))
        till = Till(town.db, redis, town.settings.keyring(), await read_city(town.db), clock)
        await town.db.execute("UPDATE payment_orders SET next_query_at = NULL")  # those above have had their day
        return await outage(till, town.directory, paid=_AWAY_PAID, unpaid=0)


async def _run(module: str, argument: str, cores: list[int]) -> bytes:
    """What a program of its own prints."""
    command = [sys.executable, "-m", module, argument]
    done = await asyncio.to_thread(subprocess.run, command, preexec_fn=pin(cores), stdout=subprocess.PIPE, check=True)
    return done.stdout


def _callback_figures(town: Town, rounds: Rounds) -> list[Figure]:
    product, alone = (median(town.cpu_us[who]) for who in ("product", "alone"))
    return [
        Figure(
            name="callbacks settled by a core, web and database",
            value=rounds.median("product"),
            unit="callbacks/s",
            against=f"signature check and the same statements alone, one by one: {rounds.median('alone'):,.0f}",
            ratio=rounds.ratio("product", "alone"),
            target=ENOUGH,
        ),
        Figure(
            name="processor time of the web process for each",
            value=product,
            unit="µs",
            against=f"signature check and the same statements alone: {alone:,.0f}",
            ratio=product / alone,
            better="less",
        ),
        Figure(
            name="the same transaction",
            value=rounds.median("product"),
            unit="callbacks/s",
            against=f"pgbench, as many connections: {rounds.median('pgbench'):,.0f}",
            ratio=rounds.ratio("product", "pgbench"),
        ),
        Figure(
            name=f"99 in 100 wait, {_CROWD} at a time",
            value=rounds.median("crowd"),
            unit="ms",
            against=f"a provider waits {_PATIENCE_MS} ms; half wait {median(c.p50_ms for c in town.crowded):,.0f} ms",
            ratio=rounds.median("crowd") / _PATIENCE_MS,
            target=1,
            better="less",
        ),
    ]


def _outage_figure(aftermath: Aftermath) -> Figure:
    return Figure(
        name=f"{_AWAY_PAID} UnionPay payments of an outage of half an hour, all settled after",
        value=aftermath.after(1),
        unit="s",
        against=f"{aftermath.tries} callbacks lost, {aftermath.queries} queries made",
        ratio=aftermath.queries / _AWAY_PAID,
        target=2,
        better="less",
    )


def _settings(database_url: str, redis_url: str, directory: Path) -> Settings:
    secrets, file = new_secrets(), directory / "merchants.json"
    file.write_bytes(merchants())
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        data_keys=secrets.data_keys,
        lookup_key=secrets.lookup_key,
        vapid_private_key=secrets.vapid_private_key,
        merchants=str(file),
    )
