"""免申即享 on the phone: found on the first screen, a card chosen, confirmed, paid by the bank, and told so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from backend.city.pack import SHANGHAI
from backend.city.service import read_city
from backend.core.clock import FixedClock, local_date
from backend.core.db import Database
from backend.demo_entitlements import ENTITLED_RESIDENT, RULE, feed_entitlement, with_demo_entitlement
from backend.departments.service import add_department
from backend.sandbox.bank.contract import onboard_bank
from backend.sandbox.bank.program import create_bank
from backend.worker import Worker
from notifications.webpush.transport import AiohttpTransport
from tests.browsers.chromium import PHONE, open_chromium_browser
from tests.browsers.phone import until
from tests.journeys.gateways import living
from tests.journeys.hall import Hall, free_port, open_hall, serving
from tests.pwa.test_in_browser import FAULTS, RULES, TOO_SMALL, TOO_WIDE, unroll

pytestmark = pytest.mark.browser

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "entitled"
_TOUCHABLE = 44


@pytest.fixture
async def hall(db: Database, redis: Redis, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Hall]:
    """With the demo's allowance and the sandbox's bank, which decides at once."""
    port = free_port()
    bank_file = onboard_bank(tmp_path / "bank", f"http://localhost:{port}")
    bank = create_bank(tmp_path / "bank", scale=600, clock=clock, takes=timedelta())
    pack = with_demo_entitlement(SHANGHAI, tmp_path)
    async with living(bank), serving(bank, port), open_hall(db, redis, clock, pack=pack, bank=str(bank_file)) as opened:
        yield opened


async def recognise(hall: Hall, worker: Worker) -> None:
    """A department reports it, and the rules look."""
    db, now = hall.resources.db, hall.clock.now()
    await add_department(db, "demo-services", "演示：人社、民政、市场监管", ["events:*", "cards:*"], now)
    await feed_entitlement(hall.resources, await read_city(db), local_date(now))
    await follow(worker)


async def follow(worker: Worker) -> None:
    while await worker.dispatch() or await worker.look_again():
        pass
    await worker.dispatch()


async def look(page: Page, name: str) -> None:
    """What people stumble over."""
    await unroll(page, 390)
    await page.evaluate(AXE_SCRIPT)
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
    faults = [
        *await page.evaluate(FAULTS, RULES),
        *await page.evaluate(TOO_WIDE),
        *await page.evaluate(TOO_SMALL, _TOUCHABLE),
    ]
    assert faults == [], name


async def test_from_the_first_screen_to_the_money_in_two_taps(hall: Hall) -> None:
    db = hall.resources.db
    async with AiohttpTransport() as transport, open_chromium_browser() as chrome:
        worker = hall.worker(transport)
        await recognise(hall, worker)
        context = await chrome.new_context(**{**PHONE, "service_workers": "block"})
        await context.add_cookies([{"name": "lang", "value": "zh-CN", "url": hall.url}])
        page = await context.new_page()
        await page.goto(f"{hall.url}/login?next=%2F")
        await page.locator(f'button[value="{ENTITLED_RESIDENT}"]').click()
        await page.wait_for_url(f"{hall.url}/")
        await expect(page.locator("main")).to_contain_text("演示：您可以领一笔补贴")
        await expect(page.locator("main")).not_to_contain_text("今天到期")
        await look(page, "1-first-screen")

        await page.get_by_role("link", name="去确认").click()
        await page.wait_for_url(f"{hall.url}/entitlements/{RULE}/*")
        await expect(page.get_by_label("尾号 0128")).to_be_checked()
        await expect(page.get_by_label("另一张银行卡的卡号")).to_be_hidden()
        await page.locator('input[name="card"][value="new"]').check()
        await expect(page.get_by_label("另一张银行卡的卡号")).to_be_visible()
        await page.get_by_label("尾号 0128").check()
        await look(page, "2-offer")
        await page.get_by_role("button", name="确认领取").click()
        await expect(page.locator(".pay-word")).to_have_text("正在发放")
        await look(page, "3-under-way")

        async def paid() -> bool:
            await worker.pay_out()
            await follow(worker)
            return bool(await db.fetchval("SELECT count(*) FROM messages WHERE rule = 'payout-paid'"))

        await until(paid)
        await page.reload()
        await expect(page.locator(".pay-word")).to_have_text("已发放")
        await look(page, "4-paid")
        await page.goto(f"{hall.url}/messages?tab=notice")
        await expect(page.locator("main")).to_contain_text("已发放：演示补贴")
        await look(page, "5-told")

    told = await db.fetch("SELECT rule, state FROM messages ORDER BY message_id")
    assert [tuple(row) for row in told] == [(RULE, "superseded"), ("payout-paid", "active")]
    assert await db.fetchval("SELECT count(*) FROM payouts WHERE state = 'paid'") == 1
