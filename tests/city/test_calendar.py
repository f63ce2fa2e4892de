"""Working days by the notices of 2024 to 2026, months by the Civil Code, and what must hold for any day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.city.calendar import Calendar, Due, add_months
from backend.city.pack import SHANGHAI, read_pack

CALENDAR = Calendar(read_pack(SHANGHAI).holiday_years.values())

loaded_days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
counts = st.integers(1, 120)


@pytest.mark.parametrize(
    ("accepted", "n", "due"),
    [
        (date(2026, 2, 9), 5, date(2026, 2, 14)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 4, 30), 1, date(2026, 5, 6)),
        (date(2026, 9, 17), 10, date(2026, 10, 8)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 1, 2), 5, date(2026, 1, 8)),
        (date(2026, 11, 20), 20, date(2026, 12, 18)),
        (date(2026, 12, 1), 20, date(2026, 12, 29)),
    ],
)
def test_due_dates_follow_the_notice(accepted: date, n: int, due: date) -> None:
    assert CALENDAR.add_working_days(accepted, n) == Due(due, provisional=False)


def test_past_the_loaded_years_a_due_date_is_provisional() -> None:
    due = CALENDAR.add_working_days(date(2026, 12, 1), 30)

    assert due.provisional
    assert due.on.year == 2027


def test_a_count_from_before_the_loaded_years_is_provisional_too() -> None:
    assert CALENDAR.add_working_days(date(2023, 12, 29), 2).provisional


def test_2026_has_248_working_days() -> None:
    assert CALENDAR.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ],
)
def test_breaks_are_off_from_end_to_end(first: date, last: date) -> None:
    off = [first + timedelta(days=n) for n in range((last - first).days + 1)]

    assert not any(map(CALENDAR.is_working_day, off))


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_make_up_days_are_worked(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert CALENDAR.is_working_day(date.fromisoformat(day))


def test_on_the_spot_is_today_or_the_next_working_day() -> None:
    assert CALENDAR.add_working_days(date(2026, 11, 20), 0).on == date(2026, 11, 20)
    assert CALENDAR.add_working_days(date(2026, 10, 1), 0).on == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("day", "n", "there"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2026, 11, 20), -12, date(2025, 11, 20)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: date, n: int, there: date) -> None:
    assert add_months(day, n) == there


@given(days, counts)
def test_a_due_date_is_a_working_day_after_its_start(start: date, n: int) -> None:
    due = CALENDAR.add_working_days(start, n).on

    assert due > start
    assert CALENDAR.is_working_day(due)


@given(days, counts)
def test_counting_back_the_days_gives_their_number(start: date, n: int) -> None:
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, n).on) == n


@given(loaded_days.filter(CALENDAR.is_working_day), counts)
def test_from_a_working_day_forth_and_back_is_the_same_day(start: date, n: int) -> None:
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, n).on, -n).on == start


@given(days, days, counts)
def test_who_starts_later_is_not_due_earlier(one: date, other: date, n: int) -> None:
    earlier, later = sorted((one, other))

    assert CALENDAR.add_working_days(earlier, n).on <= CALENDAR.add_working_days(later, n).on


@given(days, counts, counts)
def test_limits_add_up(start: date, n: int, more: int) -> None:
    halfway = CALENDAR.add_working_days(start, n).on

    assert CALENDAR.add_working_days(halfway, more).on == CALENDAR.add_working_days(start, n + more).on


@given(days, days)
def test_days_between_change_sign_with_the_order(one: date, other: date) -> None:
    assert CALENDAR.working_days_between(one, other) == -CALENDAR.working_days_between(other, one)


@given(days, st.integers(-240, 240))
def test_months_keep_the_day_unless_it_does_not_exist(day: date, n: int) -> None:
    there = add_months(day, n)

    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == n
    assert there.day == day.day or (there.day < day.day and (there + timedelta(days=1)).day == 1)
