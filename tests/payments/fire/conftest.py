"""Real processes on the test's database and Redis, with a merchant at each provider."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.core.clock import FixedClock
from backend.core.settings import Settings
from tests.payments.fire.processes import Nursery, nursery, settings_for
from tests.payments.merchants import merchants


@pytest.fixture(scope="session")
def halls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nursery(tmp_path_factory.mktemp("halls")) as born:
        yield born


@pytest.fixture
def clock() -> FixedClock:
    """The real time: that of the processes."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def hall_settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    path = tmp_path / "merchants.json"
    path.write_bytes(merchants())
    return settings_for(database_url, redis_url, path)
