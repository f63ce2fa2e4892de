"""Favourites and the items looked at last: kept for one person, by forms that work without script."""

import html
import re
from datetime import timedelta

import pytest

from backend.catalogue.shelf import MOST_FAVOURITES, RECENT_KEPT, Shelf, keep_favourite, read_shelf, use_item
from backend.city.city import City
from tests.departments.feeding import Town
from tests.hall import Browser, Hall

DRIVING = "CN-driving-licence-renewal"
GUIDE = f"/services/{DRIVING}"


def section(text: str, name: str) -> list[str]:
    """The items that a section of the directory leads to."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', text, re.DOTALL)
    return re.findall(r'class="row-link" href="/services/([^"]+)"', found[0]) if found else []


async def shelf_of(town: Town, city: City, browser: Browser) -> Shelf:
    return await read_shelf(town.db, city, browser.subject_id)


async def test_a_visitor_is_asked_to_sign_in_and_comes_back(visitor: Browser) -> None:
    text = (await visitor.get(f"{GUIDE}?s=x")).text

    assert f'href="/login?next={html.escape("%2Fservices%2F" + DRIVING + "%3Fs%3Dx")}"' in text


async def test_a_favourite_is_kept_and_dropped_by_the_star(holder: Browser) -> None:
    kept = await holder.submit(f"{GUIDE}/keep")
    guide = (await holder.get(GUIDE)).text
    again = await holder.submit(f"{GUIDE}/keep")
    directory = (await holder.get("/services")).text

    assert (kept.status_code, kept.headers["location"]) == (303, GUIDE)
    assert again.status_code == 303
    assert f'action="{GUIDE}/drop"' in guide
    assert "star--kept" in guide
    assert section(directory, "favourites") == [DRIVING]

    await holder.submit(f"{GUIDE}/drop")

    assert section((await holder.get("/services")).text, "favourites") == []


@pytest.mark.parametrize("action", [f"{GUIDE}/keep", f"{GUIDE}/drop", "/services/recent/clear"])
async def test_nobody_is_changed_without_signing_in_or_from_another_site(
    visitor: Browser, holder: Browser, hall: Hall, town: Town, rich_city: City, action: str
) -> None:
    await keep_favourite(town.db, rich_city, holder.subject_id, "CN-passport-renewal", town.clock.now())
    await use_item(town.db, holder.subject_id, DRIVING, town.clock.now())
    before = await shelf_of(town, rich_city, holder)

    signed_out = await visitor.post(action)
    forged = await holder.post(action, data={"csrf_token": "wrong"})

    assert signed_out.status_code == 401
    assert forged.status_code == 403
    assert await shelf_of(town, rich_city, holder) == before


async def test_everybody_has_a_shelf_of_their_own(holder: Browser, hall: Hall, town: Town, rich_city: City) -> None:
    await holder.submit(f"{GUIDE}/keep")
    await holder.get(GUIDE)

    async with await hall.resident() as other:
        await other.submit(f"{GUIDE}/drop")
        await other.submit("/services/recent/clear")
        assert await shelf_of(town, rich_city, other) == Shelf()

    assert await shelf_of(town, rich_city, holder) == Shelf(favourites=(DRIVING,), recent=(DRIVING,))


async def test_an_unknown_item_cannot_be_kept(holder: Browser) -> None:
    assert (await holder.submit("/services/nowhere/keep")).status_code == 404


async def test_a_full_shelf_says_so_and_still_takes_what_it_has(town: Town, rich_city: City, holder: Browser) -> None:
    codes = list(rich_city.items)
    for code in codes[:MOST_FAVOURITES]:
        await keep_favourite(town.db, rich_city, holder.subject_id, code, town.clock.now())

    full = await holder.submit(f"/services/{codes[MOST_FAVOURITES]}/keep")
    known = await holder.submit(f"/services/{codes[0]}/keep")

    assert full.status_code == 409
    assert f"最多收藏 {MOST_FAVOURITES} 个" in full.text.replace("\u00a0", " ")
    assert known.status_code == 303
    assert len((await shelf_of(town, rich_city, holder)).favourites) == MOST_FAVOURITES


async def test_the_last_eight_are_kept_the_latest_first(town: Town, rich_city: City, holder: Browser) -> None:
    codes = list(rich_city.items)[: RECENT_KEPT + 3]
    for minute, code in enumerate([*codes, codes[5]]):
        await use_item(town.db, holder.subject_id, code, town.clock.now() + timedelta(minutes=minute))

    recent = (await shelf_of(town, rich_city, holder)).recent

    assert recent == (codes[5], *[code for code in reversed(codes) if code != codes[5]][: RECENT_KEPT - 1])
    assert await town.db.fetchval("SELECT count(*) FROM recent_items") == RECENT_KEPT


async def test_the_list_of_what_was_looked_at_is_mine_and_can_be_cleared(holder: Browser) -> None:
    await holder.get(GUIDE)
    before = (await holder.get("/services")).text

    cleared = await holder.submit("/services/recent/clear")

    assert section(before, "recent") == [DRIVING]
    assert cleared.headers["location"] == "/services"
    assert "最近看过</h2>" not in (await holder.get("/services")).text


async def test_nothing_is_noted_of_a_visitor(visitor: Browser, town: Town) -> None:
    await visitor.get(GUIDE)

    assert await town.db.fetchval("SELECT count(*) FROM recent_items") == 0


async def test_an_item_that_has_left_the_pack_is_passed_over(town: Town, rich_city: City, holder: Browser) -> None:
    await use_item(town.db, holder.subject_id, "gone", town.clock.now())

    assert await shelf_of(town, rich_city, holder) == Shelf()
