"""Benchmarks keep their promises about what they print and how they end, and still fit what they measure."""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from backend.catalogue.publishing import publish_pack
from backend.city.city import City
from backend.city.pack import SHANGHAI
from backend.core.clock import FixedClock, SystemClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.ids import uuid7
from backend.core.sessions import SESSION_COOKIE, create_session
from backend.matching.service import sweep
from backend.payments.ledger import broken_invariants
from tests.bench.__main__ import main
from tests.bench.bare import Bare, Told, search_path
from tests.bench.load import Ask, load
from tests.bench.payments_alone import CONNECTIONS, Alone, Overhearing, settle
from tests.bench.payments_pgbench import Pgbench
from tests.bench.payments_town import owe, tell
from tests.bench.population import DUE, NOW, TODAY, populate
from tests.bench.push_stub import push_stub
from tests.bench.rounds import interleaved
from tests.payments.providers.wechat.gateway import config

MODULE = '''"""What {name} measures."""
from tests.bench.figures import Figure

async def run():
    return [Figure(name="{name}", value=2.5, unit="s", against="a peer", ratio={ratio}, target=0.6)]
'''
HELPER = '"""No benchmark: it has no run()."""'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Two benchmarks of which one falls short, and a module that is none."""
    directory = tmp_path / "made_up"
    directory.mkdir()
    for name, text in {
        "__init__": "",
        "good": MODULE.format(name="good", ratio=0.7),
        "short": MODULE.format(name="short", ratio=0.5),
        "shared": HELPER,
    }.items():
        (directory / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("made_up")
    for name in [name for name in sys.modules if name.startswith("made_up")]:
        del sys.modules[name]


def ended(arguments: list[str], package: ModuleType) -> int:
    with pytest.raises(SystemExit) as end:
        main(arguments, package)
    return int(end.value.code or 0)


def test_without_a_name_the_benchmarks_are_listed(package: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    main([], package)

    assert capsys.readouterr().out.splitlines() == [
        "good         What good measures.",
        "short        What short measures.",
    ]


def test_the_real_ones_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    main([])

    assert {"payments", "push", "sweep", "web"} <= {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_a_name_that_nothing_has_ends_with_2_and_the_list(
    package: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(["good", "fast"], package) == 2
    assert "no benchmark fast; there are good, short" in capsys.readouterr().err


@pytest.mark.parametrize(("names", "code"), [(["good"], 0), (["short"], 1), (["short", "good"], 1)])
def test_a_figure_that_falls_short_ends_with_1(names: list[str], code: int, package: ModuleType) -> None:
    assert ended(names, package) == code


def test_json_has_one_object_per_figure(package: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    ended(["good", "short", "--json"], package)

    figures = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert figures[1] == {
        "name": "short",
        "value": 2.5,
        "unit": "s",
        "against": "a peer",
        "ratio": 0.5,
        "target": 0.6,
        "ok": False,
    }
    assert [figure["ok"] for figure in figures] == [True, False]


def test_people_get_a_table(package: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    ended(["good", "short"], package)

    heading, good, short = capsys.readouterr().out.splitlines()
    assert heading.startswith("figure")
    assert good.split()[-3:] == ["ok", "a", "peer"]
    assert "FALLS SHORT" in short


async def test_rounds_take_turns_and_a_slow_minute_hits_all_alike() -> None:
    order: list[str] = []
    slow_from = 4

    def contender(name: str, cost: float) -> Any:
        async def measure() -> float:
            order.append(name)
            return cost * (10 if len(order) > 2 * slow_from else 1)

        return measure

    rounds = await interleaved({"a": contender("a", 1.0), "b": contender("b", 2.0)}, rounds=6)

    assert order[:6] == ["a", "b", "a", "b", "b", "a"]
    assert rounds.ratio("b", "a") == 2.0


async def test_the_load_program_counts_good_answers_only() -> None:
    async with push_stub() as origin:  # answers 201, which is not what is asked for
        seen = await load(
            Ask(port=int(origin.rpartition(":")[2]), path="/", headers={"Content-Length": "0"}, seconds=0.1)
        )

    assert seen.answered > 0
    assert seen.failed == seen.answered
    assert seen.each_second == 0


async def test_the_bound_settles_by_what_the_product_was_overheard_to_send(
    database_url: str, db: Database, keyring: Keyring
) -> None:
    callbacks = tell(await owe(db, keyring, 3))
    work = [(each, await Overhearing(db, keyring, config()).of(each)) for each in callbacks]
    assert await db.fetchval("SELECT count(*) FROM payment_orders WHERE state = 'paid'") == 0
    connection = await asyncpg.connect(database_url)

    settled = await settle(Alone(config()), [connection], work)
    await connection.close()

    assert settled.number == 3
    assert await db.fetchval("SELECT count(*) FROM payment_orders WHERE state = 'paid'") == 3
    assert set((await broken_invariants(db)).values()) == {0}


async def test_pgbench_runs_the_same_transaction(
    database_url: str, db: Database, keyring: Keyring, tmp_path: Path
) -> None:
    (sample,) = await owe(db, keyring, 1)
    said = await Overhearing(db, keyring, config()).of(tell([sample])[0])
    pgbench = await Pgbench.prepare(db, database_url, sample, said, tmp_path, runs=2, each=2)

    rates = [await asyncio.to_thread(pgbench.run) for _ in range(2)]

    assert min(rates) > 0
    assert await db.fetchval("SELECT count(*) FROM payment_orders WHERE state = 'paid'") == 2 * 2 * CONNECTIONS
    assert await db.fetchval("SELECT count(DISTINCT order_no) FROM ledger_entries") == 2 * 2 * CONNECTIONS


@pytest.mark.slow
async def test_exactly_so_many_licences_are_due(database_url: str, db: Database, redis: Redis, city: City) -> None:
    connection = await asyncpg.connect(database_url)
    await populate(connection, 60_000, city)
    await connection.close()
    await db.execute(
        "INSERT INTO sweeps (rule, completed_through, snapshot_at) VALUES ('rules', $1, $2)",
        TODAY - timedelta(days=1),
        NOW - timedelta(days=1),
    )

    report = await sweep(db, redis, city, FixedClock(NOW), TODAY, dry_run=True)

    assert (report.messages, report.digests) == (DUE, 0)


async def test_the_bare_program_answers_what_it_is_compared_on(database_url: str, db: Database, redis_url: str) -> None:
    now = SystemClock().now()
    await publish_pack(db, SHANGHAI, now)
    async with Redis.from_url(redis_url) as redis:
        cookie, _ = await create_session(redis, uuid7(), "林*雯", now)
    headers: dict[str, list[tuple[str, str]]] = {path: [] for path in ("/", search_path(""), search_path("身份证"))}
    bare = Bare(Told(database_url, redis_url, cookie, ("", "身份证"), headers))
    await bare.prepare()
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=bare), base_url="http://bare") as client:
            listed = (await client.get(search_path(""))).json()
            found = (await client.get(search_path("身份证"))).json()
            home = (await client.get("/", headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})).text
    finally:
        await bare.close()

    assert len(listed["items"]) == 20
    assert "身份证" in found["items"][0]["title"]["zh"]
    assert "</html>" in home
