"""The web: what the product answers in a second, of what a bare ASGI program with the same queries and bytes does."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from tests.bench.bare import search_path
from tests.bench.figures import Figure
from tests.bench.hall import Hall, Server, fetch, furnish, served, signed_in
from tests.bench.load import Answers, Ask
from tests.bench.machine import LOADING, pin, processor_seconds, say
from tests.bench.rounds import interleaved
from tests.bench.servers import servers

ENOUGH = 0.6
_ROUNDS = 9
_SEARCHES = ("", "身份证")
_AGAINST = "bare ASGI program, same statements, same bytes"
_NOTHING = Ask(port=0, path="/healthz")


class Seen(Struct, frozen=True):
    """One round of one server: what the load program saw, and what each answer cost the server."""

    each_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


async def run() -> list[Figure]:
    async with servers() as (database_url, redis_url):
        say("loading the city pack and residents")
        cookie = await furnish(database_url, redis_url)
        with (
            tempfile.TemporaryDirectory() as directory,
            served(database_url, redis_url, searches=_SEARCHES, cookie=cookie, log=Path(directory) / "log") as hall,
        ):
            listing, search = (Ask(port=0, path=search_path(words)) for words in _SEARCHES)
            first_screen = Ask(port=0, path="/", headers=signed_in(cookie))
            return [
                *await _compare("GET /api/items, first page", listing, hall),
                *await _compare(f"GET /api/items, {_SEARCHES[1]}", search, hall),
                *await _compare("signed-in home page", first_screen, hall),
                await _headroom(search, hall),
            ]


async def _compare(name: str, ask: Ask, hall: Hall) -> list[Figure]:
    """Both have to send the same bytes; then each in turn, round after round."""
    say(name)
    servers_ = {"product": hall.product, "bare": hall.bare}
    if fetch(hall.product.port, ask.path, ask.headers) != fetch(hall.bare.port, ask.path, ask.headers):
        raise ValueError(f"{name}: the two programs do not send the same bytes")
    seen: dict[str, list[Seen]] = {who: [] for who in servers_}

    async def measure(who: str) -> float:
        seen[who].append(await _load(ask, servers_[who]))
        return seen[who][-1].each_second

    rounds = await interleaved({"product": lambda: measure("product"), "bare": lambda: measure("bare")}, rounds=_ROUNDS)
    waits = (("median wait", "ms", "p50_ms"), ("99 in 100 wait", "ms", "p99_ms"), ("processor time", "µs", "cpu_us"))
    return [
        Figure(
            name=name,
            value=rounds.median("product"),
            unit="answers/s",
            against=f"{_AGAINST}: {rounds.median('bare'):,.0f}",
            ratio=rounds.ratio("product", "bare"),
            target=ENOUGH,
        ),
        *(_cost(f"{name}, {title}", unit, what, seen) for title, unit, what in waits),
    ]


def _cost(name: str, unit: str, what: str, seen: dict[str, list[Seen]]) -> Figure:
    product, bare = (median(getattr(each, what) for each in seen[who]) for who in ("product", "bare"))
    against = f"{_AGAINST}: {bare:,.3g}"
    return Figure(name=name, value=product, unit=unit, against=against, ratio=product / bare, better="less")


async def _headroom(ask: Ask, hall: Hall) -> Figure:
    """What is asked could be answered faster than it is: the load program is not what was measured."""
    nothing, found = await _load(_NOTHING, hall.bare), await _load(ask, hall.bare)
    return Figure(
        name="load program, empty answers",
        value=nothing.each_second,
        unit="answers/s",
        against=f"the fastest thing measured with it: {found.each_second:,.0f}",
        ratio=nothing.each_second / found.each_second,
    )


async def _load(ask: Ask, server: Server) -> Seen:
    """From a process of its own. Raises ValueError where an answer was refused."""
    told = msgspec.json.encode(msgspec.structs.replace(ask, port=server.port)).decode()
    command = [sys.executable, "-m", "tests.bench.load", told]
    used = processor_seconds(server.session)
    done = await asyncio.to_thread(subprocess.run, command, preexec_fn=pin(LOADING), stdout=subprocess.PIPE, check=True)
    used = processor_seconds(server.session) - used
    answers = msgspec.json.decode(done.stdout, type=Answers)
    if answers.failed or not answers.each_second:
        raise ValueError(f"{ask.path}: {answers.failed} answers failed, {answers.each_second:.0f} a second did not")
    return Seen(answers.each_second, answers.p50_ms, answers.p99_ms, used / answers.answered * 1e6)
