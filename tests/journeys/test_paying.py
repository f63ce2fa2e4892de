"""Paying on the phone: bill, channel, the provider's own page, a result that asks the provider, and the message."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, expect
from redis.asyncio import Redis

from backend.core.clock import SHANGHAI, FixedClock, local_date
from backend.core.db import Database
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.onboarding import CONTRACTS, onboard
from backend.sandbox.residents import find_resident
from notifications.webpush.transport import AiohttpTransport
from tests.browsers.chromium import PHONE, open_chromium_browser
from tests.browsers.phone import until
from tests.journeys.gateways import Gateways, open_gateways
from tests.journeys.hall import Hall, open_hall
from tests.pwa.test_in_browser import FAULTS, RULES, TOO_SMALL, TOO_WIDE, unroll

pytestmark = pytest.mark.browser

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "paying"
RESIDENT, AGENT = "lin-xiaowen", "zhao-mingyuan"
CHANNELS = ("wechat", "alipay", "unionpay")


@pytest.fixture(scope="session")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of both sides, made once for the run."""
    directory = tmp_path_factory.mktemp("contracts")
    onboard(directory, dict.fromkeys(CONTRACTS, "http://localhost"))
    return directory


@pytest.fixture
def noon() -> FixedClock:
    """Of the real day: the providers' certificates are made valid from yesterday."""
    return FixedClock(datetime.combine(local_date(datetime.now(UTC)), time(12), SHANGHAI))


@pytest.fixture
async def gateways(contracts: Path, tmp_path: Path, noon: FixedClock) -> AsyncIterator[Gateways]:
    shutil.copytree(contracts, tmp_path / "sandbox")
    async with open_gateways(tmp_path / "sandbox", noon) as opened:
        yield opened


@pytest.fixture
async def hall(db: Database, redis: Redis, noon: FixedClock, gateways: Gateways) -> AsyncIterator[Hall]:
    async with open_hall(db, redis, noon, merchants=str(gateways.merchants)) as opened:
        yield opened


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with open_chromium_browser() as browser:
        yield browser


async def owe(hall: Hall, payer: dict[str, str] | None = None) -> None:
    """The department feeds a fee of ten yuan, by default of the resident, who is told."""
    resident = find_resident(RESIDENT)
    assert resident is not None
    now = hall.clock.now()
    line = {
        "id": "B-1",
        "fee": "driving-licence",
        "payer": payer or {"kind": "person", "number": resident.number, "name": resident.name},
        "amount_fen": 1000,
        "payee": "上海市公安局交通警察总队",
        "due_on": local_date(now) + timedelta(days=10),
        "updated_at": now - timedelta(hours=1),
    }
    answer = await hall.feed("bills", msgspec.json.encode(line))
    assert answer["accepted"]["count"] == 1, answer
    await follow(hall)


async def follow(hall: Hall) -> None:
    """What follows from the facts so far."""
    async with AiohttpTransport() as transport:
        await hall.worker(transport).dispatch()


class Resident:
    """Signed in on a phone. `looks`: whether every page on the way is looked at for what people stumble over."""

    def __init__(self, page: Page, hall: Hall, *, looks: str = "") -> None:
        self.page = page
        self._hall, self._looks, self._seen = hall, looks, 0

    async def goto(self, path: str) -> None:
        await self.page.goto(f"{self._hall.url}{path}")

    async def sign_in(self, who: str) -> None:
        await self.goto("/login?next=%2F")
        await self.page.locator(f'button[value="{who}"]').click()
        await self.page.wait_for_url(f"{self._hall.url}/")

    async def open_bill(self) -> None:
        """From the first screen."""
        await self.look("home")
        await self.page.locator('a[href^="/bills/"]').click()
        await self.look("bill")

    async def choose(self, channel: str) -> None:
        """And on to the provider."""
        await self.page.locator(f'input[value="{channel}"]').check()
        await self.page.locator('button[form="pay"]').click()

    async def pay_there(self, gateways: Gateways, channel: str) -> None:
        """On the provider's own page, and back."""
        await self.page.wait_for_url(f"{gateways.addresses[channel]}/cashier/*")
        await self.page.get_by_role("button", name="确认支付").click()
        await expect(self.page.get_by_role("status")).to_contain_text("支付成功")
        await self.lead_back()

    async def lead_back(self) -> None:
        await self.page.get_by_text("返回商户").click()
        await self.page.wait_for_url(f"{self._hall.url}/payments/*")

    async def look(self, name: str) -> None:
        if not self._looks:
            return
        self._seen += 1
        await self.page.wait_for_load_state()
        await unroll(self.page, 390)
        await self.page.evaluate(AXE_SCRIPT)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{self._looks}-{self._seen}-{name}.png", full_page=True)
        faults: list[str] = await self.page.evaluate(FAULTS, RULES)
        least = 60 if "elder" in self._looks else 44
        faults += [f"too wide: {html}" for html in await self.page.evaluate(TOO_WIDE)]
        faults += [f"too small: {html}" for html in await self.page.evaluate(TOO_SMALL, least)]
        assert faults == [], name


