"""What the city uses most is counted without persons, by several processes at once, in a table that does not grow."""

import asyncio
from datetime import date, timedelta

import pytest

from backend.catalogue.often import LEAST_USES, WINDOW, Often, often_in
from backend.city.city import City
from backend.core.db import Database
from tests.departments.feeding import Town
from tests.hall import Browser, Hall


async def used(often: Often, town: Town, city: City, uses: dict[str, int], days_ago: int = 0) -> None:
    for code, times in uses.items():
        for _ in range(times):
            often.count(code)
    await often.settle(town.db, city, town.clock.now() - timedelta(days=days_ago))


async def test_only_what_is_used_often_enough_is_listed_the_most_used_first(town: Town, city: City) -> None:
    often, (one, two, three, *_) = Often(), list(city.items)

    await used(often, town, city, {one: LEAST_USES, two: LEAST_USES + 1, three: LEAST_USES - 1})

    assert often.most_used == (two, one)


async def test_days_are_added_up_and_forgotten_after_the_window(town: Town, city: City) -> None:
    often, code = Often(), next(iter(city.items))
    await used(often, town, city, {code: LEAST_USES}, days_ago=WINDOW.days + 1)
    await used(often, town, city, {code: LEAST_USES - 1}, days_ago=WINDOW.days)
    assert often.most_used == (code,)

    await used(often, town, city, {code: 1})

    assert often.most_used == (code,)
    days = await town.db.fetch("SELECT day FROM item_uses ORDER BY day")
    assert [row[0] for row in days] == [date(2026, 10, 21), date(2026, 11, 20)]


async def test_several_processes_add_to_one_count(town: Town, city: City) -> None:
    processes, codes = [Often() for _ in range(4)], list(city.items)[:20]

    await asyncio.gather(
        *(
            used(often, town, city, dict.fromkeys(codes if at % 2 else reversed(codes), 5))
            for at, often in enumerate(processes)
        )
    )
    await processes[0].settle(town.db, city, town.clock.now())

    assert set(processes[0].most_used) == set(codes)
    assert await town.db.fetchval("SELECT DISTINCT uses FROM item_uses") == 20


async def test_what_could_not_be_stored_is_stored_the_next_time(town: Town, city: City) -> None:
    often, code = Often(), next(iter(city.items))

    class Away(Database):
        def transaction(self, **_: object) -> object:  # type: ignore[override]
            raise ConnectionError

    often.count(code)
    with pytest.raises(ConnectionError):
        await often.settle(Away(town.db.pool), city, town.clock.now())
    await often.settle(town.db, city, town.clock.now())

    assert await town.db.fetchval("SELECT uses FROM item_uses") == 1


async def test_the_directory_shows_real_counts_and_searches_while_there_are_none(
    visitor: Browser, hall: Hall, town: Town, rich_city: City
) -> None:
    before = (await visitor.get("/services")).text
    code = next(code for code, item in rich_city.items.items() if "person" in item.subjects)

    await used(often_in(hall.app.state), town, rich_city, {code: LEAST_USES})
    after = (await visitor.get("/services")).text
    enterprise = (await visitor.get("/services?subject=enterprise")).text

    assert "可以搜这些" in before
    assert "大家常用" not in before
    assert "大家常用" in after
    assert f'class="pill" href="/services/{code}"' in after
    assert "大家常用" not in enterprise


async def test_the_table_names_nobody(town: Town) -> None:
    columns = await town.db.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'item_uses'")

    assert {row[0] for row in columns} == {"day", "item_code", "uses"}
