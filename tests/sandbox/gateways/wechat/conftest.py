"""A sandbox for each test, on a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.payments.providers.wechat.adapter import WechatPay
from tests.sandbox.gateways.town import Town, town
from tests.sandbox.gateways.wechat.hall import ACKNOWLEDGED, adapter


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town("wechat", tmp_path, ACKNOWLEDGED) as built:
        yield built


@pytest.fixture
def hall(place: Town) -> WechatPay:
    return adapter(place)
