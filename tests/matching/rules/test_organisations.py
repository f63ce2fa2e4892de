"""Organisations through their year: the annual report is spoken of until it is filed, and not to the newly founded."""

from datetime import date, timedelta

import pytest

from backend.city.city import City
from backend.matching.deciding import decide
from backend.matching.models import EventFact, Known
from backend.matching.rulebook import Rulebook
from tests.matching.people import event, licence, somebody


def firm(*events: EventFact, since: date = date(2020, 1, 1)) -> Known:
    held = licence("business-licence", None, issued_on=since)
    return somebody(is_person=False, born_on=None, licences=(held,), events=events)


def said(city: City, organisation: Known, year: int) -> list[tuple[date, str]]:
    book = Rulebook(city, {})
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [
        (day, each.rule)
        for day in days
        for each in decide(book, organisation, day)
        if each.due_on == day and each.against is None
    ]


def test_who_does_not_file_is_told_three_times(city: City) -> None:
    assert said(city, firm(), 2026) == [
        (date(2026, 1, 1), "annual-report"),
        (date(2026, 5, 31), "annual-report-last-month"),
        (date(2026, 7, 1), "annual-report-overdue"),
    ]


@pytest.mark.parametrize(
    ("filed_on", "told"), [(date(2026, 1, 1), 0), (date(2026, 5, 31), 0), (date(2026, 6, 30), 0), (date(2025, 6, 1), 3)]
)
def test_a_report_filed_this_year_ends_it_and_last_year_s_does_not(city: City, filed_on: date, told: int) -> None:
    filed = event("organisation.annual_report_filed", filed_on)

    assert len(said(city, firm(filed), 2026)) == told


def test_who_was_founded_this_year_has_nothing_to_report_yet(city: City) -> None:
    founded = event("organisation.founded", date(2026, 3, 2))

    rules = {rule for _, rule in said(city, firm(founded, since=date(2026, 3, 2)), 2026)}

    assert not any(rule.startswith("annual-report") for rule in rules)
    assert "annual-report" in {rule for _, rule in said(city, firm(founded, since=date(2026, 3, 2)), 2027)}


def test_a_new_company_is_told_of_three_registrations_one_after_the_other(city: City) -> None:
    founded = event("organisation.founded", date(2026, 3, 2))

    told = [each for each in said(city, firm(founded, since=date(2026, 3, 2)), 2026) if "new-company" in each[1]]

    assert told == [
        (date(2026, 3, 2), "new-company-social-insurance"),
        (date(2026, 3, 17), "new-company-housing-fund"),
        (date(2026, 3, 22), "new-company-tax"),
    ]
