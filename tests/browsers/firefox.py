"""Firefox over WebDriver BiDi: no driver program, a fresh profile, tabs with Playwright's `goto` and `evaluate`."""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browsers.bidi import Bidi, BidiError
from tests.browsers.finding import find_firefox
from tests.browsers.phone import SHOWN, Shown, Tab, until

PATIENCE_S = 60
PR_SET_PDEATHSIG = 1

PREFS: dict[str, str | int | bool] = {
    "alerts.useSystemBackend": False,  # without a desktop, showNotification fails with NS_ERROR_FAILURE
    "dom.push.connection.enabled": True,  # the remote agent's recommended prefs turn it off
    "permissions.default.desktop-notification": 1,
    "intl.accept_languages": "zh-CN,zh,en",
}

CALL = """async text => {{
  const value = ({script});
  return JSON.stringify(await (typeof value === "function" ? value(JSON.parse(text)) : value));
}}"""

# The alert is a window of Firefox itself, so the click is a real one: it carries the activation that openWindow needs.
CLICK = """title => {
  for (const alert of Services.wm.getEnumerator("alert:alert")) {
    const label = alert.document.getElementById("alertTitleLabel");
    if (alert.gIsActive && label.getAttribute("value") === title) {
      label.click();
      return true;
    }
  }
  return false;
}"""


@dataclass(frozen=True)
class FirefoxTab:
    """One tab, with the `goto` and `evaluate` of Playwright's `Page`."""

    bidi: Bidi
    context: str

    async def goto(self, url: str) -> None:
        await self.bidi.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """See `Tab`.

        Raises:
            BidiError: with the message of what the script threw.
        """
        return await run(self.bidi, self.context, expression, arg)


@dataclass(frozen=True)
class Firefox:
    """A `Phone`; `bidi` is for everything else."""

    bidi: Bidi

    async def allow_notifications(self, origin: str) -> None:
        """Every site is allowed already, by a preference."""

    async def new_tab(self) -> FirefoxTab:
        created = await self.bidi.call("browsingContext.create", type="tab")
        return FirefoxTab(self.bidi, created["context"])

    async def shown_notifications(self, tab: Tab, at_least: int = 1, displayed: int = 0) -> list[Shown]:
        async def enough() -> tuple[list[Shown]] | None:
            shown = await tab.evaluate(SHOWN)
            return (shown,) if len(shown) >= at_least else None

        return (await until(enough))[0]

    async def click_notification(self, title: str) -> FirefoxTab:
        """Clicks the alert that Firefox shows: a real click; lands on the tab that it opened or navigated."""
        before = await self._urls()

        async def landed() -> FirefoxTab | None:
            changed = [at for at, url in (await self._urls()).items() if url not in {before.get(at), "about:blank"}]
            return FirefoxTab(self.bidi, changed[0]) if changed else None

        chrome = await self.bidi.call("browsingContext.getTree", maxDepth=0, **{"moz:scope": "chrome"})
        window = chrome["contexts"][0]["context"]
        await until(lambda: run(self.bidi, window, CLICK, title))
        tab = await until(landed)
        await until(lambda: tab.evaluate("document.readyState === 'complete'"))
        return tab

    async def _urls(self) -> dict[str, str]:
        tree = await self.bidi.call("browsingContext.getTree", maxDepth=0)
        return {context["context"]: context["url"] for context in tree["contexts"]}


@asynccontextmanager
async def open_firefox(profile: Path, push_prefs: Mapping[str, str | int | bool]) -> AsyncIterator[Firefox]:
    """A headless Firefox on a fresh profile; `push_prefs` is `PushService.firefox_prefs`.

    Raises:
        BrowserMissing: see `find_firefox`.
    """
    program = find_firefox().resolve()
    profile.mkdir(parents=True, exist_ok=True)
    prefs = {**PREFS, **push_prefs}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in prefs.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await _start(program, profile)
    try:
        async with Bidi(await _address(process, profile)) as bidi:
            await bidi.call("session.new", capabilities={})
            try:
                yield Firefox(bidi)
            finally:
                with contextlib.suppress(BidiError):
                    await bidi.call("browser.close")
    finally:
        await _stop(process)


async def run(bidi: Bidi, context: str, script: str, argument: object) -> Any:
    answer = await bidi.call(
        "script.callFunction",
        functionDeclaration=CALL.format(script=script),
        awaitPromise=True,
        target={"context": context},
        arguments=[{"type": "string", "value": json.dumps(argument)}],
    )
    if answer["type"] == "exception":
        raise BidiError(answer["exceptionDetails"]["text"])
    value = answer["result"].get("value")
    return None if value is None else json.loads(value)


async def _start(program: Path, profile: Path) -> asyncio.subprocess.Process:
    libc = ctypes.CDLL(None)
    with (profile / "firefox.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(program, "--headless", "--no-remote", "--profile", profile, "--new-instance"),
            *("--remote-debugging-port=0", "--remote-allow-system-access", "about:blank"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1", "TZ": "Asia/Shanghai"},
            start_new_session=True,
            # Dies with the tests, also when those are killed.
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
        )


async def _address(process: asyncio.subprocess.Process, profile: Path) -> str:
    """Firefox writes the port that the OS gave it into the profile."""
    note = profile / "WebDriverBiDiServer.json"
    try:
        async with asyncio.timeout(PATIENCE_S):
            while process.returncode is None:
                with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                    address = json.loads(note.read_text())
                    return f"ws://{address['ws_host']}:{address['ws_port']}/session"
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    raise BidiError(f"Firefox did not start:\n{(profile / 'firefox.log').read_text()[-2000:]}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Gives Firefox a moment to leave by itself, then ends its whole process group."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