async def arrive(chrome: Browser, hall: Hall, *, who: str = RESIDENT, looks: str = "", **choices: Any) -> Resident:
    """`choices` of display are kept in cookies, all others are the browser's."""
    cookies = {name: choices.pop(name) for name in ("lang", "mode", "theme") if name in choices}
    context = await chrome.new_context(**{**PHONE, "service_workers": "block", **choices})
    await context.add_cookies([{"name": name, "value": value, "url": hall.url} for name, value in cookies.items()])
    resident = Resident(await context.new_page(), hall, looks=looks)
    await resident.sign_in(who)
    return resident


@pytest.mark.parametrize(
    ("channel", "choices", "paid"),
    [
        ("wechat", {"lang": "zh-CN"}, "缴费成功"),
        ("alipay", {"lang": "en", "theme": "dark"}, "Paid"),
        ("unionpay", {"lang": "zh-CN", "mode": "elder"}, "缴费成功"),
    ],
)
async def test_a_bill_is_paid_from_the_first_screen_to_the_message(
    hall: Hall, gateways: Gateways, chrome: Browser, channel: str, choices: dict[str, str], paid: str
) -> None:
    await owe(hall)
    resident = await arrive(chrome, hall, looks="-".join([channel, *choices.values()]), **choices)
    page = resident.page
    await resident.goto("/messages?tab=todo")
    await resident.look("told")
    await resident.goto("/")

    await resident.open_bill()
    await resident.choose(channel)
    await resident.pay_there(gateways, channel)

    await expect(page.locator(".pay-word")).to_have_text(paid)
    await resident.look("result")
    await follow(hall)
    await resident.goto("/messages?tab=notice")
    await resident.look("message")
    rules = await hall.resources.db.fetch("SELECT rule, state FROM messages ORDER BY queued_at, message_id")
    assert [tuple(row) for row in rows_of(rules)] == [("payment-due", "withdrawn"), ("payment-settled", "active")]
    await resident.goto("/")
    await expect(page.locator('a[href^="/bills"]')).to_have_count(0)
    assert await hall.resources.db.fetchval("SELECT count(*) FROM ledger_entries") == 1


def rows_of(rows: Any) -> list[tuple[str, str]]:
    return [(row["rule"], row["state"]) for row in rows]


async def test_a_firm_s_bill_is_paid_by_who_may_act_for_it(hall: Hall, gateways: Gateways, chrome: Browser) -> None:
    resident = find_resident(AGENT)
    assert resident is not None
    assert resident.organisation is not None
    firm = resident.organisation
    await owe(hall, {"kind": "organisation", "number": firm.number, "name": firm.name})
    agent = await arrive(chrome, hall, who=AGENT, looks="for-firm", lang="zh-CN")  # that they may act comes with it
    await follow(hall)
    await agent.goto("/messages?tab=todo")
    await expect(agent.page.get_by_text(f"为 {firm.name}")).to_be_visible()
    await agent.goto("/")

    await agent.open_bill()
    await expect(agent.page.get_by_text(f"为 {firm.name}")).to_be_visible()
    await agent.choose("wechat")
    await agent.pay_there(gateways, "wechat")

    await expect(agent.page.locator(".pay-word")).to_have_text("缴费成功")
    await expect(agent.page.get_by_text(f"为 {firm.name}")).to_be_visible()
    await agent.look("result")
    await agent.goto("/bills")
    await agent.look("bills")
    await expect(agent.page.get_by_role("heading", name=f"为 {firm.name}")).to_be_visible()
    assert (
        await hall.resources.db.fetchval("SELECT kind FROM subjects JOIN receipts USING (subject_id)") == "organisation"
    )


