"""22:00–08:00 nobody is disturbed; what waited is let out at 08:30."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import QuietHours
from notifications.quiet_hours import CITY_TIME, chosen_quiet_hours, is_quiet, release_at

times = st.times().map(lambda moment: moment.replace(microsecond=0))
windows = st.builds(QuietHours, times, times).filter(lambda quiet: quiet.starts != quiet.ends)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def local(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=CITY_TIME)


@pytest.mark.parametrize(
    ("instant", "released"),
    [
        (local(20, 21, 59, 59), local(20, 21, 59, 59)),
        (local(20, 22, 0), local(21, 8, 30)),
        (local(20, 23, 59, 59), local(21, 8, 30)),
        (local(21, 0, 0), local(21, 8, 30)),
        (local(21, 7, 59, 59), local(21, 8, 30)),
        (local(21, 8, 0), local(21, 8, 0)),
        (local(21, 8, 29), local(21, 8, 29)),
    ],
)
def test_the_default_hours_at_their_edges(instant: datetime, released: datetime) -> None:
    assert release_at(instant, QuietHours()) == released


def test_an_afternoon_nap_ends_the_same_day() -> None:
    nap = QuietHours(time(12, 30), time(14, 0))

    assert release_at(local(20, 12, 29), nap) == local(20, 12, 29)
    assert release_at(local(20, 12, 30), nap) == local(20, 14, 30)
    assert release_at(local(20, 14, 0), nap) == local(20, 14, 0)
    assert release_at(local(20, 23, 0), nap) == local(20, 23, 0)


def test_switched_off_means_at_any_hour() -> None:
    assert release_at(local(20, 3, 0), None) == local(20, 3, 0)


def test_a_day_with_hardly_any_loud_minutes_uses_them() -> None:
    nearly_always = QuietHours(time(8, 10), time(8, 0))

    assert release_at(local(20, 12, 0), nearly_always) == local(21, 8, 0)


@given(instants, windows)
def test_nothing_is_ever_released_into_quiet_hours_or_the_past(instant: datetime, quiet: QuietHours) -> None:
    released = release_at(instant, quiet)

    assert released >= instant
    assert released - instant <= timedelta(hours=24, minutes=30)
    assert not is_quiet(released.astimezone(CITY_TIME).time(), quiet)
    assert release_at(released, quiet) == released


def test_no_row_is_the_default_and_a_row_is_what_was_chosen() -> None:
    assert chosen_quiet_hours(None, None, None) == QuietHours(time(22), time(8))
    assert chosen_quiet_hours(False, time(22), time(8)) is None
    assert chosen_quiet_hours(True, time(21), time(9)) == QuietHours(time(21), time(9))
