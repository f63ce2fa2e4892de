"""Search: does a resident find what is meant, and how long does it take among many items."""

import random
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from datetime import date
from statistics import median, quantiles

import msgspec

from backend.catalogue.folding import is_han, runs
from backend.catalogue.models import Asked
from backend.catalogue.search import parse_query, understood
from backend.catalogue.service import find_items, index_items
from backend.catalogue.words import segmenter
from backend.city.city import City
from backend.city.items import Item
from backend.city.models import Text
from backend.city.pack import SHANGHAI, read_pack
from backend.city.service import city_of
from backend.core.clock import SystemClock, local_date
from backend.core.db import Database
from tests.bench.figures import Figure
from tests.bench.machine import say
from tests.bench.rounds import interleaved
from tests.bench.servers import connections
from tests.catalogue.quality import FIRST, FIRST_THREE, Quality, measure, queries

SIZES = {2_000: 15.0, 20_000: 30.0}
"""Items, and the milliseconds that 95 of 100 searches among them may take."""

MOST_TIMES_THE_ROWS = 12
_ROWS = """
    SELECT count(*) AS items
      FROM (SELECT item_code, max(place) AS place
              FROM item_terms
             WHERE term = ANY ($1::text[])
             GROUP BY item_code) AS found
"""
_ROUNDS = 5
_WORDS_OF_A_TITLE = (3, 6)


async def run() -> list[Figure]:
    today = local_date(SystemClock().now())
    city = city_of(read_pack(SHANGHAI))
    async with connections() as (db, _):
        figures = await _index(db, city)
        figures += await _quality(db, city, today)
    for size, bound_ms in SIZES.items():
        async with connections() as (db, _):
            figures += await _speed(db, _grown(city, size), today, bound_ms)
    return figures


async def _index(db: Database, city: City) -> list[Figure]:
    """From an empty index, with the dictionaries loaded: the median of some runs."""
    say("indexing the city pack")
    await _indexed(db, city)
    seconds = []
    for _ in range(_ROUNDS):
        await db.execute("TRUNCATE item_search CASCADE")
        seconds.append(await _indexed(db, city))
    return [_bounded(f"indexing {len(city.items)} items", median(seconds), "s", 1.0)]


async def _indexed(db: Database, city: City) -> float:
    began = time.perf_counter()
    async with db.transaction() as tx:
        await index_items(tx, city)
    seconds = time.perf_counter() - began
    await db.execute("VACUUM ANALYZE item_search, item_terms")  # as Postgres does by itself a little later
    return seconds


async def _quality(db: Database, city: City, today: date) -> list[Figure]:
    figures: list[Figure] = []
    for kind, name in (("tuned", "queries"), ("held_out", "queries kept aside")):
        quality = await measure(db, city, queries(kind), today)
        _tell(name, quality)
        count = len(quality.results)
        figures.append(_share(f"{count} {name}: meant item among the first 3", quality.within(3), FIRST_THREE, kind))
        figures.append(_share(f"{count} {name}: meant item first", quality.within(1), FIRST, kind))
    return figures


def _share(name: str, share: float, target: float, kind: str) -> Figure:
    """Those kept aside are too few for a target of their own: they inform."""
    bound = target if kind == "tuned" else None
    return Figure(name=name, value=share * 100, unit="%", against="all of them", ratio=share, target=bound)


def _tell(name: str, quality: Quality) -> None:
    """Each query of which the meant item did not come first, those beyond the first three marked."""
    far = set(map(str, quality.beyond(3)))
    print(f"\n  {name}: {quality.within(1):.1%} first, {quality.within(3):.1%} in the first 3", file=sys.stderr)
    for miss in map(str, quality.beyond(1)):
        print(f"  {'✗' if miss in far else '·'} {miss}", file=sys.stderr)


def _grown(city: City, size: int) -> City:
    """The city's own items, and as many made from the words of their names as it takes."""
    chance = random.Random(size)
    words = sorted({word for item in city.items.values() for word in _words(item)})
    items = dict(city.items)
    for number in range(size - len(items)):
        title = "".join(chance.sample(words, chance.randint(*_WORDS_OF_A_TITLE)))
        like = chance.choice(list(city.items.values()))
        code = f"MADE-{number}"
        items[code] = msgspec.structs.replace(like, code=code, title=Text(title, like.title.en), aliases=())
    return msgspec.structs.replace(city, items=items, item_versions=dict.fromkeys(items, 1))


def _words(item: Item) -> Iterator[str]:
    for run in runs(item.title.zh):
        if is_han(run):
            yield from (word for word in segmenter().cut(run) if len(word) > 1)


async def _speed(db: Database, city: City, today: date, bound_ms: float) -> list[Figure]:
    """Every query is taken apart anew in every round: residents do not wait for others to have asked the same."""
    size = f"{len(city.items):,} items"
    say(size)
    seconds = await _indexed(db, city)
    asked = [Asked(q=said.typed) for kind in ("tuned", "held_out") for said in queries(kind)]
    terms = [_terms(city, each.q) for each in asked]

    async def search() -> float:
        understood.cache_clear()
        return _p95([await _timed(find_items(db, city, each, today)) for each in asked])

    async def rows() -> float:
        return _p95([await _timed(db.fetch(_ROWS, each)) for each in terms])

    rounds = await interleaved({"search": search, "rows": rows}, rounds=_ROUNDS)
    name, p95, least = f"search among {size}, 95 in 100 within", rounds.median("search"), rounds.median("rows")
    beside = Figure(
        name=name,
        value=p95,
        unit="ms",
        against=f"counting the items that have its words: {least:.2g} ms",
        ratio=rounds.ratio("search", "rows"),
        target=MOST_TIMES_THE_ROWS,
        better="less",
    )
    return [_bounded(name, p95, "ms", bound_ms), beside, _bounded(f"indexing {size}", seconds, "s", None)]


def _terms(city: City, typed: str) -> list[str]:
    query = parse_query(city, typed)
    return sorted({wanted.term for concept in query.concepts for wanted in concept.wanted}) if query else []


async def _timed(work: Awaitable[object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _bounded(name: str, value: float, unit: str, bound: float | None) -> Figure:
    """How much of what is allowed it takes."""
    if bound is None:
        return Figure(name=name, value=value, unit=unit, against="for information", ratio=1.0)
    against = f"{bound:g} {unit} allowed"
    return Figure(name=name, value=value, unit=unit, against=against, ratio=value / bound, target=1.0, better="less")
