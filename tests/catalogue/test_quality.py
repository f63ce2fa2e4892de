"""The item that a resident means comes first, or nearly so, whatever people call it."""

from collections.abc import Sequence
from datetime import date

import pytest

from backend.city.city import City
from backend.core.db import Database
from tests.catalogue.quality import FIRST, FIRST_THREE, Result, measure, queries

TODAY = date(2026, 11, 20)
ENOUGH = 120


def test_there_are_enough_queries_and_each_means_an_item_of_the_pack(city: City) -> None:
    said = [*queries("tuned"), *queries("held_out")]

    assert len({each.typed for each in said}) == len(said) >= ENOUGH
    assert {code for each in said for code in each.meant} <= city.items.keys()
    assert all(each.meant and each.why for each in said)


async def test_what_is_meant_comes_first_or_among_the_first_three(indexed: Database, city: City) -> None:
    quality = await measure(indexed, city, [*queries("tuned"), *queries("held_out")], TODAY)

    assert quality.within(3) >= FIRST_THREE, listed(quality.beyond(3))
    assert quality.within(1) >= FIRST, listed(quality.beyond(1))


@pytest.mark.parametrize("kind", ["tuned", "held_out"])
async def test_search_found_nothing_for_hardly_any(indexed: Database, city: City, kind: str) -> None:
    quality = await measure(indexed, city, queries(kind), TODAY)

    assert sum(not each.found for each in quality.results) <= len(quality.results) // 50, listed(quality.beyond(3))


def listed(misses: Sequence[Result]) -> str:
    return "\n".join(map(str, misses))
