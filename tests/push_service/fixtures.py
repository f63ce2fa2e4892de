"""The fixture `push_service`, for the root conftest's `pytest_plugins`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.push_service.service import PushService


@pytest.fixture
async def push_service(tmp_path: Path) -> AsyncIterator[PushService]:
    """A running push service of this test alone; see `PushService` for what it offers."""
    folder = tmp_path / "push-service"
    folder.mkdir()
    async with PushService(folder) as service:
        yield service
