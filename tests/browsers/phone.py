"""What Chromium and Firefox have in common here, so that one journey can be told on either."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

Found = TypeVar("Found")
Shown = dict[str, Any]  # title, body, tag, lang, data

SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(
    ({title, body, tag, lang, data}) => ({title, body, tag, lang, data}));
}"""


class Tab(Protocol):
    """A Playwright `Page` is one; `FirefoxTab` is the other."""

    async def goto(self, url: str) -> Any: ...

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """An expression's value, or a function's result for `arg`, awaited; JSON values in and out."""


class Phone(Protocol):
    """A browser with a real push subscription to the local push service."""

    async def allow_notifications(self, origin: str) -> None:
        """The resident said yes, on the site `origin`."""

    async def new_tab(self) -> Tab: ...

    async def shown_notifications(self, tab: Tab, at_least: int = 1, displayed: int = 0) -> list[Shown]:
        """`getNotifications()` of the tab's service worker, once there are `at_least` many.

        It asks the browser, not the worker, so it also sees what a browser shows by itself for a declarative push.
        `displayed`: how many this browser has displayed in all by then, those already closed and replaced included; say
        it from the second push on, for Chromium must not be asked while one is under way (see `Displays`).

        Raises:
            TimeoutError: there were fewer within five seconds.
        """

    async def click_notification(self, title: str) -> Tab:
        """Taps the notification and returns the tab on which the resident lands."""


async def until(ask: Callable[[], Awaitable[Found | None]], timeout_s: float = 5, every_s: float = 0.05) -> Found:
    """Asks again and again; the first answer that is true.

    Raises:
        TimeoutError: none was, in time.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            if found := await ask():
                return found
            await asyncio.sleep(every_s)
