"""The service worker keeps the shell and public guides, nothing personal, and shows what is pushed."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browsers.chromium import ARGS, Displays
from tests.browsers.finding import find_chromium
from tests.browsers.phone import SHOWN, until
from tests.pwa.conftest import serving
from tests.pwa.site import REQUESTS, site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

KEPT = """async () => {
  const paths = [];
  for (const name of await caches.keys())
    for (const {url} of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  return paths;
}"""


class Phone:
    """A fresh browser profile with the service worker in control, and its site."""

    def __init__(self, page: Page, address: str, requests: dict[str, int]) -> None:
        self.page = page
        self.address = address
        self.requests = requests

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def offline(self) -> None:
        await self.page.context.set_offline(True)

    async def kept(self) -> list[str]:
        paths: list[str] = await self.page.evaluate(KEPT)
        return paths


@pytest_asyncio.fixture(loop_scope="session")
async def context(chrome: Browser) -> AsyncIterator[BrowserContext]:
    context = await chrome.new_context(viewport={"width": 390, "height": 844}, permissions=["notifications"])
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(context: BrowserContext) -> AsyncIterator[Phone]:
    app = site()
    async with serving(app) as address:
        page = await context.new_page()
        await page.goto(f"{address}/install")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.reload()
        yield Phone(page, address, app[REQUESTS])


async def test_without_network_every_page_says_so(phone: Phone) -> None:
    await phone.offline()

    await phone.open("/wallet")

    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("没有网络")


async def test_a_guide_once_read_opens_without_network(phone: Phone) -> None:
    await phone.open("/services/LAW-0025")
    await phone.page.wait_for_timeout(300)
    await phone.offline()

    await phone.open("/services/LAW-0025?from=message")

    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("机动车驾驶证期满换证")


async def test_personal_pages_are_never_kept(phone: Phone) -> None:
    for path in ("/", "/wallet", "/messages", "/me"):
        await phone.open(path)

    kept = await phone.kept()

    assert "/offline" in kept
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline"}


async def test_a_guide_with_network_is_always_asked_for_again(phone: Phone) -> None:
    for _ in range(3):
        await phone.open("/services/LAW-0025")

    assert phone.requests["/services/LAW-0025"] == 3


async def test_changing_the_display_draws_the_offline_page_again(phone: Phone) -> None:
    before = phone.requests["/offline"]

    await phone.open("/display?mode=elder&next=/")

    async def drawn_again() -> bool:
        return phone.requests["/offline"] > before

    assert await until(drawn_again)


async def test_the_hall_can_be_installed(address: str, tmp_path: Path) -> None:
    async with async_playwright() as playwright:
        profile = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=find_chromium(), args=ARGS
        )
        page = profile.pages[0]
        await page.goto(f"{address}/install")
        cdp = await profile.new_cdp_session(page)

        errors = (await cdp.send("Page.getInstallabilityErrors"))["installabilityErrors"]
        told = await cdp.send("Page.getAppManifest")

        assert errors == []
        assert told["errors"] == []
        await profile.close()


async def deliver(phone: Phone, payload: str) -> list[dict[str, Any]]:
    cdp = await phone.page.context.new_cdp_session(phone.page)
    displays = Displays()
    await displays.watch(cdp)
    registrations: list[dict[str, Any]] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    await cdp.send("ServiceWorker.enable")

    async def registered() -> str | None:
        return registrations[-1]["registrationId"] if registrations else None

    message = {"origin": phone.address, "registrationId": await until(registered), "data": payload}
    await cdp.send("ServiceWorker.deliverPushMessage", message)
    async with asyncio.timeout(30):
        await displays.wait_for(1)
    notifications: list[dict[str, Any]] = await phone.page.evaluate(SHOWN)
    return notifications


async def test_a_declarative_push_is_shown(phone: Phone) -> None:
    told = {"title": "居住证该签注了", "body": "点开看看", "navigate": "/messages/1/open", "lang": "zh-CN", "tag": "a"}

    shown = await deliver(phone, json.dumps({"web_push": 8030, "notification": told, "app_badge": "3"}))

    navigate = told.pop("navigate")
    assert shown == [told | {"data": {"navigate": navigate}}]


async def test_an_unreadable_push_still_says_that_there_is_a_message(phone: Phone) -> None:
    shown = await deliver(phone, "not json")

    assert shown[0]["title"] == "您有一条新消息"
    assert shown[0]["data"] == {"navigate": "/messages"}
