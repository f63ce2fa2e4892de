"""Clearing days and their names."""

from datetime import date, datetime

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.unionpay.times import clearing_day, day_named


def test_days_without_a_year_are_the_latest_that_are_over() -> None:
    new_year = datetime(2027, 1, 1, 9, tzinfo=SHANGHAI)
    last_night = datetime(2026, 12, 31, 23, 30, tzinfo=SHANGHAI)

    assert clearing_day(last_night) == date(2027, 1, 1)
    assert day_named("1231", new_year) == day_named("1231", last_night) == date(2026, 12, 31)
    assert day_named("0101", new_year) == date(2026, 1, 1)
    assert day_named("0229", new_year) == date(2024, 2, 29)
    assert day_named("1332", new_year) is None
