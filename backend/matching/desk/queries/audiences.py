"""How many have something that comes due on each date, counted straight from an index."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from backend.city.rules import Anchor
from backend.core.db import Database

Count: TypeAlias = Callable[[Database, str, Sequence[date]], Awaitable[dict[date, int]]]


async def count_by_expiry(db: Database, key: str, dates: Sequence[date]) -> dict[date, int]:
    rows = await db.fetch(
        """SELECT expires_on AS on, count(*) AS number FROM known_licences
           WHERE licence_type = $1 AND expires_on = ANY($2::date[]) GROUP BY expires_on""",
        key,
        dates,
    )
    return {row["on"]: row["number"] for row in rows}


async def count_by_issue(db: Database, key: str, dates: Sequence[date]) -> dict[date, int]:
    rows = await db.fetch(
        """SELECT issued_on AS on, count(*) AS number FROM known_licences
           WHERE licence_type = $1 AND issued_on = ANY($2::date[]) GROUP BY issued_on""",
        key,
        dates,
    )
    return {row["on"]: row["number"] for row in rows}


async def count_by_event(db: Database, key: str, dates: Sequence[date]) -> dict[date, int]:
    rows = await db.fetch(
        """SELECT happened_on AS on, count(*) AS number FROM life_events
           WHERE event_type = $1 AND happened_on = ANY($2::date[]) AND NOT withdrawn GROUP BY happened_on""",
        key,
        dates,
    )
    return {row["on"]: row["number"] for row in rows}


async def count_by_bill(db: Database, key: str, dates: Sequence[date]) -> dict[date, int]:
    rows = await db.fetch(
        """SELECT due_on AS on, count(*) AS number FROM known_bills
           WHERE ($1 = '*' OR fee_code = $1) AND due_on = ANY($2::date[]) GROUP BY due_on""",
        key,
        dates,
    )
    return {row["on"]: row["number"] for row in rows}


async def count_by_birthday(db: Database, _key: str, dates: Sequence[date]) -> dict[date, int]:
    rows = await db.fetch(
        "SELECT born_on AS on, count(*) AS number FROM subjects WHERE born_on = ANY($1::date[]) GROUP BY born_on", dates
    )
    return {row["on"]: row["number"] for row in rows}


async def count_holders(db: Database, key: str, dates: Sequence[date]) -> dict[date, int]:
    """For days of the year: everybody who holds such a licence, on each of them."""
    number = await db.fetchval(
        "SELECT count(DISTINCT subject_id) FROM known_licences WHERE licence_type = $1 AND status = 'valid'", key
    )
    return dict.fromkeys(dates, number)


COUNTS: Mapping[Anchor, Count] = {
    Anchor.EXPIRY: count_by_expiry,
    Anchor.ISSUE: count_by_issue,
    Anchor.EVENT: count_by_event,
    Anchor.BILL: count_by_bill,
    Anchor.BIRTHDAY: count_by_birthday,
    Anchor.CALENDAR: count_holders,
}
