"""When nobody is disturbed, and when what waited is let out."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models import QuietHours

CITY_TIME = ZoneInfo("Asia/Shanghai")
RELEASE_DELAY = timedelta(minutes=30)  # 08:00 is when one may be disturbed, 08:30 when most are up


def release_at(instant: datetime, quiet: QuietHours | None) -> datetime:
    """The instant itself (aware), or the end of the quiet hours it falls into plus RELEASE_DELAY.

    Where so little of the day is left that the delay leads into the next quiet hours, their end alone counts.
    """
    local = instant.astimezone(CITY_TIME)
    if quiet is None or not is_quiet(local.time(), quiet):
        return instant
    ends = datetime.combine(local.date(), quiet.ends, CITY_TIME)
    if ends <= local:
        ends += timedelta(days=1)
    released = ends + RELEASE_DELAY
    return (ends if is_quiet(released.time(), quiet) else released).astimezone(UTC)


def is_quiet(moment: time, quiet: QuietHours) -> bool:
    """The start belongs to the quiet hours, the end does not."""
    if quiet.starts < quiet.ends:
        return quiet.starts <= moment < quiet.ends
    return moment >= quiet.starts or moment < quiet.ends


def chosen_quiet_hours(quiet: bool | None, starts: time | None, ends: time | None) -> QuietHours | None:
    """Out of a person's row, or of no row at all (all None): the default."""
    if starts is None or ends is None:
        return QuietHours()
    return QuietHours(starts, ends) if quiet else None
