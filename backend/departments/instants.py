"""Dates and times as departments write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from backend.departments.faults import BAD_DATE, BAD_TIME, OUT_OF_RANGE, LineRefused

_CITY_TIME = ZoneInfo("Asia/Shanghai")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
# GB/T 39046 writes one moment in three ways; none has an offset, all mean local time.
_GB_FORMS = {15: "%Y%m%dT%H%M%S", 14: "%Y%m%d%H%M%S", 16: "%Y%m%d%H:%M:%S"}


def read_date(field: str, text: str) -> date:
    """`YYYY-MM-DD`, or `YYYYMMDD` as in GB/T 39046. Raises LineRefused bad_date, out_of_range."""
    extended = len(text) == 10 and text[4] == text[7] == "-"
    basic = len(text) == 8 and text.isdecimal()
    if not (extended or basic) or not text.isascii():
        raise LineRefused(BAD_DATE, field=field)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise LineRefused(BAD_DATE, field=field) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise LineRefused(OUT_OF_RANGE, field=field)
    return day


def read_time(field: str, text: str) -> datetime:
    """RFC 3339 with its offset, or one of the three forms of GB/T 39046, which mean Shanghai time. The answer is UTC.

    Raises LineRefused bad_time, out_of_range.
    """
    try:
        moment = _parse(text)
    except ValueError:
        raise LineRefused(BAD_TIME, field=field) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise LineRefused(OUT_OF_RANGE, field=field)
    return moment.astimezone(UTC)


def _parse(text: str) -> datetime:
    if not text.isascii():
        raise ValueError("not a time")
    if form := _GB_FORMS.get(len(text)):
        return datetime.strptime(text, form).replace(tzinfo=_CITY_TIME)
    if len(text) < 19 or text[4] != "-" or text[7] != "-" or text[10] not in "Tt ":
        raise ValueError("not a time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment
