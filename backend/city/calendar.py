"""Working days and calendar months: the one place that counts them."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from backend.city.models import HolidayYear

_DAY = timedelta(days=1)
_SHORTEST = 28  # days: a month has at least so many
_SATURDAY = 5


class Due(Struct, frozen=True):
    """A date that was counted out. `provisional`: counted past the loaded years, where only weekends are known."""

    on: date
    provisional: bool


class Calendar:
    """The working days of the State Council's holiday notices: weekends and breaks off, make-up days on."""

    def __init__(self, years: Iterable[HolidayYear]) -> None:
        loaded = tuple(years)
        self._years = frozenset(int(year.code) for year in loaded)
        self._off = frozenset(day for year in loaded for rest in year.breaks for day in _days(rest.first, rest.last))
        self._make_up = frozenset(day for year in loaded for day in year.make_up_days)

    def covers(self, day: date) -> bool:
        """Whether the notice for that year is loaded."""
        return day.year in self._years

    def is_working_day(self, day: date) -> bool:
        """Weekends only where the year is not loaded; ask `covers` when that matters."""
        return day in self._make_up or (day.weekday() < _SATURDAY and day not in self._off)

    def add_working_days(self, start: date, n: int) -> Due:
        """The n-th working day after `start`, which is not counted (民法典 art. 201); before it where n is negative.

        n = 0 is `start` itself, or the next working day where `start` is none.
        """
        step = -_DAY if n < 0 else _DAY
        day, left = start, abs(n)
        if n == 0:
            while not self.is_working_day(day):
                day += step
        while left:
            day += step
            left -= self.is_working_day(day)
        return Due(day, provisional=not (self.covers(start) and self.covers(day)))

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after the first date, up to and with the second; negative where it is earlier."""
        if until < after:
            return -self.working_days_between(until, after)
        return sum(map(self.is_working_day, _days(after + _DAY, until)))


def add_months(day: date, n: int) -> date:
    """The same day n months on, or the last day of a month that has no such day (民法典 art. 202)."""
    years, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    last = day.day if day.day <= _SHORTEST else min(day.day, monthrange(years, month + 1)[1])
    return date(years, month + 1, last)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
