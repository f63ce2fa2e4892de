"""UnionPay's times, all on Shanghai's clocks, and its clearing day from 23:00 to 23:00."""

from datetime import date, datetime, timedelta

from backend.core.clock import SHANGHAI, local_date

CUT = timedelta(hours=-1)  # against the calendar day


def stamp(instant: datetime) -> str:
    """YYYYMMDDhhmmss."""
    return f"{instant.astimezone(SHANGHAI):%Y%m%d%H%M%S}"


def instant(text: str) -> datetime | None:
    """None for what is no time."""
    try:
        found = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    return found if stamp(found) == text else None


def clearing_day(instant: datetime) -> date:
    return local_date(instant - CUT)


def day_named(month_and_day: str, now: datetime) -> date | None:
    """MMDD has no year: the latest clearing day of that name that is over. None where there is none."""
    current = clearing_day(now)
    for year in range(current.year, current.year - 5, -1):
        try:
            day = date(year, int(month_and_day[:2]), int(month_and_day[2:]))
        except ValueError:
            continue  # 29 February
        if day < current:
            return day
    return None
