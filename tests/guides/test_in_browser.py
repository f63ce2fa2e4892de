"""Guides in a real browser, from the real server: accessible, light over the wire, painted soon on a slow phone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, CDPSession, Page
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.items import Item
from backend.city.questions import complete_paths, path_of
from backend.home.pages import HANDLERS as HOME
from backend.ops.routes import HANDLERS as OPS
from pwa.rendering import preload
from pwa.views.shell import Locale, Mode
from tests.browsers.chromium import open_chromium_browser
from tests.departments.feeding import Town
from tests.guides.conftest import HANDLERS
from tests.guides.samples import CODE
from tests.hall import Hall
from tests.journeys.hall import free_port, serving
from tests.pwa.test_in_browser import FAULTS, RULES, TOO_SMALL, TOO_WIDE, unroll
from tests.pwa.test_speed import BYTES_PER_S, CLS_GATE, LATENCY_MS, PAINTED

pytestmark = pytest.mark.browser

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "guides"
SAMPLED = 36
MOST_BYTES = 50 * 1024
MOST_LCP_MS = 1500


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with open_chromium_browser() as browser:
        yield browser


@pytest.fixture
async def site(town: Town, redis: Redis, rich_city: City) -> AsyncIterator[str]:
    preload()
    handlers = [*HOME, *HANDLERS, *OPS]
    hall = Hall(handlers, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=rich_city)
    port = free_port()
    async with serving(hall.edge, port):
        yield f"http://localhost:{port}"


def depth(item: Item) -> int:
    parts = (item.questions, item.conditions, item.materials, item.steps, item.fees, item.legal_basis)
    return sum(map(len, (*parts, item.places, item.faq)))


def sample(city: City) -> list[Item]:
    """Half of them the deepest, half spread over all the rest."""
    ordered = sorted(city.items.values(), key=depth, reverse=True)
    deepest, rest = ordered[: SAMPLED // 2], ordered[SAMPLED // 2 :]
    return [*deepest, *rest[:: len(rest) // (SAMPLED // 2)]]


def states(item: Item) -> Iterator[str]:
    """The guide as it begins, and at the end of its last way through the questions."""
    yield f"/services/{item.code}"
    if item.questions:
        *_, last = complete_paths(item.questions)
        yield f"/services/{item.code}?s={path_of(last)}"


async def faults_of(page: Page, address: str, mode: Mode) -> list[str]:
    await page.goto(address)
    await unroll(page, 320)
    await page.evaluate(AXE_SCRIPT)
    faults: list[str] = await page.evaluate(FAULTS, RULES)
    faults += [f"too wide: {html}" for html in await page.evaluate(TOO_WIDE)]
    return faults + [f"too small: {html}" for html in await page.evaluate(TOO_SMALL, 60 if mode is Mode.ELDER else 44)]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("locale", Locale)
async def test_guides_are_accessible_and_fit(
    chrome: Browser, site: str, rich_city: City, locale: Locale, mode: Mode
) -> None:
    context = await chrome.new_context(viewport={"width": 320, "height": 844}, service_workers="block")
    await context.add_cookies(
        [{"name": "lang", "value": locale, "url": site}, {"name": "mode", "value": mode, "url": site}]
    )
    page = await context.new_page()
    said: list[Any] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    faults = {
        path: found
        for item in sample(rich_city)
        for path in states(item)
        if (found := await faults_of(page, site + path, mode))
    }
    await unroll(page, 390)
    await page.goto(f"{site}/services/{CODE}?s=damaged.agent")
    await page.screenshot(path=ARTEFACTS / f"rich-{locale}-{mode}.png", full_page=True)

    assert faults == {}
    assert said == []  # among others: nothing that the content security policy had to stop


async def slow_phone(page: Page) -> CDPSession:
    cdp = await page.context.new_cdp_session(page)
    speed = {"latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
    await cdp.send("Network.enable")
    await cdp.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return cdp


@pytest.mark.parametrize("which", ["home", "deepest", "rich"])
async def test_a_first_view_is_light_and_painted_soon_on_a_slow_phone(
    chrome: Browser, site: str, rich_city: City, which: str
) -> None:
    deepest = max((item for item in rich_city.items.values() if item.code != CODE), key=depth)
    path = {"home": "/", "deepest": f"/services/{deepest.code}", "rich": f"/services/{CODE}"}[which]
    context = await chrome.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block")
    page = await context.new_page()
    cdp, arrived = await slow_phone(page), []
    cdp.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))

    await page.goto(site + path)
    painted, shifted = await page.evaluate(PAINTED)
    await context.close()

    print(f"{which}: {sum(arrived) / 1024:.1f} KB over the wire in {len(arrived)} answers, LCP {painted:.0f} ms")
    assert 0 < painted <= MOST_LCP_MS
    assert shifted <= CLS_GATE
    assert sum(arrived) <= MOST_BYTES


async def test_the_self_check_needs_no_script(chrome: Browser, site: str) -> None:
    context = await chrome.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    page = await context.new_page()
    await page.goto(f"{site}/services/{CODE}")

    for answer in ("坏了", "代办", "成年"):
        await page.get_by_role("button", name=answer, exact=True).click()

    assert page.url == f"{site}/services/{CODE}?s=damaged.agent.adult#self-check"
    assert await page.get_by_role("heading", name="材料 6 份").is_visible()
    await context.close()
