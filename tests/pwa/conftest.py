"""One browser and one site for all the browser tests of this folder, in one event loop."""

import contextlib
from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, async_playwright

from tests.browsers.chromium import ARGS
from tests.browsers.finding import find_chromium
from tests.pwa.site import site


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def address() -> AsyncIterator[str]:
    async with serving(site()) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chrome() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        yield browser
        await browser.close()
