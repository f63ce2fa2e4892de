"""Another city's pack in the same programs: its face everywhere, and nothing of Shanghai left on the screens."""

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct
from redis.asyncio import Redis

from backend.app import create_app
from backend.catalogue.publishing import publish_pack
from backend.city.check import check_pack
from backend.city.city import City
from backend.city.service import read_city
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from notifications.webpush.vapid import generate_key
from tests.cities import guangan
from tests.cities.packs import write_pack
from tests.cities.qinghu import qinghu_pack

SHARED = Path(__file__).parents[3] / "shared" / "data" / "items_guangan.json"
ITEMS_OF_GUANGAN = Path(os.environ.get("SUISHENBAN_GUANGAN_ITEMS", SHARED))
OF_SHANGHAI = re.compile(r"上海|沪|随申|(?<!Asia/)Shanghai|SH-[a-z]|310000")
ORIGIN = "http://localhost:8000"


class Elsewhere(Struct, frozen=True):
    """A city that is not Shanghai, with a browser in front of its hall. `words` find `title`."""

    path: Path
    city: City
    visitor: httpx.AsyncClient
    words: str
    title: str


@pytest.fixture(params=["qinghu", "guangan"])
def pack_of(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, str]:
    if request.param == "qinghu":
        return write_pack(qinghu_pack(), tmp_path), "渔船换证", "渔船证书期满换发"
    if not ITEMS_OF_GUANGAN.is_file():
        pytest.skip("the list of Guang'an is not here; SUISHENBAN_GUANGAN_ITEMS tells where it is")
    listed = json.loads(ITEMS_OF_GUANGAN.read_text("utf-8"))["items"]
    return write_pack(guangan.convert(listed), tmp_path), "养蜂证申领", "养蜂证申领"


@pytest.fixture
async def elsewhere(
    pack_of: tuple[Path, str, str], db: Database, redis: Redis, clock: FixedClock, keyring: Keyring
) -> AsyncIterator[Elsewhere]:
    path, words, title = pack_of
    await publish_pack(db, path, clock.now())
    city = await read_city(db)
    settings = Settings(
        database_url="",
        redis_url="",
        data_keys="",
        lookup_key="",
        public_url=ORIGIN,
        vapid_private_key=f"one:{generate_key()}",
    )
    edge, _ = create_app(Resources(db=db, redis=redis, clock=clock, keyring=keyring, settings=settings), city)
    transport: Any = httpx.ASGITransport(app=edge)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as visitor:
        yield Elsewhere(path, city, visitor, words, title)


async def screen(visitor: httpx.AsyncClient, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


async def test_the_pack_of_another_city_is_sound(elsewhere: Elsewhere) -> None:
    assert check_pack(elsewhere.path) == []


async def test_its_items_have_its_own_prefix_and_region(elsewhere: Elsewhere) -> None:
    profile = elsewhere.city.profile

    assert profile.prefix != "SH"
    assert all(code.startswith(f"{profile.prefix}-") for code in elsewhere.city.items)
    assert {item.region for item in elsewhere.city.items.values()} == {profile.region}


async def test_every_screen_shows_its_face_and_nothing_of_shanghai(elsewhere: Elsewhere) -> None:
    profile, code = elsewhere.city.profile, next(iter(elsewhere.city.items))
    theme = next(iter(elsewhere.city.themes))

    for path in ("/", "/services", f"/services?q={elsewhere.words}", f"/services?theme={theme}", f"/services/{code}"):
        shown = await screen(elsewhere.visitor, path)
        assert OF_SHANGHAI.search(shown) is None, (path, OF_SHANGHAI.search(shown))
        assert profile.product_name.zh in shown or profile.name.zh in shown, path

    home = await screen(elsewhere.visitor, "/")
    assert profile.name.zh in home
    assert profile.hotline.number in home
    assert all(tile.label.zh in home for tile in elsewhere.city.tiles)


async def test_its_items_are_found_and_described(elsewhere: Elsewhere) -> None:
    found = (await elsewhere.visitor.get("/api/items", params={"q": elsewhere.words})).json()["items"]
    guide = await screen(elsewhere.visitor, f"/services/{found[0]['code']}")

    assert found[0]["title"]["zh"] == elsewhere.title
    assert elsewhere.title in guide


async def test_its_pinyin_and_themes_work_too(elsewhere: Elsewhere) -> None:
    theme = next(iter(elsewhere.city.themes))
    of_theme = (await elsewhere.visitor.get("/api/items", params={"theme": theme})).json()
    pinyin = {"渔船换证": "yuchuan", "养蜂证申领": "yangfengzheng"}[elsewhere.words]
    by_sound = (await elsewhere.visitor.get("/api/items", params={"q": pinyin})).json()["items"]

    assert of_theme["total"] == sum(theme in item.themes for item in elsewhere.city.items.values())
    assert elsewhere.title in [hit["title"]["zh"] for hit in by_sound]
