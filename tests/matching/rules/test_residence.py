"""The founding example: told after half a year, done by the permit, told again before its year is full."""

from datetime import date, timedelta

import pytest

from backend.city.city import City
from backend.matching.deciding import decide
from backend.matching.models import Known
from backend.matching.rulebook import Rulebook
from tests.matching.people import event, licence, somebody

HALF_A_YEAR, ENDORSEMENT = "residence-permit-after-half-a-year", "residence-permit-endorsement"
LADDER = "licence-expiry:residence-permit"
REGISTERED = date(2026, 5, 20)
DAY = timedelta(days=1)


def spoken(city: City, person: Known, first: date, last: date) -> list[tuple[date, str, int | None]]:
    """What newly holds on each day: its due date is that day."""
    book = Rulebook(city, {})
    days = (first + n * DAY for n in range((last - first).days + 1))
    return [
        (day, each.rule, each.rung)
        for day in days
        for each in decide(book, person, day)
        if each.due_on == day and each.against is None
    ]


def test_the_newcomer_is_told_after_six_calendar_months(city: City) -> None:
    newcomer = somebody(events=(event("residence.registered", REGISTERED, registered_on="2026-05-20"),))

    assert spoken(city, newcomer, REGISTERED, date(2027, 5, 20)) == [(date(2026, 11, 20), HALF_A_YEAR, None)]


def test_the_permit_in_the_wallet_closes_it(city: City) -> None:
    registered = event("residence.registered", REGISTERED)
    holder = somebody(events=(registered,), licences=(licence("residence-permit", date(2027, 12, 1)),))

    [decision] = [each for each in decide(Rulebook(city, {}), holder, date(2026, 12, 2)) if each.rule == HALF_A_YEAR]

    assert decision.against == "done:holds:residence-permit"


@pytest.mark.parametrize("full_on", [date(2027, 12, 1), date(2027, 3, 31), date(2028, 3, 1)])
def test_nobody_is_told_twice_in_the_month_before_the_year_is_full(city: City, full_on: date) -> None:
    holder = somebody(licences=(licence("residence-permit", full_on, issued_on=full_on - timedelta(days=365)),))

    said = spoken(city, holder, full_on - timedelta(days=120), full_on + timedelta(days=30))

    assert [(rule, rung) for _, rule, rung in said] == [
        (ENDORSEMENT, None),
        *((LADDER, rung) for rung in (15, 7, 1, -1)),
    ]
    assert said[0][0] < full_on - timedelta(days=27)


def test_once_endorsed_nothing_of_the_old_year_is_said_any_more(city: City) -> None:
    holder = somebody(licences=(licence("residence-permit", date(2028, 12, 1)),))

    assert spoken(city, holder, date(2027, 11, 1), date(2028, 10, 31)) == []
