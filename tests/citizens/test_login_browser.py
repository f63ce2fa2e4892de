"""Signing in and out in a real browser: what its policies for forms, redirects and cookies make of it."""

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.db import Database
from tests.browsers.chromium import PHONE, open_chromium_browser
from tests.journeys.hall import Hall, open_hall


async def _sign_in(page: Page, hall: Hall, next_path: str) -> None:
    await page.goto(f"{hall.url}/login?next={next_path}")
    assert page.url.startswith(hall.sandbox_url)
    await page.get_by_role("button", name="林晓雯").click()
    await page.wait_for_url(f"{hall.url}{next_path}")


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
async def test_a_resident_signs_in_and_out_again(
    db: Database, redis: Redis, clock: FixedClock, javascript: bool
) -> None:
    async with open_hall(db, redis, clock) as hall, open_chromium_browser() as chromium:
        context = await chromium.new_context(**{**PHONE, "java_script_enabled": javascript})
        page, said = await context.new_page(), []
        page.on("console", lambda message: said.append(message.text))

        await _sign_in(page, hall, "/me")
        await expect(page.get_by_text("林*雯").first).to_be_visible()
        await page.get_by_role("button", name="退出登录").click()
        await page.wait_for_url(f"{hall.url}/")

        await page.goto(f"{hall.url}/wallet")
        assert page.url.startswith(hall.sandbox_url)  # to be signed in anew
        assert [cookie for cookie in await context.cookies() if cookie["name"] == "sid"] == []
        assert not [text for text in said if "Content Security Policy" in text]
