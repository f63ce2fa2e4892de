"""/services and /services/{code}: work as plain links and forms, the same for everybody, never a dead end."""

import html
import re

import httpx
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from tests.catalogue.conftest import HANDLERS, Counting
from tests.hall import Hall

RENEWAL = "/services/CN-driving-licence-renewal"
ENGLISH = {"Accept-Language": "en"}


async def test_the_directory_offers_life_events_themes_and_longer_lists(
    client: httpx.AsyncClient, indexed: Counting, city: City
) -> None:
    text = (await client.get("/services")).text

    for name in ("新生儿出生", "社会保障", "按部门", "全部事项", "企业", "跨省通办"):
        assert name in text, name
    assert indexed.sent == 0


@pytest.mark.parametrize(
    "path",
    [
        "/services",
        "/services?subject=enterprise",
        "/services?view=departments",
        "/services?view=a-z",
        "/services?view=a-z&letter=J",
        "/services?q=居住证",
        "/services?q=量子",
    ],
)
async def test_every_link_of_a_screen_leads_somewhere(client: httpx.AsyncClient, path: str) -> None:
    links = {html.unescape(link) for link in re.findall(r'href="(/services[^"]*)"', (await client.get(path)).text)}

    for link in links:
        assert (await client.get(link)).status_code == 200, link
    assert len(links) > 3


@pytest.mark.parametrize(
    "path", ["/services?theme=documents", "/services?department=sh-police", "/services?reach=nation"]
)
async def test_a_choice_lists_what_belongs_to_it_in_one_statement(
    client: httpx.AsyncClient, indexed: Counting, path: str
) -> None:
    text = (await client.get(path)).text

    assert 'class="row-title"' in text
    assert indexed.sent == 1


async def test_the_pages_of_a_list_hold_every_item_once(client: httpx.AsyncClient, city: City) -> None:
    path, found = "/services?view=all", []
    while path:
        text = (await client.get(path)).text
        found += re.findall(r'class="row-link" href="/services/([^"]+)"', text)
        more = re.search(r'href="(/services\?[^"]*after=[^"]+)"', text)
        path = html.unescape(more.group(1)) if more else ""

    assert found == list(city.items)


async def test_a_package_lists_its_items_in_their_order(client: httpx.AsyncClient, city: City) -> None:
    package = next(each for each in city.packages.values() if len(each.items) > 2)

    text = (await client.get("/services", params={"package": package.code})).text

    assert re.findall(r'class="row-link" href="/services/([^"]+)"', text) == list(package.items)


async def test_an_empty_result_says_what_to_try_and_whom_to_call(client: httpx.AsyncClient) -> None:
    answer = await client.get("/services", params={"q": "量子纠缠"})

    assert answer.status_code == 200
    assert "没有找到" in answer.text
    assert "12345" in answer.text
    assert "拼音" in answer.text


async def test_what_was_typed_is_shown_as_text(client: httpx.AsyncClient) -> None:
    text = (await client.get("/services", params={"q": '"><script>alert(1)</script>'})).text

    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("after", ["x", "AAAAAAAAAAAAAAAAAAAAAA"])
async def test_an_old_link_to_a_further_page_shows_the_first(client: httpx.AsyncClient, after: str) -> None:
    first = await client.get("/services", params={"q": "登记"})

    answer = await client.get("/services", params={"q": "登记", "after": after})

    assert answer.status_code == 200
    assert re.findall("row-link[^>]+", answer.text) == re.findall("row-link[^>]+", first.text)


@pytest.mark.parametrize("query", ["theme=x", "department=x", "package=x", "subject=x", "reach=x", "q=" + "a" * 10_000])
async def test_a_bad_choice_is_a_page_that_says_so(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/services?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


async def test_every_guide_is_drawn_in_both_languages_and_both_modes(client: httpx.AsyncClient, city: City) -> None:
    for code in city.items:
        for cookies in ("lang=zh-CN; mode=standard", "lang=en; mode=elder"):
            answer = await client.get(f"/services/{code}", headers={"Cookie": cookies})

            assert answer.status_code == 200, code
            assert "None" not in re.sub(r"<[^>]+>", "", answer.text), code


async def test_a_guide_answers_when_how_long_how_much_and_where(client: httpx.AsyncClient, indexed: Counting) -> None:
    text = html.unescape((await client.get(RENEWAL)).text).replace("\u00a0", " ")

    for words in ("九十日内", "10 元", "机动车驾驶证申领和使用规定", "第 1 版"):
        assert words in text, words
    assert indexed.sent == 0


async def test_a_guide_is_revalidated_by_its_content_language_and_mode(client: httpx.AsyncClient) -> None:
    first = await client.get(RENEWAL)

    again = await client.get(RENEWAL, headers={"If-None-Match": first.headers["etag"]})
    english = await client.get(RENEWAL, headers={"If-None-Match": first.headers["etag"], **ENGLISH})
    elder = await client.get(RENEWAL, headers={"If-None-Match": first.headers["etag"], "Cookie": "mode=elder"})

    assert [answer.status_code for answer in (again, english, elder)] == [304, 200, 200]


async def test_a_guide_with_somebody_signed_in_is_never_stored(
    indexed: Counting, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    hall = Hall(HANDLERS, db=indexed, redis=redis, clock=clock, keyring=keyring, city=city)

    async with await hall.resident() as resident:
        answer = await resident.get(RENEWAL)

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_an_unknown_item_is_a_page_that_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/services/nowhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("headers", [{}, ENGLISH])
async def test_the_alphabet_lists_every_item_once_in_order(
    client: httpx.AsyncClient, city: City, headers: dict[str, str]
) -> None:
    first = (await client.get("/services?view=a-z", headers=headers)).text
    letters = re.findall(r"view=a-z&amp;letter=([A-Z#]|%23)", first)
    listed: list[str] = []
    for letter in letters:
        text = (await client.get(f"/services?view=a-z&letter={letter}", headers=headers)).text
        listed += re.findall(r'href="/services/([^"?]+)"', text)

    assert len(letters) > 10
    assert sorted(listed) == sorted(city.items)


async def test_a_letter_that_there_is_not_shows_the_first_one(client: httpx.AsyncClient) -> None:
    for odd in ("", "ü", "AB", "%00", "9" * 500):
        assert (await client.get(f"/services?view=a-z&letter={odd}")).status_code == 200, odd
    assert "居住证签注" in (await client.get("/services?view=a-z&letter=j")).text
