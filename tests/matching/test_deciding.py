"""What a rule says of somebody on a day: due or not, at which date, on what evidence, and what speaks against it."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.city.city import City
from backend.city.models import Subject, Unit
from backend.city.rules import Anchor, Condition, RuleState, Timing
from backend.matching.deciding import decide
from backend.matching.models import Decision, Known
from tests.matching.people import after_event, bill, book_of, event, licence, rule, somebody

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
HALF_A_YEAR_AGO = date(2026, 5, 20)
REGISTERED = "residence.registered"


def decided(city: City, known: Known, *rules: Any, today: date = TODAY) -> list[Decision]:
    return [each for each in decide(book_of(city, *rules), known, today) if not each.rule.startswith("licence-expiry:")]


def test_half_a_year_after_registration_it_has_come_due(city: City) -> None:
    half_a_year = after_event("permit", REGISTERED, 6, Unit.MONTH)
    known = somebody(events=(event(REGISTERED, HALF_A_YEAR_AGO),))

    [decision] = decided(city, known, half_a_year)

    assert (decision.due_on, decision.against) == (TODAY, None)
    assert [(each.fact, each.on, each.source) for each in decision.evidence] == [
        (f"event:{REGISTERED}", HALF_A_YEAR_AGO, "police")
    ]
    assert decided(city, known, half_a_year, today=TODAY - DAY) == []


@pytest.mark.parametrize(
    ("facts", "against"),
    [
        ({"died_on": TODAY}, "holder_dead"),
        ({"moved_out_on": TODAY}, "moved_out"),
        ({"moved_out_on": HALF_A_YEAR_AGO - DAY}, None),  # came back and registered again
        ({"licences": (licence("residence-permit", None),)}, "done:holds:residence-permit"),
        ({"licences": (licence("residence-permit", None, status="revoked"),)}, None),
        ({"licences": (licence("residence-permit", TODAY - DAY),)}, None),  # held one that has run out
    ],
)
def test_what_speaks_against_it_is_named(city: City, facts: dict[str, Any], against: str | None) -> None:
    permit = after_event("permit", REGISTERED, 6, Unit.MONTH, done_when=(Condition(holds="residence-permit"),))

    [decision] = decided(city, somebody(events=(event(REGISTERED, HALF_A_YEAR_AGO),), **facts), permit)

    assert decision.against == against


def test_an_event_ends_it_from_its_anchor_on_and_not_before(city: City) -> None:
    permit = after_event("permit", REGISTERED, 6, Unit.MONTH, unless=(Condition(event="residence.ended"),))
    registered = event(REGISTERED, HALF_A_YEAR_AGO)

    [ended] = decided(city, somebody(events=(registered, event("residence.ended", TODAY - DAY))), permit)
    [earlier] = decided(city, somebody(events=(registered, event("residence.ended", HALF_A_YEAR_AGO - DAY))), permit)

    assert (ended.against, earlier.against) == ("event:residence.ended", None)


def test_all_that_is_required_must_hold(city: City) -> None:
    requires = (Condition(age_from=60), Condition(fact="region", one_of=("310101", "310104")))
    elder = after_event("elder", REGISTERED, requires=requires)
    here = event(REGISTERED, TODAY, region="310101")
    elsewhere = event(REGISTERED, TODAY, region="310115")

    verdicts = [
        decided(city, somebody(born_on=born, events=(moved,)), elder)[0].against
        for born, moved in (
            (date(1966, 11, 20), here),
            (date(1966, 11, 21), here),
            (date(1966, 11, 20), elsewhere),
        )
    ]

    assert verdicts == [None, "not:age", "not:fact:region"]


def test_a_birthday_comes_due_on_the_day_and_for_nobody_else(city: City) -> None:
    sixteen = rule("first-card", Timing(anchor=Anchor.BIRTHDAY, age=16))

    found = {
        born: [each.due_on for each in decided(city, somebody(born_on=born), sixteen)]
        for born in (date(2010, 11, 20), date(2010, 11, 21), date(2008, 2, 29))
    }

    assert found == {
        date(2010, 11, 20): [TODAY],
        date(2010, 11, 21): [],
        date(2008, 2, 29): [date(2024, 2, 29)],
    }


def test_a_bill_is_due_before_its_day_and_done_once_paid(city: City) -> None:
    soon = rule("bill-due", Timing(anchor=Anchor.BILL, offset=-3, unit=Unit.DAY))

    [open_bill] = decided(city, somebody(bills=(bill(TODAY + 3 * DAY),)), soon)
    [paid] = decided(city, somebody(bills=(bill(TODAY + 3 * DAY, "settled"),)), soon)

    assert (open_bill.against, paid.against) == (None, "done:bill_settled")


def test_a_day_of_the_year_comes_for_those_who_hold_the_licence(city: City) -> None:
    yearly = rule(
        "annual",
        Timing(anchor=Anchor.CALENDAR, opens="11-15"),
        requires=(Condition(holds="business-licence"),),
        subjects=(Subject.ENTERPRISE,),
    )
    firm = somebody(is_person=False, born_on=None, licences=(licence("business-licence", None),))

    last_year, this_year = decided(city, firm, yearly)

    assert (last_year.due_on, this_year.due_on) == (date(2025, 11, 15), date(2026, 11, 15))
    assert last_year.occasion != this_year.occasion
    assert decided(city, somebody(is_person=False, born_on=None), yearly) == []
    assert [each.due_on for each in decided(city, firm, yearly, today=date(2026, 11, 14))] == [date(2025, 11, 15)]


def test_a_rule_is_about_persons_or_about_organisations(city: City) -> None:
    for_persons = after_event("permit", REGISTERED)

    assert decided(city, somebody(is_person=False, born_on=None, events=(event(REGISTERED, TODAY),)), for_persons) == []


def test_a_rule_counts_only_within_its_validity_and_while_it_is_live(city: City) -> None:
    new = after_event("new", REGISTERED, valid_from=TODAY)
    known = somebody(events=(event(REGISTERED, TODAY - DAY),))
    stopped = book_of(city, after_event("permit", REGISTERED), states={"permit": RuleState.STOPPED})

    assert decided(city, known, new) == []
    assert decide(stopped, known, TODAY) == []


def test_the_ladder_speaks_at_the_latest_rung_only(city: City) -> None:
    known = somebody(licences=(licence("driving-licence", TODAY + 6 * DAY),))

    [decision] = decide(book_of(city), known, TODAY)

    assert (decision.rung, decision.due_on) == (7, TODAY - DAY)
