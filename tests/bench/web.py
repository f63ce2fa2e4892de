"""The web: what the product answers in a second, of what a bare ASGI program with the same queries and bytes does."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.parse import quote

import msgspec

from backend.core.sessions import SESSION_COOKIE
from tests.bench.figures import Figure
from tests.bench.hall import Hall, fetch, furnish, served
from tests.bench.load import Answers, Ask
from tests.bench.machine import LOADING, pin, say
from tests.bench.rounds import interleaved
from tests.bench.servers import servers

ENOUGH = 0.6
_ROUNDS = 9
_WORDS = "身份证"
_NOTHING = Ask(port=0, path="/healthz")


async def run() -> list[Figure]:
    async with servers() as (database_url, redis_url):
        say("loading the city pack and residents")
        cookie = await furnish(database_url, redis_url)
        with (
            tempfile.TemporaryDirectory() as directory,
            served(database_url, redis_url, words=_WORDS, cookie=cookie, log=Path(directory) / "log") as hall,
        ):
            found = Ask(port=0, path=f"/api/items?q={quote(_WORDS)}&limit=20")
            first_screen = Ask(port=0, path="/", headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})
            return [
                *await _compare("GET /api/items", found, hall),
                *await _compare("signed-in home page", first_screen, hall),
                await _headroom(found, hall),
            ]


async def _compare(name: str, ask: Ask, hall: Hall) -> list[Figure]:
    """Both have to send the same bytes; then each in turn, round after round."""
    say(name)
    ports = {"product": hall.product, "bare": hall.bare}
    if len({fetch(port, ask.path, ask.headers) for port in ports.values()}) != 1:
        raise ValueError(f"{name}: the two programs do not send the same bytes")
    answers: dict[str, list[Answers]] = {who: [] for who in ports}

    async def measure(who: str) -> float:
        answers[who].append(await _load(ask, ports[who]))
        return answers[who][-1].each_second

    rounds = await interleaved({"product": lambda: measure("product"), "bare": lambda: measure("bare")}, rounds=_ROUNDS)
    p50, p99 = (
        {who: median(getattr(each, quantile) for each in found) for who, found in answers.items()}
        for quantile in ("p50_ms", "p99_ms")
    )
    against = "bare ASGI program, same statements and bytes"
    return [
        Figure(
            name=name,
            value=rounds.median("product"),
            unit="answers/s",
            against=f"{against}: {rounds.median('bare'):,.0f}",
            ratio=rounds.ratio("product", "bare"),
            target=ENOUGH,
        ),
        *(
            Figure(
                name=f"{name}, {title}",
                value=times["product"],
                unit="ms",
                against=f"{against}: {times['bare']:.2g}",
                ratio=times["product"] / times["bare"],
                better="less",
            )
            for title, times in (("median wait", p50), ("99 in 100 wait", p99))
        ),
    ]


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


async def _load(ask: Ask, port: int) -> Answers:
    """From a process of its own. Raises ValueError where an answer was refused."""
    told = msgspec.json.encode(msgspec.structs.replace(ask, port=port)).decode()
    command = [sys.executable, "-m", "tests.bench.load", told]
    done = await asyncio.to_thread(subprocess.run, command, preexec_fn=pin(LOADING), stdout=subprocess.PIPE, check=True)
    answers = msgspec.json.decode(done.stdout, type=Answers)
    if answers.failed or not answers.each_second:
        raise ValueError(f"{ask.path}: {answers.failed} answers failed, {answers.each_second:.0f} a second did not")
    return answers
