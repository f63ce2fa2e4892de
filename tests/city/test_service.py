"""Loading a pack: once, again, changed, shrunk and grown back, against a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from backend.city.errors import NoCityLoaded, UnknownItem, UnknownItemVersion, UnknownLicenceType
from backend.city.models import Text
from backend.city.pack import SHANGHAI, Pack, entries_of, read_pack
from backend.city.service import find_version, get_edition, load_pack, read_city
from backend.core.db import Database

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
RENEWAL, REPLACEMENT = "CN-driving-licence-renewal", "CN-driving-licence-replacement"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(SHANGHAI)


def retitled(pack: Pack, title: str) -> Pack:
    item = replace(pack.items[RENEWAL], title=Text(title))
    return replace(pack, items={**pack.items, RENEWAL: item})


def without(pack: Pack, code: str) -> Pack:
    return replace(pack, items={key: item for key, item in pack.items.items() if key != code})


async def test_a_city_is_read_back_as_it_was_loaded(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)

    city = await read_city(db)

    assert list(entries_of(city)) == list(entries_of(pack))
    assert city.version == 1
    assert set(city.item_versions.values()) == {1}


async def test_the_first_load_adds_everything(db: Database, pack: Pack) -> None:
    load = await load_pack(db, pack, NOW)

    assert load.version == 1
    assert load.added == len(list(entries_of(pack)))
    assert (load.changed, load.removed, load.unchanged) == (0, 0, 0)
    assert set(load.changed_items) == set(pack.items)


async def test_the_same_pack_again_changes_nothing(db: Database, pack: Pack) -> None:
    first = await load_pack(db, pack, NOW)
    stored = await db.fetch("SELECT * FROM pack_entries ORDER BY kind, entry_key")

    second = await load_pack(db, pack, LATER)

    assert (second.version, second.added, second.changed, second.removed) == (first.version, 0, 0, 0)
    assert second.unchanged == first.added
    assert second.changed_items == ()
    assert await db.fetch("SELECT * FROM pack_entries ORDER BY kind, entry_key") == stored


async def test_a_changed_item_gets_a_version_and_the_old_one_stays(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)

    load = await load_pack(db, retitled(pack, "驾驶证换证"), LATER)

    assert (load.version, load.added, load.changed, load.republished, load.removed) == (2, 0, 1, 1, 0)
    assert load.changed_items == (RENEWAL, REPLACEMENT)  # whose questions lead to the other, by its title
    city = await read_city(db)
    assert (city.item(RENEWAL).title.zh, city.item_version(RENEWAL)) == ("驾驶证换证", 2)
    assert (await get_edition(db, city, RENEWAL, 1)).item == pack.items[RENEWAL]
    assert (await get_edition(db, city, RENEWAL, 2)).item == city.item(RENEWAL)


async def test_a_version_ends_when_the_next_one_begins(db: Database, pack: Pack) -> None:
    loads = [NOW, LATER, LATER + timedelta(days=1)]
    for title, now in zip(["一", "二", "三"], loads, strict=True):
        await load_pack(db, retitled(pack, title), now)

    ends = await db.fetch("SELECT superseded_at FROM pack_entries WHERE entry_key = $1 ORDER BY version", RENEWAL)

    assert [end for (end,) in ends] == [loads[1], loads[2], None]


async def test_a_removed_item_is_gone_but_its_version_can_be_read(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)

    load = await load_pack(db, without(pack, RENEWAL), LATER)

    assert (load.added, load.changed, load.removed, load.changed_items) == (0, 0, 1, (RENEWAL,))
    city = await read_city(db)
    with pytest.raises(UnknownItem):
        city.item(RENEWAL)
    assert (await get_edition(db, city, RENEWAL, 1)).item == pack.items[RENEWAL]


async def test_an_item_that_comes_back_is_the_next_version(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)
    await load_pack(db, without(pack, RENEWAL), LATER)

    load = await load_pack(db, pack, LATER + timedelta(days=1))

    assert (load.version, load.added, load.changed, load.removed) == (3, 1, 0, 0)
    assert (await read_city(db)).item_version(RENEWAL) == 2


async def test_entries_in_another_order_are_shown_so_without_new_versions(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)
    backwards = dict(reversed(list(pack.themes.items())))

    load = await load_pack(db, replace(pack, themes=backwards), LATER)

    assert (load.version, load.added, load.changed, load.removed) == (2, 0, 0, 0)
    assert list((await read_city(db)).themes) == list(backwards)


async def test_two_loads_at_once_make_one_version(db: Database, pack: Pack) -> None:
    loads = await asyncio.gather(load_pack(db, pack, NOW), load_pack(db, pack, NOW))

    assert [load.version for load in loads] == [1, 1]
    assert sorted(load.added for load in loads) == [0, len(list(entries_of(pack)))]


async def test_a_hall_without_a_pack_says_so(db: Database) -> None:
    assert await find_version(db) is None
    with pytest.raises(NoCityLoaded):
        await read_city(db)


async def test_unknown_codes_are_refused(db: Database, pack: Pack) -> None:
    await load_pack(db, pack, NOW)
    city = await read_city(db)

    with pytest.raises(UnknownItemVersion):
        await get_edition(db, city, RENEWAL, 9)
    with pytest.raises(UnknownItem):
        city.item_version("CN-nothing")
    with pytest.raises(UnknownLicenceType):
        city.renewing_item("nothing")
    assert await find_version(db) == 1
