"""Operators see what was searched in vain, on a page and as data, and how often today in the metrics."""

from backend.catalogue.misses import note_miss
from backend.catalogue.models import Asked
from backend.core.clock import FixedClock, local_date
from backend.core.db import Database
from tests.hall import Hall
from tests.ops.test_metrics import scrape

PATH = "/ops/search-misses"


async def miss(db: Database, clock: FixedClock, *words: str) -> None:
    for each in words:
        await note_miss(db, Asked(q=each), local_date(clock.now()))


async def test_the_list_as_data_has_the_most_frequent_first(hall: Hall, db: Database, clock: FixedClock) -> None:
    await miss(db, clock, "夸克", "量子", "量子")

    async with await hall.operator() as operator:
        answer = await operator.get(PATH, headers={"Accept": "application/json"})

    found = answer.json()
    assert [(each["query"], each["count"]) for each in found["misses"]] == [("量子", 2), ("夸克", 1)]
    assert found["misses"][0]["last_on"] == found["as_of"] == "2026-11-20"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_page_shows_words_as_text(hall: Hall, db: Database, clock: FixedClock) -> None:
    await db.execute("INSERT INTO search_misses VALUES ($1, '<script>x', 1)", local_date(clock.now()))

    async with await hall.operator() as operator:
        page = (await operator.get(PATH, headers={"Accept": "text/html"})).text

    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


async def test_an_empty_list_says_so(hall: Hall) -> None:
    async with await hall.operator() as operator:
        assert "没有。" in (await operator.get(PATH, headers={"Accept": "text/html"})).text


async def test_the_metrics_count_them(hall: Hall, db: Database, clock: FixedClock) -> None:
    await miss(db, clock, "夸克", "量子", "量子")

    assert (await scrape(hall))[("searches_in_vain_today", ())] == 3
