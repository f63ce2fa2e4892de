"""What makes the hall an app, and how its screens look."""

import json
from urllib.parse import quote

import pytest

from pwa.assets import asset
from tests.hall import Browser


async def test_a_choice_of_display_is_kept_and_leads_back(visitor: Browser) -> None:
    answer = await visitor.get("/display?lang=en&mode=elder&theme=dark&size=large&next=%2Fmessages%3Ftab%3Dtodo")
    page = (await visitor.get("/me")).text

    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?tab=todo")
    assert 'lang="en" data-mode="elder" data-theme="dark" data-size="large"' in page


async def test_what_is_no_choice_is_ignored(visitor: Browser) -> None:
    answer = await visitor.get("/display?lang=tlh&mode=<script>&next=/me")

    assert answer.headers["location"] == "/me"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil", ""]
)
async def test_display_never_leads_to_another_site(visitor: Browser, elsewhere: str) -> None:
    answer = await visitor.get(f"/display?mode=elder&next={quote(elsewhere, safe='')}")

    assert answer.headers["location"] == "/"


async def test_the_service_worker_is_asked_about_on_every_visit(visitor: Browser) -> None:
    first = await visitor.get("/sw.js")
    again = await visitor.get("/sw.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["service-worker-allowed"] == "/"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_browser_finds_the_icon_where_it_looks_first(visitor: Browser) -> None:
    answer = await visitor.get("/favicon.ico")

    assert (answer.status_code, answer.headers["location"]) == (302, asset("icon-192.png"))


async def test_the_manifest_speaks_the_readers_language(visitor: Browser) -> None:
    chinese = await visitor.get("/manifest.webmanifest")
    english = await visitor.get("/manifest.webmanifest", headers={"Accept-Language": "en-GB"})
    again = await visitor.get("/manifest.webmanifest", headers={"If-None-Match": chinese.headers["etag"]})

    assert chinese.headers["content-type"].startswith("application/manifest+json")
    assert json.loads(chinese.content)["short_name"] == "上海"
    assert json.loads(english.content)["short_name"] == "Shanghai"
    assert again.status_code == 304


async def test_the_offline_page_is_nobodys_in_particular(me: Browser, visitor: Browser) -> None:
    mine, anybodys = await me.get("/offline"), await visitor.get("/offline")

    assert mine.status_code == 200
    assert mine.content == anybodys.content
    assert me.csrf_token not in mine.text
    assert mine.headers["etag"] == anybodys.headers["etag"]


@pytest.mark.parametrize("path", ["/install", "/me/display", "/offline"])
async def test_pages_for_everybody_are_revalidated(visitor: Browser, path: str) -> None:
    first = await visitor.get(path)
    again = await visitor.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)
