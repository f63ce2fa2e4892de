"""A sandbox for each test, on a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.gateways.town import town
from tests.sandbox.gateways.unionpay.hall import Hall


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with town("unionpay", tmp_path, (200, b"ok")) as told:
        yield Hall(told)
