"""The fixtures `chromium` and `firefox`, for the root conftest's `pytest_plugins`.

Chromium is required: without it the tests fail. Firefox is welcome: without it they are skipped, with the reason.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browsers.chromium import Chromium, open_chromium
from tests.browsers.finding import BrowserMissing, find_chromium, find_firefox
from tests.browsers.firefox import Firefox, open_firefox
from tests.browsers.phone import Phone
from tests.push_service.service import PushService


@pytest.fixture
def chromium_program() -> Path:
    """Chromium's path; fails the test when there is none."""
    try:
        return find_chromium()
    except BrowserMissing as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None


@pytest.fixture
def firefox_program() -> Path:
    """Firefox's path; skips the test when there is none."""
    try:
        return find_firefox()
    except BrowserMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def chromium(chromium_program: Path, push_service: PushService, tmp_path: Path) -> AsyncIterator[Chromium]:
    """A phone-sized Chromium on a fresh profile whose push service is `push_service`; see `Phone` and `Chromium`."""
    async with open_chromium(tmp_path / "chromium", push_service.chromium_args) as browser:
        yield browser


@pytest.fixture
async def firefox(firefox_program: Path, push_service: PushService, tmp_path: Path) -> AsyncIterator[Firefox]:
    """A headless Firefox on a fresh profile whose push service is `push_service`; see `Phone` and `Firefox`."""
    async with open_firefox(tmp_path / "firefox", push_service.firefox_prefs) as browser:
        yield browser


@pytest.fixture(params=["chromium", "firefox"])
def phone(request: pytest.FixtureRequest) -> Phone:
    """The test runs once on each browser. Sites must be on `http://localhost:…`, which is a secure context."""
    browser: Phone = request.getfixturevalue(request.param)
    return browser
