"""What is searched in vain is counted by its words, and by nothing that could be somebody's."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from backend.catalogue.misses import KEPT_DAYS, LONGEST, MOST_OF_A_DAY, count_misses, impersonal, list_misses, note_miss
from backend.catalogue.models import Asked
from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from tests.catalogue.conftest import HANDLERS
from tests.hall import Hall

TODAY = date(2026, 11, 20)


async def misses(db: Database, today: date = TODAY) -> dict[str, int]:
    return {miss.query: miss.count for miss in await list_misses(db, today, KEPT_DAYS, 1000)}


@pytest.fixture
def hall(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> Hall:
    return Hall(HANDLERS, db=db, redis=redis, clock=clock, keyring=keyring, city=city)


async def test_a_search_in_vain_is_counted_per_day(hall: Hall, db: Database) -> None:
    async with hall.browser() as browser:
        for words in ("量子纠缠", " 量子 纠缠！", "space licence"):
            assert (await browser.get("/api/items", params={"q": words})).json()["total"] == 0
        await browser.get("/services", params={"q": "量子纠缠"})

    assert await misses(db) == {"量子纠缠": 3, "space licence": 1}
    assert await count_misses(db, TODAY) == 4
    assert await count_misses(db, TODAY - timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/services?q=量子", {"Sec-Fetch-Dest": "empty"}),
        ("/api/suggestions?q=量子", {}),
        ("/api/items?q=量子&theme=documents", {}),
        ("/api/items?q=量子&subject=person", {}),
        ("/api/items?theme=documents", {}),
        ("/api/items?q=🙂", {}),
    ],
)
async def test_what_is_half_typed_narrowed_or_wordless_is_not(
    hall: Hall, db: Database, path: str, headers: dict[str, str]
) -> None:
    async with hall.browser() as browser:
        assert (await browser.get(path, headers=headers)).status_code == 200

    assert await misses(db) == {}


@pytest.mark.parametrize(
    "typed",
    [
        "310101199001011234",
        "我的身份证 3101 0119 9001 01123X",
        "１３８００１３８０００",
        "电话138-0013-8000",
        "一三八零零一三八零零零",
        "someone@example.com",
        "E12345678",
    ],
)
def test_what_may_be_somebodys_is_not_kept(typed: str) -> None:
    assert impersonal(typed) is None


@given(st.text())
def test_what_is_kept_is_short_and_has_few_digits(typed: str) -> None:
    kept = impersonal(typed)

    if kept is not None:
        assert 1 <= len(kept) <= LONGEST
        assert sum(character.isdigit() for character in kept) <= 5
        assert "\x00" not in kept


async def test_a_day_takes_only_so_many_different_words(db: Database) -> None:
    await db.execute(
        "INSERT INTO search_misses SELECT $1, 'words ' || n, 1 FROM generate_series(1, $2::int) AS n",
        TODAY,
        MOST_OF_A_DAY,
    )

    await note_miss(db, Asked(q="量子"), TODAY)
    await note_miss(db, Asked(q="words 1"), TODAY)

    found = await misses(db)
    assert len(found) == MOST_OF_A_DAY
    assert (found.get("量子"), found["words 1"]) == (None, 2)


async def test_what_is_old_goes(db: Database) -> None:
    await note_miss(db, Asked(q="量子"), TODAY)

    await note_miss(db, Asked(q="夸克"), TODAY + timedelta(days=KEPT_DAYS + 1))

    assert await db.fetchval("SELECT array_agg(query) FROM search_misses") == ["夸克"]
