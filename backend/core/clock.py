"""The one source of the present: injected, read once per use case, passed down."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@runtime_checkable
class Clock(Protocol):
    """Tells the present as an aware UTC instant."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands until it is moved; for tests and for replaying a day."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def local_date(instant: datetime) -> date:
    """The calendar day of an instant in the city (Asia/Shanghai, UTC+8 without summer time)."""
    return instant.astimezone(SHANGHAI).date()
