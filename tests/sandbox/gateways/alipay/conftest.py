"""A sandbox for each test, on a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.gateways.alipay.hall import Hall
from tests.sandbox.gateways.town import town


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with town("alipay", tmp_path, (200, b"success")) as told:
        yield Hall(told)
