"""The index follows the pack: what changed is renewed, what is gone disappears, the rest is left alone."""

import contextlib
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from backend.catalogue.models import Asked, Indexed, ItemEntry
from backend.catalogue.service import find_items, index_items
from backend.city.city import City
from backend.city.items import Channel
from backend.core.db import Database
from tests.catalogue.samples import TODAY, Sample, item

PERMIT = item("permit", "居住证签注", "Endorse a residence permit", department="police")
CARD = item("card", "居民身份证换领", aliases=("身份证到期",))
PENSION = item("pension", "基本养老金申领")
SAMPLE = Sample([PERMIT, CARD, PENSION])


async def test_the_same_pack_again_writes_nothing(db: Database) -> None:
    first = await index(db, SAMPLE.city())
    before = await db.fetch("SELECT item_code, xmin FROM item_search ORDER BY item_code")

    second = await index(db, SAMPLE.city())

    assert first == Indexed(changed=3, removed=0, unchanged=0)
    assert second == Indexed(changed=0, removed=0, unchanged=3)
    assert await db.fetch("SELECT item_code, xmin FROM item_search ORDER BY item_code") == before


async def test_a_changed_item_is_found_by_its_new_words_only(db: Database) -> None:
    await index(db, SAMPLE.city())
    renamed = item("card", "身份证补领")

    city = Sample([PERMIT, renamed, PENSION], versions={"card": 2}).city()
    done = await index(db, city)

    assert done == Indexed(changed=1, removed=0, unchanged=2)
    assert await titles(db, "身份证", city) == ["身份证补领"]
    assert await titles(db, "到期", city) == []
    assert await titles(db, "hl", city) == []


async def test_a_removed_item_is_no_longer_found(db: Database) -> None:
    await index(db, SAMPLE.city())

    done = await index(db, Sample([PENSION]).city())

    assert done == Indexed(changed=0, removed=2, unchanged=1)
    assert await titles(db, "") == ["基本养老金申领"]


async def test_an_empty_pack_empties_the_index(db: Database) -> None:
    await index(db, SAMPLE.city())

    assert (await index(db, Sample([]).city())).removed == 3


async def test_a_new_order_of_the_pack_is_the_order_of_the_list(db: Database) -> None:
    await index(db, SAMPLE.city())

    done = await index(db, Sample([PENSION, CARD, PERMIT]).city())

    assert done.changed == 0
    assert await titles(db, "") == ["基本养老金申领", "居民身份证换领", "居住证签注"]


async def test_a_renamed_department_renews_its_items(db: Database) -> None:
    await index(db, SAMPLE.city())

    city = replace(SAMPLE, departments={"police": "市警务局"}).city()
    done = await index(db, city)

    assert done.changed == 1
    assert await titles(db, "警务局", city) == ["居住证签注"]


async def test_a_load_that_fails_leaves_the_index_as_it_was(db: Database) -> None:
    await index(db, SAMPLE.city())

    with contextlib.suppress(ConnectionResetError):
        async with db.transaction() as tx:
            await index_items(tx, Sample([PENSION]).city())
            raise ConnectionResetError

    assert len(await titles(db, "")) == 3


async def test_an_entry_tells_what_is_known_and_nothing_else(db: Database) -> None:
    online = item("online", "社保查询", department="hrss", channels=(Channel.ONLINE,))
    await index(db, Sample([PENSION, online]).city())

    page = await find_items(db, SAMPLE.city(), Asked(), TODAY)

    bare, full = (msgspec.json.decode(entry) for entry in page.items)
    assert bare == {"code": "pension", "version": 1, "title": {"zh": "基本养老金申领"}, "url": "/services/pension"}
    assert full["department"] == {"code": "hrss", "name": {"zh": "市人力资源社会保障局"}}
    assert full["online"] is True


@pytest.mark.parametrize(
    ("today", "shown"), [(date(2026, 1, 1), False), (date(2026, 2, 1), True), (date(2027, 1, 1), False)]
)
async def test_an_item_is_listed_while_it_is_offered(db: Database, today: date, shown: bool) -> None:
    limited = item("limited", "限时事项", effective_on=date(2026, 2, 1), cancelled_on=date(2027, 1, 1))
    city = Sample([limited]).city()
    await index(db, city)

    assert (await find_items(db, city, Asked(), today)).total == shown
    assert (await find_items(db, city, Asked(q="限时"), today)).total == shown


async def index(db: Database, city: City) -> Indexed:
    async with db.transaction() as tx:
        return await index_items(tx, city)


async def titles(db: Database, typed: str, city: City | None = None) -> list[str]:
    page = await find_items(db, city or SAMPLE.city(), Asked(q=typed), TODAY)
    return [msgspec.json.decode(entry, type=ItemEntry).title.zh for entry in page.items]