@pytest.mark.parametrize("channel", CHANNELS)
async def test_without_scripts_the_way_there_is_a_tap_longer(
    hall: Hall, gateways: Gateways, chrome: Browser, channel: str
) -> None:
    await owe(hall)
    resident = await arrive(chrome, hall, java_script_enabled=False)

    await resident.open_bill()
    await resident.choose(channel)
    await resident.page.wait_for_url(f"{hall.url}/payments/*/go")
    await resident.page.locator(".actions .button").first.click()
    await resident.pay_there(gateways, channel)

    await expect(resident.page.locator(".pay-word")).to_have_text("缴费成功")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_result_believes_the_provider_and_never_the_way_back(
    hall: Hall, gateways: Gateways, chrome: Browser, channel: str
) -> None:
    """No callback ever comes: back without paying nothing is paid, and back after paying the provider is asked."""
    gateways.switch(channel, Fault.NEVER_CALL_BACK)
    await owe(hall)
    resident = await arrive(chrome, hall)
    page = resident.page

    await resident.open_bill()
    await resident.choose(channel)
    await page.wait_for_url(f"{gateways.addresses[channel]}/cashier/*")
    cashier = page.url
    await resident.lead_back()
    await expect(page.locator(".pay-word")).to_have_text("正在核实")
    await page.goto(cashier)
    await resident.pay_there(gateways, channel)

    await expect(page.locator(".pay-word")).to_have_text("缴费成功", timeout=15_000)
    assert await hall.resources.db.fetchval("SELECT count(*) FROM payment_callbacks") == 0
    sources = await hall.resources.db.fetch("SELECT source FROM payment_history WHERE after = 'paid'")
    assert [row["source"] for row in sources] == ["query"]


async def test_a_provider_that_is_down_leads_back_to_the_others(
    hall: Hall, gateways: Gateways, chrome: Browser
) -> None:
    gateways.switch("wechat", Fault.DOWN)
    await owe(hall)
    resident = await arrive(chrome, hall, looks="down")

    await resident.open_bill()
    await resident.choose("wechat")

    await expect(resident.page.get_by_text("微信支付暂时不可用")).to_be_visible()
    await resident.look("failed")
    await resident.choose("alipay")
    await resident.pay_there(gateways, "alipay")
    await expect(resident.page.locator(".pay-word")).to_have_text("缴费成功")


async def test_two_phones_pay_one_bill_and_one_of_the_payments_goes_back(
    hall: Hall, gateways: Gateways, chrome: Browser
) -> None:
    """Both are on a provider's page at once; the second payment is booked, refunded by itself, and told."""
    await owe(hall)
    first, second = [await arrive(chrome, hall) for _ in range(2)]
    await first.open_bill()
    await second.open_bill()
    await first.choose("unionpay")
    await first.page.wait_for_url(f"{gateways.addresses['unionpay']}/cashier/*")
    await second.choose("wechat")
    await second.page.wait_for_url(f"{gateways.addresses['wechat']}/cashier/*")

    await first.pay_there(gateways, "unionpay")
    await expect(first.page.locator(".pay-word")).to_have_text("缴费成功")
    await second.pay_there(gateways, "wechat")
    await expect(second.page.locator(".pay-word")).to_have_text("正在退款")
    await settle(hall)

    await second.page.reload()
    await expect(second.page.locator(".pay-word")).to_have_text("已退款")
    await second.goto("/messages?tab=notice")
    await expect(second.page.locator("main")).to_contain_text("已退款")
    assert await hall.resources.db.fetchval("SELECT state FROM bills") == "settled"


async def settle(hall: Hall) -> None:
    """The worker hands the refund over and asks about it, hour after hour, until it is through."""
    async with AiohttpTransport() as transport:
        worker = hall.worker(transport)

        async def refunded() -> bool:
            hall.clock.at += timedelta(minutes=2)
            await worker.settle_payments()
            await worker.dispatch()
            return bool(await hall.resources.db.fetchval("SELECT bool_and(state = 'succeeded') FROM payment_refunds"))

        await until(refunded, timeout_s=10)
