"""Dates forwards and backwards: what is found by going back is exactly what comes due by going forward."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.city.calendar import Calendar
from backend.city.city import City
from backend.city.models import Unit
from backend.matching.dates import anchors_due, moved

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "offset", "unit", "on"),
    [
        (date(2026, 8, 31), 6, Unit.MONTH, date(2027, 2, 28)),  # the last day of a month that has no 31st
        (date(2027, 8, 31), 6, Unit.MONTH, date(2028, 2, 29)),
        (date(2026, 3, 31), -1, Unit.MONTH, date(2026, 2, 28)),
        (date(2024, 2, 29), 1, Unit.YEAR, date(2025, 2, 28)),
        (date(2026, 9, 30), 1, Unit.WORKDAY, date(2026, 10, 8)),  # the week of the National Day lies between
        (date(2026, 11, 20), -30, Unit.DAY, date(2026, 10, 21)),
    ],
)
def test_a_date_is_moved_by_the_civil_code(city: City, anchor: date, offset: int, unit: Unit, on: date) -> None:
    assert moved(anchor, offset, unit, city.calendar) == on


@pytest.fixture(scope="module")
def calendar(city: City) -> Calendar:
    return city.calendar


@given(
    after=days,
    length=st.integers(1, 20),
    unit=st.sampled_from(list(Unit)),
    offset=st.integers(-45, 45),
    anchor=days,
)
def test_going_back_finds_what_going_forward_reaches(
    calendar: Calendar, after: date, length: int, unit: Unit, offset: int, anchor: date
) -> None:
    offset = offset if unit in {Unit.DAY, Unit.WORKDAY} else offset // 5
    until = after + timedelta(days=length)

    found = set(anchors_due(after, until, offset, unit, calendar))

    assert (anchor in found) == (after < moved(anchor, offset, unit, calendar) <= until)
    near = moved(after, -offset, unit, calendar)
    for each in (near + timedelta(days=n) for n in range(-40, 41)):
        assert (each in found) == (after < moved(each, offset, unit, calendar) <= until)
