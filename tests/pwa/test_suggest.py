"""Suggestions below the search box: by keyboard, by finger, read aloud; and a plain form where they do not come."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, Route, expect

from tests.pwa.test_in_browser import FAULTS, RULES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOUND = {
    "items": [
        {"code": "a", "title": {"zh": "机动车驾驶证期满换证", "en": "Renew a driving licence"}, "url": "/services/a"},
        {"code": "b", "title": {"zh": "驾照考点查询<b>"}, "url": "/services/b"},
    ],
    "marks": ["驾驶证", "驾照"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def page(chrome: Browser, address: str) -> AsyncIterator[Page]:
    context = await chrome.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    page = await context.new_page()

    async def answer(route: Route) -> None:
        await route.fulfill(json=FOUND if "%E9%A9%BE" in route.request.url else {"items": [], "marks": []})

    await page.route("**/api/suggestions?*", answer)
    await page.route("**/services/*", lambda route: route.fulfill(body="there"))
    await page.goto(f"{address}/screen/home")
    yield page
    await context.close()


async def typed(page: Page, words: str = "驾照") -> None:
    await page.get_by_role("combobox").press_sequentially(words)


async def test_what_may_be_meant_is_listed_with_its_words_marked(page: Page) -> None:
    await typed(page)

    await expect(page.get_by_role("option")).to_have_text(["机动车驾驶证期满换证", "驾照考点查询<b>"])
    await expect(page.locator("[role=option] mark")).to_have_text(["驾驶证", "驾照"])
    await expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    await expect(page.locator(".search [role=status]")).to_have_text("2 条建议")


async def test_arrows_walk_through_the_list_and_enter_opens(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)
    box = page.get_by_role("combobox")

    await box.press("ArrowDown")
    await box.press("ArrowDown")

    await expect(page.get_by_role("option", selected=True)).to_have_text("驾照考点查询<b>")
    selected = await page.get_by_role("option", selected=True).get_attribute("id")
    assert await box.get_attribute("aria-activedescendant") == selected
    await box.press("Enter")
    await page.wait_for_url("**/services/b")


async def test_past_the_end_one_is_back_in_the_box(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)

    for _ in range(3):
        await page.get_by_role("combobox").press("ArrowDown")

    await expect(page.get_by_role("option", selected=True)).to_have_count(0)
    assert await page.get_by_role("combobox").get_attribute("aria-activedescendant") is None


async def test_escape_closes_the_list_and_keeps_the_words(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)

    await page.get_by_role("combobox").press("Escape")

    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(page.get_by_role("combobox")).to_have_value("驾照")


async def test_a_tap_opens(page: Page) -> None:
    await typed(page)

    await page.get_by_role("option").first.click()

    await page.wait_for_url("**/services/a")


async def test_enter_without_a_choice_searches(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)

    async with page.expect_request("**/services?q=*") as asked:
        await page.get_by_role("combobox").press("Enter")

    assert (await asked.value).url.endswith("?q=%E9%A9%BE%E7%85%A7")


async def test_nothing_found_shows_no_list(page: Page) -> None:
    await typed(page, "zzz")

    await expect(page.locator(".search [role=status]")).to_have_text("0 条建议")
    await expect(page.get_by_role("listbox")).to_be_hidden()


async def test_what_was_typed_last_counts(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)

    await page.get_by_role("combobox").fill("")

    await expect(page.get_by_role("listbox")).to_be_hidden()


async def test_the_open_list_is_clean_to_axe(page: Page) -> None:
    await typed(page)
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.get_by_role("combobox").press("ArrowDown")
    await page.evaluate(AXE_SCRIPT)

    assert await page.evaluate(FAULTS, RULES) == []
