"""Dates and times as departments write them."""

from datetime import UTC, date, datetime

import pytest

from backend.departments.faults import LineRefused
from backend.departments.instants import read_date, read_time

MOMENT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T10:30:00+08:00",
        "2026-11-20T02:30:00Z",
        "2026-11-20 02:30:00.000+00:00",
        "20261120T103000",
        "20261120103000",
        "2026112010:30:00",
    ],
)
def test_one_moment_in_all_its_forms(text: str) -> None:
    assert read_time("updated_at", text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "2026-11-20T10:30:00",
        "2026-02-30T10:30:00Z",
        "2026-11-20T25:00:00Z",
        "20261320103000",
        "now",
        "２０２６-11-20T10:30:00Z",
        "2026-W47-5T10:30:00Z",
        "2026-11-20T23:59:60Z",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(LineRefused, match="bad_time"):
        read_time("updated_at", text)


@pytest.mark.parametrize("text", ["2024-02-29", "20240229"])
def test_both_forms_of_a_date(text: str) -> None:
    assert read_date("issued_on", text) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "2025-02-29", "20260230", "2026-W01-1", "2026-1-1", "26-01-01", "长期"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(LineRefused, match="bad_date"):
        read_date("issued_on", text)


@pytest.mark.parametrize("text", ["1899-12-31", "2201-01-01", "0001-01-01", "9999-12-31"])
def test_dates_far_away_are_refused(text: str) -> None:
    with pytest.raises(LineRefused, match="out_of_range"):
        read_date("expires_on", text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_moments_far_away_are_refused_before_they_overflow(text: str) -> None:
    with pytest.raises(LineRefused, match="out_of_range"):
        read_time("updated_at", text)
