"""A version of an item, once published, reads the same for ever: also what it names was called and cost what it did."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from backend.catalogue import routes
from backend.catalogue.publishing import publish_pack
from backend.city.service import PackLoad, list_item_versions, read_city
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.guides import pages as guides_pages
from tests.catalogue.conftest import Counting
from tests.city.small_pack import FEES, ITEMS, ONLINE, RENEWAL, TYPES, Files, put, small_pack, spoiled, text, written
from tests.hall import Hall

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HANDLERS = [*routes.HANDLERS, *guides_pages.HANDLERS]
NOTICE = re.compile(
    r'<div class="after"><div class="note(?:(?!</div>).)*</div><p>[^/]*/services/[^/]*</a></p></div>', re.DOTALL
)
Change = Callable[[Files], object]


class Town:
    """A hall whose pack is published again and again, a day after the other."""

    def __init__(self, db: Database, directory: Path, **resources: Any) -> None:
        self.db, self._directory, self._resources, self._loads = Counting(db.pool), directory, resources, 0
        self.files, self.day = small_pack(), timedelta(days=1)
        referral = {"reason": text("先查违法"), "item": ONLINE}
        self.files[ITEMS][0]["questions"][0]["options"].append(
            {"code": "x", "label": text("选项"), "referral": referral}
        )

    async def publish(self, *changes: Change) -> PackLoad:
        for change in changes:
            change(self.files)
        self._loads += 1
        path = written(self.files, self._directory / str(self._loads))
        return await publish_pack(self.db, path, NOW + self._loads * self.day)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        hall = Hall(HANDLERS, db=self.db, city=await read_city(self.db), **self._resources)
        self.db.sent = 0
        async with hall.browser() as browser:
            return await browser.get(path, params=params)

    async def page(self, version: int, **params: Any) -> str:
        return (await self.get(f"/services/{RENEWAL}", version=version, **params)).text

    async def document(self, version: int) -> dict[str, Any]:
        document: dict[str, Any] = (await self.get(f"/api/items/{RENEWAL}", version=version)).json()
        return document

    async def versions(self) -> int:
        return len(await list_item_versions(self.db, RENEWAL))


@pytest.fixture
def town(db: Database, tmp_path: Path, redis: Redis, clock: FixedClock, keyring: Keyring) -> Town:
    return Town(db, tmp_path, redis=redis, clock=clock, keyring=keyring)


def changed(file: str, code: str, **fields: Any) -> Change:
    return lambda files: spoiled(files, file, code, put(**fields))


def without_fee(files: Files) -> None:
    files[ITEMS][0].update(charged=None, fees=[], fees_when={})
    files[FEES] = [fee for fee in files[FEES] if fee["code"] != "licence"]


def without_item(files: Files) -> None:
    """Neither the renewal, nor what refers to it; and the fee is another one."""
    del files[ITEMS][0]
    files["packages.yaml"] = []
    spoiled(files, TYPES, "driving-licence", lambda entry: entry.pop("renewing_item"))
    files["rules.yaml"][0].pop("target_item")
    for tile in files["city.yaml"]["common_services"] + files["city.yaml"]["elder_services"]:
        tile.update({"item": ONLINE} if "item" in tile else {})
    spoiled(files, FEES, "licence", put(amount_fen=2500))


def as_when_current(page: str) -> str:
    """Without the notice that it is an old one, and without its number in the links of the self-check."""
    marked = re.sub(r'<input type="hidden" name="version" value="\d+">', "", NOTICE.sub("", page))
    return re.sub(r"([?&](amp;)?)version=\d+(#|&|\")", r"\3", marked).replace("?#", "#")


CHANGES = {
    "amount": (changed(FEES, "licence", amount_fen=2500), "25.00"),
    "fee": (changed(FEES, "licence", name=text("换证工本费")), "换证工本费"),
    "price document": (changed(FEES, "licence", basis="沪发改〔2026〕9号"), "沪发改〔2026〕9号"),
    "department": (changed("departments.yaml", "police", name=text("公安交管部门")), "公安交管部门"),
    "licence type": (changed(TYPES, "driving-licence", name=text("驾照")), "驾照"),
    "source": (changed("sources.yaml", "law", title="道路交通安全法原文"), "道路交通安全法原文"),
    "other item": (changed(ITEMS, ONLINE, title=text("交通违法查询")), "交通违法查询"),
    "fee and item": (
        lambda files: (
            changed(FEES, "licence", amount_fen=2500)(files),
            changed(ITEMS, RENEWAL, title=text("换驾驶证"))(files),
        ),
        "换驾驶证",
    ),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
async def test_an_old_page_shows_what_it_named_as_it_was(town: Town, change: Change, said: str) -> None:
    situation = "x" if change is CHANGES["other item"][0] else ""  # is named where that answer leads to it
    await town.publish()
    before = await town.page(1, s=situation)

    await town.publish(change)

    old, new = await town.page(1, s=situation), await town.page(2, s=situation)
    assert NOTICE.search(old)
    assert as_when_current(old) == before
    assert said not in old
    assert not NOTICE.search(new)
    assert said in new


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
async def test_an_old_document_gives_what_it_named_as_it_was(town: Town, change: Change, said: str) -> None:
    await town.publish()
    before = await town.document(1)

    await town.publish(change)

    old = await town.document(1)
    assert old["related"].pop("current_version") == 2
    assert before["related"].pop("current_version") == 1
    assert old == before


async def test_every_version_keeps_its_own_amount(town: Town) -> None:
    await town.publish()
    for amount in (2000, 3000):
        await town.publish(changed(FEES, "licence", amount_fen=amount))

    amounts = [(await town.document(version))["related"]["fees"][0]["amount_fen"] for version in (1, 2, 3)]

    assert amounts == [1000, 2000, 3000]


async def test_a_clock_that_was_set_back_mixes_nothing_up(town: Town) -> None:
    await town.publish()
    town.day = timedelta(days=-1)
    for amount in (2000, 3000):
        await town.publish(changed(FEES, "licence", amount_fen=amount))

    amounts = [(await town.document(version))["related"]["fees"][0]["amount_fen"] for version in (1, 2, 3)]

    assert amounts == [1000, 2000, 3000]


async def test_what_an_old_version_named_need_not_exist_any_more(town: Town) -> None:
    await town.publish()
    before = await town.page(1)

    await town.publish(without_fee)

    assert "10.00" in before
    assert as_when_current(await town.page(1)) == before


async def test_an_item_that_is_gone_still_shows_what_it_cost(town: Town) -> None:
    await town.publish()

    load = await town.publish(without_item)

    page = await town.page(1)
    assert load.removed == 2  # the item and its life event
    assert "此事项已不再办理" in page
    assert "10.00" in page


async def test_an_old_version_is_one_statement(town: Town) -> None:
    await town.publish()
    await town.publish(changed(FEES, "licence", amount_fen=2500))

    await town.page(1)
    for_the_page = town.db.sent
    await town.document(1)

    assert (for_the_page, town.db.sent) == (1, 1)


async def test_what_a_guide_does_not_show_makes_no_version(town: Town) -> None:
    await town.publish()

    load = await town.publish(
        changed("sources.yaml", "law", note="再次核对"),
        changed("departments.yaml", "police", note="再次核对"),
        changed(ITEMS, ONLINE, last_checked_on=datetime(2026, 11, 19, tzinfo=UTC).date()),
    )

    assert (load.changed, load.republished) == (3, 0)
    assert await town.versions() == 1


async def test_only_the_items_that_show_it_are_published_anew(town: Town) -> None:
    await town.publish()

    load = await town.publish(changed(FEES, "licence", amount_fen=2500))
    again = await town.publish()

    assert (load.added, load.changed, load.republished, load.removed) == (0, 1, 1, 0)
    assert load.changed_items == (RENEWAL,)
    assert (again.changed, again.republished) == (0, 0)
    assert await town.versions() == 2
