"""Pages together hold everything once, in one order; a cursor serves only the question it was given for."""

from datetime import date

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.catalogue.cursors import START, Place, cursor_for, place_after
from backend.catalogue.errors import BadCursor, StaleCursor
from backend.catalogue.models import Asked
from backend.catalogue.service import find_items
from backend.city.city import City
from backend.city.items import Reach
from backend.city.models import Subject
from backend.core.db import Database

TODAY = date(2026, 11, 20)


def questions() -> st.SearchStrategy[Asked]:
    return st.builds(
        Asked,
        q=st.sampled_from(["", "证", "登记", "jzz", "s", "户口", "licence", "养老 保险"]),
        theme=st.sampled_from([None, "documents", "social-insurance"]),
        subject=st.sampled_from([None, *Subject]),
        department=st.sampled_from([None, "sh-police"]),
        reach=st.sampled_from([None, Reach.NATION]),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions(), limit=st.integers(1, 100))
async def test_pages_cover_everything_exactly_once(indexed: Database, city: City, asked: Asked, limit: int) -> None:
    whole = await codes_of_all_pages(indexed, city, msgspec.structs.replace(asked, limit=1000))

    paged = await codes_of_all_pages(indexed, city, msgspec.structs.replace(asked, limit=limit))

    assert paged == whole
    assert len(set(whole)) == len(whole)


async def test_the_whole_list_is_the_pack_in_its_order(indexed: Database, city: City) -> None:
    assert await codes_of_all_pages(indexed, city, Asked(limit=7)) == list(city.items)


async def test_filters_let_through_what_fits_all_of_them(indexed: Database, city: City) -> None:
    asked = Asked(theme="documents", subject=Subject.PERSON, department="sh-police", limit=1000)

    found = await codes_of_all_pages(indexed, city, asked)

    assert found == [
        each.code
        for each in city.items.values()
        if "documents" in each.themes and Subject.PERSON in each.subjects and each.department == "sh-police"
    ]
    assert found


def test_a_cursor_brings_back_its_place() -> None:
    asked, place = Asked(q="居住证"), Place(3, 12, 345)

    after = msgspec.structs.replace(asked, after=cursor_for(asked, 1, place), limit=5)

    assert place_after(after, 1) == place
    assert place_after(asked, 1) == START


@pytest.mark.parametrize("changed", [{"q": "护照"}, {"theme": "documents"}, {"subject": Subject.ENTERPRISE}])
def test_a_cursor_of_another_question_is_stale(changed: dict[str, str]) -> None:
    cursor = cursor_for(Asked(q="居住证"), 1, Place(3, 12, 345))

    with pytest.raises(StaleCursor):
        place_after(msgspec.structs.replace(Asked(q="居住证", after=cursor), **changed), 1)


def test_a_cursor_of_an_earlier_pack_is_stale() -> None:
    cursor = cursor_for(Asked(), 1, Place(0, 0, 20))

    with pytest.raises(StaleCursor):
        place_after(Asked(after=cursor), 2)


@given(st.text(max_size=40) | st.binary(max_size=20).map(bytes.hex))
def test_any_other_text_is_refused(text: str) -> None:
    if text:
        with pytest.raises((BadCursor, StaleCursor)):
            place_after(Asked(after=text), 1)


async def codes_of_all_pages(db: Database, city: City, asked: Asked) -> list[str]:
    codes: list[str] = []
    while True:
        page = await find_items(db, city, asked, TODAY)
        codes += [msgspec.json.decode(entry)["code"] for entry in page.items]
        assert len(codes) <= page.total
        if page.next is None:
            assert len(codes) == page.total or not codes
            return codes
        assert len(page.items) == asked.limit
        asked = msgspec.structs.replace(asked, after=page.next)
