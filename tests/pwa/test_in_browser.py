"""Every screen × language × mode × theme × width: axe finds nothing, nothing is too wide, nothing too small to hit."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, Route

from pwa.examples.screens import SCREENS
from pwa.views.shell import Locale, Mode
from tests.pwa.site import ALL_SCREENS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEMPLATES = {screen.template for screen in SCREENS.values()}
ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "pwa"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERY_LOOK = ((320, "light"), (320, "dark"), (390, "light"), (390, "dark"))
OPPOSITES = ((320, "dark"), (390, "light"))
AT_A_DESK = ((1280, "light"), (1280, "dark"))  # where operators sit
# Every page is looked at in all ways, in the state with the plainest name; its other states, and the gallery, in two
# opposite ones each: by turns standard Chinese and English for elders, or the other way round.
PAGES = {min((name for name in SCREENS if SCREENS[name].template == page), key=len) for page in TEMPLATES}
WAYS = list(product(Locale, Mode))
LOOKED_AT = [
    (name, *way)
    for number, name in enumerate(ALL_SCREENS)
    for way in (WAYS if name in PAGES else (WAYS[number % 2], WAYS[3 - number % 2]))
]

FAULTS = """async rules => {
  const asked = {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations'], preload: false};
  const found = await axe.run(document, asked);
  return found.violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}"""

# What is drawn outside the page, apart from the skyline, which ends at its edge.
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.skyline'))
  .map(one => one.outerHTML.slice(0, 120))"""

TOO_SMALL = """least => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]
  .filter(one => !one.matches('.skip') && one.checkVisibility())
  .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
  .filter(([{width, height}]) => height < least - .5 || width < Math.min(least, 44) - .5)
  .map(([{width, height}, html]) => `${width} × ${height} ${html}`)"""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def page(chrome: Browser) -> AsyncIterator[Page]:
    context = await chrome.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=1)
    await context.route("https://pay.example/**", _stay)
    page = await context.new_page()
    yield page
    await context.close()


async def _stay(route: Route) -> None:
    """Who is led to a provider stays where they were (RFC 9110, section 15.3.5)."""
    await route.fulfill(status=204)


async def unroll(page: Page, width: int) -> None:
    """The window as tall as the page: the bar then stands at its end and covers nothing."""
    await page.set_viewport_size({"width": width, "height": 844})
    height = await page.evaluate("document.body.scrollHeight")
    await page.set_viewport_size({"width": width, "height": max(844, height)})


async def look(page: Page, theme: str, least: int) -> list[str]:
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    faults: list[str] = await page.evaluate(FAULTS, RULES)
    faults += [f"too wide: {html}" for html in await page.evaluate(TOO_WIDE)]
    faults += [f"too small: {html}" for html in await page.evaluate(TOO_SMALL, least)]
    return faults


@pytest.mark.parametrize(("name", "locale", "mode"), LOOKED_AT)
async def test_a_screen_is_accessible_and_fits(page: Page, address: str, name: str, locale: Locale, mode: Mode) -> None:
    said: list[Any] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    await page.goto(f"{address}/screen/{name}?lang={locale}&mode={mode}")
    await page.evaluate(AXE_SCRIPT)

    faults: list[str] = []
    looks = EVERY_LOOK if name in PAGES else OPPOSITES
    for width, theme in looks + (AT_A_DESK if ALL_SCREENS[name].desk is not None else ()):
        await unroll(page, width)
        faults += [f"{width} {theme}: {fault}" for fault in await look(page, theme, 60 if mode is Mode.ELDER else 44)]
        if width == 390:
            await page.screenshot(path=ARTEFACTS / f"{name}-{locale}-{mode}-{theme}.png")

    assert faults == []
    assert said == []


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ["home", "guide", "wallet", "messages", "notifications", "services"])
async def test_the_largest_text_fits_a_narrow_phone(page: Page, address: str, name: str, mode: Mode) -> None:
    await page.set_viewport_size({"width": 320, "height": 844})

    for locale in Locale:
        await page.goto(f"{address}/screen/{name}?lang={locale}&mode={mode}&size=largest")

        assert await page.evaluate(TOO_WIDE) == []


async def test_elder_text_reaches_thirty_pixels(page: Page, address: str) -> None:
    await page.goto(f"{address}/screen/message?mode=elder&size=largest")

    size = await page.evaluate("getComputedStyle(document.querySelector('article p')).fontSize")

    assert float(size.removesuffix("px")) >= 30


@pytest.mark.parametrize(("mode", "least"), [(Mode.STANDARD, 13), (Mode.ELDER, 22)])
@pytest.mark.parametrize("name", ["home", "services", "search", "guide", "wallet", "messages", "me", "notifications"])
async def test_no_text_is_smaller_than_allowed(page: Page, address: str, name: str, mode: Mode, least: int) -> None:
    await page.goto(f"{address}/screen/{name}?mode={mode}")

    smaller = await page.evaluate(
        """least => [...document.querySelectorAll('body *')]
          .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
          .filter(one => one.checkVisibility() && !one.closest('.hidden-words, svg'))
          .filter(one => parseFloat(getComputedStyle(one).fontSize) < least - .01)
          .map(one => `${getComputedStyle(one).fontSize} ${one.outerHTML.slice(0, 100)}`)""",
        least,
    )

    assert smaller == []


@pytest.mark.parametrize("name", ["home", "guide", "messages"])
async def test_focus_is_never_hidden_behind_a_bar(page: Page, address: str, name: str) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{address}/screen/{name}")

    for _ in range(40):
        await page.keyboard.press("Tab")
        hidden = await page.evaluate(
            """() => {
              const bar = document.querySelector('.tab-bar, .action-bar');
              const one = document.activeElement;
              if (one === document.body || bar.contains(one)) return null;
              const {top, bottom} = one.getBoundingClientRect();
              return bottom > bar.getBoundingClientRect().top || top < 0 ? one.outerHTML : null;
            }"""
        )
        assert hidden is None
