"""Chromium by Playwright, as a phone: a persistent profile (push needs one) or a browser for many fresh contexts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright, expect

from tests.browsers.finding import find_chromium
from tests.browsers.phone import SHOWN, Shown, Tab, until

ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}

# A headless Chromium shows nothing to tap, so the event is made by hand. It then carries no user activation: openWindow
# and focus, which ask for one, are replaced; navigate is only watched.
CLICK = """async title => {
  const shown = (await registration.getNotifications()).filter(one => one.title === title);
  if (!shown.length) throw new Error(`no notification "${title}"`);
  const landed = {};
  const navigate = WindowClient.prototype.navigate.original ?? WindowClient.prototype.navigate;
  Clients.prototype.openWindow = async url => { landed.opened = new URL(url, location).href; return null; };
  WindowClient.prototype.focus = async function () { landed.focused = this.url; return this; };
  WindowClient.prototype.navigate = async function (url) {
    const client = await navigate.call(this, url);
    landed.navigated = client?.url;
    return client;
  };
  WindowClient.prototype.navigate.original = navigate;
  const event = new NotificationEvent("notificationclick", {notification: shown[0]});
  const work = [];
  event.waitUntil = promise => work.push(promise);
  dispatchEvent(event);
  await Promise.all(work);
  return landed;
}"""


@dataclass(frozen=True)
class Chromium:
    """A `Phone`; `context` is Playwright's, for everything else. Its first page must stay open: the log comes by it."""

    context: BrowserContext
    displays: "Displays"

    async def allow_notifications(self, origin: str) -> None:
        await self.context.grant_permissions(["notifications"], origin=origin)

    async def new_tab(self) -> Page:
        return await self.context.new_page()

    async def shown_notifications(self, tab: Tab, at_least: int = 1, displayed: int = 0) -> list[Shown]:
        async with asyncio.timeout(30):
            seen = await self.displays.wait_for(max(at_least, displayed))
            while len(shown := await tab.evaluate(SHOWN)) < at_least:
                seen = await self.displays.wait_for(seen + 1)
        notifications: list[Shown] = shown
        return notifications

    async def click_notification(self, title: str) -> Page:
        """Dispatches `notificationclick` in the service worker.

        Lands on a new page where the worker called `openWindow`, else on the page that it navigated or focused.

        Raises:
            playwright.async_api.Error: no such notification is shown.
            TimeoutError: the worker led to no page.
        """
        landed = await self.context.service_workers[0].evaluate(CLICK, title)
        if "opened" in landed:
            page = await self.context.new_page()
            await page.goto(landed["opened"])
            return page
        url = landed.get("navigated") or landed.get("focused")

        async def arrived() -> Page | None:
            return next((page for page in self.context.pages if page.url == url), None)

        return await until(arrived)


class Displays:
    """Counts what Chromium has put on display, by its own log.

    `getNotifications()` forgets whatever is stored but not yet on display, so asking while a push is under way loses
    that notification for good: tests wait for the display before they ask.
    """

    def __init__(self) -> None:
        self._count = 0
        self._changed = asyncio.Condition()

    async def watch(self, session: CDPSession) -> None:
        session.on("BackgroundService.backgroundServiceEventReceived", self._note)
        await session.send("BackgroundService.startObserving", {"service": "notifications"})
        await session.send("BackgroundService.setRecording", {"shouldRecord": True, "service": "notifications"})

    async def wait_for(self, count: int) -> int:
        async with self._changed:
            await self._changed.wait_for(lambda: self._count >= count)
        return self._count

    async def _note(self, event: dict[str, Any]) -> None:
        if event["backgroundServiceEvent"]["eventName"] == "Notification displayed":
            async with self._changed:
                self._count += 1
                self._changed.notify_all()


@asynccontextmanager
async def open_chromium(profile: Path, push_args: Sequence[str] = (), **options: Any) -> AsyncIterator[Chromium]:
    """A persistent, phone-sized context; `push_args` is `PushService.chromium_args`, `options` are Playwright's.

    Raises:
        BrowserMissing: see `find_chromium`.
    """
    program = find_chromium()
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=program, args=[*ARGS, *push_args], **{**PHONE, **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            displays = Displays()
            await displays.watch(await context.new_cdp_session(context.pages[0]))
            yield Chromium(context, displays)
        finally:
            await context.close()


@asynccontextmanager
async def open_chromium_browser(**options: Any) -> AsyncIterator[Browser]:
    """One browser for many fresh contexts (`browser.new_context(**{**PHONE, "color_scheme": "dark"})`); no push."""
    program = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=ARGS, **options)
        try:
            yield browser
        finally:
            await browser.close()
