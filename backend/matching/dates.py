"""When a rule comes due, forwards from its anchor and backwards from a day. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from backend.city.calendar import Calendar, add_months
from backend.city.models import Unit

_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
_CLAMP = 4  # days by which two months' ends may differ, and one to spare
_LONGEST_BREAK = 30  # days: more than all breaks that a span of working days can meet beside its weekends


def moved(anchor: date, offset: int, unit: Unit, calendar: Calendar) -> date:
    """The anchor so many days, working days, calendar months or years on; before it where the offset is negative.

    Months end with their own last day (民法典 art. 202); working days past the loaded calendar know weekends only.
    """
    match unit:
        case Unit.DAY:
            return anchor + timedelta(days=offset)
        case Unit.WORKDAY:
            return calendar.add_working_days(anchor, offset).on
        case _:
            return add_months(anchor, offset * _MONTHS[unit])


def anchors_due(after: date, until: date, offset: int, unit: Unit, calendar: Calendar) -> Iterable[date]:
    """Every anchor date whose moved date lies in (after, until]."""
    match unit:
        case Unit.DAY:
            first, last = after - timedelta(days=offset - 1), until - timedelta(days=offset)
        case Unit.WORKDAY:
            reach = timedelta(days=abs(offset) * 7 // 5 + _LONGEST_BREAK)
            first, last = (after - reach, until) if offset >= 0 else (after, until + reach)
        case _:
            months = -offset * _MONTHS[unit]
            first = add_months(after, months) - timedelta(days=_CLAMP)
            last = add_months(until, months) + timedelta(days=_CLAMP)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if after < moved(day, offset, unit, calendar) <= until)
