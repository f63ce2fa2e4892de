"""A guide that was published reads the same for ever, beside the one that replaced it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from backend.catalogue import history, routes
from backend.catalogue.publishing import publish_pack
from backend.city.city import City
from backend.city.errors import UnknownItem
from backend.city.guide_parts import Necessity
from backend.city.items import CodeStandard
from backend.city.service import get_edition, list_item_versions, read_city
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.migrations import DIRECTORY
from backend.guides import pages as guides_pages
from tests.city.small_pack import ITEMS, RENEWAL, small_pack, text, within, written
from tests.hall import Hall

FIRST, SECOND = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
HANDLERS = [*routes.HANDLERS, *history.HANDLERS, *guides_pages.HANDLERS]
OLD_WORDS, NEW_WORDS = "驾驶证将到期。", "驾驶证将在三个月内到期。"


@pytest.fixture
async def before(db: Database, tmp_path: Path, redis: Redis, clock: FixedClock, keyring: Keyring) -> dict[str, Any]:
    """The API document and the page of the first version, while it is current."""
    await publish_pack(db, written(small_pack(), tmp_path / "first"), FIRST)
    hall = Hall(HANDLERS, db=db, redis=redis, clock=clock, keyring=keyring, city=await read_city(db))
    async with hall.browser() as browser:
        return {
            "document": (await browser.get(f"/api/items/{RENEWAL}")).json(),
            "page": (await browser.get(f"/services/{RENEWAL}")).text,
        }


@pytest.fixture
async def browser(
    before: dict[str, Any], db: Database, tmp_path: Path, redis: Redis, clock: FixedClock, keyring: Keyring
) -> AsyncIterator[httpx.AsyncClient]:
    """In front of the hall after the item has changed."""
    del before
    files = small_pack()
    within(0, conditions=[text(NEW_WORDS)], effective_on=date(2027, 1, 1))(files[ITEMS])
    await publish_pack(db, written(files, tmp_path / "second"), SECOND)
    hall = Hall(HANDLERS, db=db, redis=redis, clock=clock, keyring=keyring, city=await read_city(db))
    async with hall.browser() as visitor:
        yield visitor


async def test_the_old_document_is_the_one_that_was_published(
    before: dict[str, Any], browser: httpx.AsyncClient
) -> None:
    old = (await browser.get(f"/api/items/{RENEWAL}", params={"version": 1})).json()
    new = (await browser.get(f"/api/items/{RENEWAL}")).json()

    assert old["related"].pop("current_version") == new["version"]
    assert before["document"]["related"].pop("current_version") == 1
    assert old == before["document"]
    assert (old["version"], new["version"]) == (1, 2)
    assert new["effective_on"] == "2027-01-01"


async def test_the_old_page_says_what_it_said_and_that_there_is_a_newer_one(
    before: dict[str, Any], browser: httpx.AsyncClient
) -> None:
    old = (await browser.get(f"/services/{RENEWAL}", params={"version": 1})).text
    new = (await browser.get(f"/services/{RENEWAL}")).text

    assert OLD_WORDS in before["page"]
    assert OLD_WORDS in old
    assert NEW_WORDS not in old
    assert f'href="/services/{RENEWAL}"' in old
    assert NEW_WORDS in new
    assert "2027-01-01" in new


async def test_the_versions_are_listed_with_their_dates(browser: httpx.AsyncClient) -> None:
    listed = (await browser.get(f"/api/items/{RENEWAL}/versions")).json()

    assert listed == {
        "code": RENEWAL,
        "versions": [
            {"version": 1, "published_at": "2026-11-20T00:00:00Z", "superseded_at": "2026-12-01T00:00:00Z"},
            {"version": 2, "published_at": "2026-12-01T00:00:00Z", "effective_on": "2027-01-01"},
        ],
    }
    assert (await browser.get("/api/items/CN-nothing/versions")).status_code == 404


async def test_an_item_nobody_published_has_no_versions(db: Database) -> None:
    with pytest.raises(UnknownItem):
        await list_item_versions(db, "CN-nothing")


async def test_versions_published_before_fields_were_renamed_can_still_be_read(db: Database, city: City) -> None:
    content = {
        "code": RENEWAL,
        "code_scheme": "platform",
        "title": text("驾驶证换证"),
        "region": "000000",
        "handling_code": "11310000002420447T231200021800001",
        "materials": [
            {"name": text("身份证"), "necessity": "required"},
            {"name": text("委托书"), "necessity": "conditional", "when": text("代办")},
        ],
        "sources": ["law"],
    }
    await db.execute(
        """
        INSERT INTO pack_entries (kind, entry_key, version, position, content, content_hash, loaded_at)
        VALUES ('items', $1, 1, 1, $2::jsonb, '', $3)
        """,
        RENEWAL,
        msgspec.json.encode(content).decode(),
        FIRST,
    )

    for _ in range(2):
        await db.execute((DIRECTORY / "0011_item_fields.sql").read_text("utf-8"))

    item = (await get_edition(db, city, RENEWAL, 1)).item
    assert item.official is not None
    assert (item.official.standard, item.official.handling) == (CodeStandard.GBT_39554, content["handling_code"])
    assert [material.necessity for material in item.materials] == [Necessity.REQUIRED, Necessity.CONDITIONAL]
    assert item.materials[1].circumstance is not None
    assert item.materials[1].circumstance.zh == "代办"
