"""What programs read: the sitemap, robots.txt, and the guide as schema.org tells it."""

import re
from typing import Any
from xml.etree import ElementTree

import httpx
import msgspec
import pytest

from backend.catalogue.structured import government_service
from backend.city.city import City
from tests.guides.samples import CODE, RICH
from tests.hall import ORIGIN, Browser

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def in_page(answer: httpx.Response) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = msgspec.json.decode(found[1])
    return document


async def test_the_sitemap_lists_the_directory_and_every_guide_that_is_offered(
    visitor: Browser, rich_city: City
) -> None:
    answer = await visitor.get("/sitemap.xml")

    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    places = [element.text for element in tree.iter(f"{SITEMAP}loc")]

    assert answer.headers["content-type"].startswith("application/xml")
    assert places[:2] == [f"{ORIGIN}/", f"{ORIGIN}/services"]
    assert set(places[2:]) == {f"{ORIGIN}/services/{code}" for code in rich_city.items}


async def test_robots_are_told_where_the_sitemap_is_and_what_is_private(visitor: Browser) -> None:
    text = (await visitor.get("/robots.txt")).text

    assert f"Sitemap: {ORIGIN}/sitemap.xml" in text
    for path in ("/me", "/messages", "/wallet", "/login"):
        assert f"Disallow: {path}\n" in text


@pytest.mark.parametrize("path", ["/sitemap.xml", "/robots.txt"])
async def test_both_are_asked_for_again_by_their_etag(visitor: Browser, path: str) -> None:
    first = await visitor.get(path)

    assert (await visitor.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 304


async def test_a_guide_is_a_government_service(visitor: Browser, rich_city: City) -> None:
    document = in_page(await visitor.get(f"/services/{CODE}"))

    assert document["@type"] == "GovernmentService"
    assert document["@id"] == f"{ORIGIN}/services/{CODE}"
    assert {"@language": "en", "@value": RICH.title.en} in document["name"]
    assert document["isAccessibleForFree"] is False
    assert [each["name"] for each in document["availableChannel"]] == ["online", "counter", "phone"]


async def test_it_is_the_same_document_in_every_language(visitor: Browser) -> None:
    chinese = await visitor.get(f"/services/{CODE}")
    english = await visitor.get(f"/services/{CODE}", headers={"Cookie": "lang=en; mode=elder"})

    assert in_page(chinese) == in_page(english)


def test_what_is_not_known_is_left_out_and_free_is_not_guessed(city: City) -> None:
    for item in city.items.values():
        document = government_service(city, item, ORIGIN)

        assert None not in document.values()
        assert ("isAccessibleForFree" in document) == bool(item.fees or item.charged is False)


async def test_a_text_cannot_end_the_block(visitor: Browser) -> None:
    """The city's own texts are trusted, but never as markup."""
    answer = await visitor.get(f"/services/{CODE}")

    assert "Sample counter </script>" in {
        name["@value"]
        for channel in in_page(answer)["availableChannel"]
        for name in channel.get("serviceLocation", {}).get("name", ())
    }
