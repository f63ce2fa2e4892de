"""Fees, drafts of rules, packages, regions, events, years and profiles that make no sense."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.city.small_pack import FEES, RENEWAL, RULES, Spoil, drop, messages, put, text, within

CITY, YEAR, PACKAGES, REGIONS = "city.yaml", "calendar.yaml", "packages.yaml", "regions.yaml"


def made_up(day: date) -> Spoil:
    return lambda year: year["make_up_days"].append(day)


def but_last(field: str) -> Callable[[Any], object]:
    return lambda city: city[field].pop()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(code="Licence Fee"), "code: is words of small letters joined by -"),
        (drop("basis"), "basis: no fee without a price document or a law"),
        (drop("amount_fen"), "amount_fen: is missing"),
        (put(variable=True), "amount_fen: is negative, or given for a variable fee"),
        (put(amount_fen=-1), "amount_fen: is negative, or given for a variable fee"),
        (put(min_fen=500, max_fen=100), "range: needs both ends, the lower one first"),
        (put(min_rate_bp=500), "range: needs both ends, the lower one first"),
    ],
)
def test_a_senseless_fee_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, FEES, "licence", spoil)


@pytest.mark.parametrize(
    ("code", "spoil", "message"),
    [
        ("report", drop("advice"), "target_item: it leads to no item, no package and no advice"),
        ("report", within("timing", opens="13-01"), "timing: opens is MM-DD"),
        ("report", put(timing={"anchor": "calendar"}), "timing: a calendar rule opens, closes or says when"),
        ("expiry", within("timing", unit=None), "timing: an offset or deadline without a unit"),
        ("expiry", within("timing", offset=None), "timing: a unit without an offset or deadline"),
        ("expiry", within("timing", age=16), "timing: a birthday, and only a birthday, has an age"),
        ("expiry", within("timing", deadline=0), "timing: the deadline is not positive"),
    ],
)
def test_a_senseless_rule_is_found(tmp_path: Path, code: str, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, RULES, code, spoil)


@pytest.mark.parametrize(
    ("file", "code", "spoil", "message"),
    [
        (PACKAGES, "driving", drop("composition"), "composition: says where the items come from, and only that"),
        (PACKAGES, "driving", put(items=[]), "composition: says where the items come from, and only that"),
        (PACKAGES, "driving", put(items=[RENEWAL, RENEWAL]), "items: one is named twice"),
        (PACKAGES, "driving", put(icon="Car Icon"), "icon: Car Icon is no name of an icon"),
        ("themes.yaml", "transport", put(icon="Car Icon"), "icon: Car Icon is no name of an icon"),
        (REGIONS, "310101", put(code="3101"), "code: a district has 6 digits"),
        (REGIONS, "310101", put(code="310101001"), "code: a district has 6 digits"),
        (REGIONS, "310101", put(code="320101"), "parent: does not lie in 310000"),
        ("events.yaml", "person.died", put(code="died"), "code: is subject.happened in small letters"),
        ("events.yaml", "person.died", lambda kind: kind["facts"].extend(kind["facts"]), "facts: one is named twice"),
        (
            "events.yaml",
            "person.died",
            within("facts", 0, kind="choice", options=["one"]),
            "facts: died_on: a choice, and only a choice, has options to choose from",
        ),
        (
            "events.yaml",
            "person.died",
            within("facts", 0, options=["one", "two"]),
            "facts: died_on: a choice, and only a choice, has options to choose from",
        ),
    ],
)
def test_a_senseless_package_region_or_event_is_found(
    tmp_path: Path, file: str, code: str, spoil: Spoil, message: str
) -> None:
    assert message in messages(tmp_path, file, code, spoil)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(code="26"), "code: is a year"),
        (within("breaks", 1, first=date(2026, 1, 3)), "breaks: 元旦 and 春节 overlap"),
        (within("breaks", 0, first=date(2026, 1, 4)), "breaks: 元旦 ends before it begins or lies outside 2026"),
        (within("breaks", 0, first=date(2025, 12, 31)), "breaks: 元旦 ends before it begins or lies outside 2026"),
        (made_up(date(2026, 2, 22)), "make_up_days: 2026-02-22 lies in a break"),
        (made_up(date(2026, 3, 2)), "make_up_days: 2026-03-02 is no weekend"),
        (made_up(date(2027, 1, 2)), "make_up_days: 2027-01-02 lies outside 2026"),
    ],
)
def test_a_senseless_holiday_year_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, YEAR, "2026", spoil)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(time_zone="Asia/Nowhere"), "time_zone: there is no Asia/Nowhere"),
        (but_last("common_services"), "common_services: the home page has room for 8"),
        (but_last("elder_services"), "elder_services: the home page has room for 6"),
        (within("elder_services", 0, label=text("换一个新证吧")), "换一个新证吧: has more than 5 characters"),
        (within("elder_services", 0, item=None), "换证: leads to exactly one item, theme or page"),
        (within("elder_services", 0, theme="transport"), "换证: leads to exactly one item, theme or page"),
        (within("elder_services", 0, icon="Car Icon"), "换证: icon: Car Icon is no name of an icon"),
    ],
)
def test_a_senseless_profile_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, CITY, "city", spoil)
