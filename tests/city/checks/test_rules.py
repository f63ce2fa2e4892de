"""Rules that cannot be applied: each planted fault is found, in its file and under its name."""

from pathlib import Path
from typing import Any

import pytest

from tests.city.live_rules import AGE_60, anchored, conditions, faults, live, said, spoiled
from tests.city.small_pack import Spoil, drop, put, text, within


def test_a_rule_that_can_be_applied_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, live()) == {}


def test_a_draft_may_be_incomplete(tmp_path: Path) -> None:
    rule = live(state="draft", requires=[{}], subjects=[])
    for field in ("wording", "message_class", "event_type"):
        del rule[field]

    assert faults(tmp_path, rule) == {}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop("message_class"), "message_class: is missing"),
        (put(name=text("提醒")), "name: is missing in English"),
        (drop("wording"), "wording: is missing"),
        (said("title", "好"), "wording: title: is missing in English"),
        (said("body", "您 {name}", "You"), "wording: body: {name} stands for nothing"),
        (said("body", "您 {on", "You"), "wording: body: {on stands for nothing"),
        (said("body", "您", "You by {act_by}"), "wording: body: {act_by} has no value here"),
        (said("body", "您 {amount}", "You"), "wording: body: {amount} has no value here"),
        (said("reason", "因为 {on}", "Because"), "wording: reason: {on} is filled in titles and bodies only"),
        (said("action", "去 {due}", "Go"), "wording: action: {due} is filled in titles and bodies only"),
    ],
)
def test_words_that_are_missing_or_stand_for_nothing(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in spoiled(tmp_path, spoil)


@pytest.mark.parametrize(
    "spoil",
    [
        put(timing={"anchor": "event", "deadline": 30, "unit": "day"}),
        put(timing={"anchor": "event", "offset": -3, "unit": "day"}),
        anchored("calendar", timing={"opens": "01-01", "closes": "06-30"}, requires=[{"holds": "driving-licence"}]),
    ],
)
def test_the_last_day_to_act_has_a_value_where_there_is_one(tmp_path: Path, spoil: Spoil) -> None:
    def with_last_day(rule: dict[str, Any]) -> None:
        spoil(rule)
        rule["wording"]["body"] = text("请在 {act_by} 之前办理。", "By {act_by}, please.")

    assert spoiled(tmp_path, with_last_day) == ""


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop("event_type"), "event_type: is what it is anchored on"),
        (put(event_type="person.vanished"), "event_type: there is no person.vanished"),
        (put(licence_type="driving-licence"), "licence_type: a rule anchored on event has none"),
        (put(fee="licence"), "fee: only a rule on a bill has one"),
        (put(subjects=[]), "subjects: it must say whom it is about"),
        (put(subjects=["enterprise"]), "subjects: no enterprise can have that"),
        (anchored("expiry", timing={"offset": -1, "unit": "year"}), "licence_type: is what it is anchored on"),
        (
            anchored("issue", licence_type="driving-licence", subjects=["enterprise"]),
            "subjects: no enterprise can have that",
        ),
        (anchored("birthday", timing={"age": 60}, subjects=["enterprise"]), "subjects: no enterprise can have that"),
        (anchored("birthday"), "timing: a birthday, and only a birthday, has an age"),
        (anchored("calendar", timing={"opens": "01-01"}), "requires: a day of the year concerns the holders"),
        (
            anchored("calendar", timing={"text": "每年"}, requires=[{"holds": "driving-licence"}]),
            "timing: a calendar rule that is applied opens or closes",
        ),
        (put(target_item="CN-no"), "target_item: there is no CN-no among the items"),
        (put(subjects=["person", "enterprise"], audience="guardian"), "audience: only persons have guardians"),
        (put(audience="payer"), "audience: only a bill has a payer"),
        (put(valid_from="2026-02-01", valid_until="2026-01-31"), "valid_until: lies before valid_from"),
    ],
)
def test_an_anchor_that_is_not_complete_or_that_nobody_can_have(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in spoiled(tmp_path, spoil)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (within("timing", unit=None), "timing: an offset or deadline without a unit"),
        (within("timing", offset=121), "timing: the offset is longer than 120 months"),
        (within("timing", offset=-501, unit="workday"), "timing: the offset is longer than 500 workdays"),
        (within("timing", deadline=121), "timing: the deadline is longer than 120 months"),
        (within("timing", late=0), "timing: late is one of 1 to 366 days"),
        (within("timing", lasts=367), "timing: lasts is one of 1 to 366 days"),
        (within("timing", opens="01-01"), "timing: only a calendar rule opens and closes"),
        (anchored("birthday", timing={"age": 121}), "timing: the age is one of 1 to 120"),
        (
            anchored("calendar", timing={"opens": "02-29"}, requires=[{"holds": "driving-licence"}]),
            "timing: opens is MM-DD, a day that every year has",
        ),
        (drop("legal_basis"), "timing: no law gives it, so it is suggested"),
        (
            anchored("expiry", licence_type="driving-licence", timing={"offset": -1, "unit": "month"}),
            "timing: people are told twice: driving-licence has a rung 30 days before its expiry",
        ),
        (
            anchored("expiry", licence_type="driving-licence", timing={"offset": -88, "unit": "day"}),
            "timing: people are told twice: driving-licence has a rung 90 days before its expiry",
        ),
    ],
)
def test_a_time_out_of_bounds_or_told_twice(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in spoiled(tmp_path, spoil)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a condition is one of holds, event, fact or an age"),
        ({"holds": "driving-licence", "event": "person.died"}, "a condition is one of holds, event, fact or an age"),
        ({"event": "person.died"} | AGE_60, "a condition is one of holds, event, fact or an age"),
        ({"holds": "fishing-licence"}, "holds: there is no fishing-licence among the licence_types"),
        ({"event": "person.vanished"}, "event: there is no person.vanished among the event_types"),
        ({"holds": "driving-licence", "since": 6}, "only an event has a since"),
        ({"event": "person.died", "since": 0}, "since is one of 1 to 240 months"),
        ({"fact": "kind"}, "a fact, and only a fact, is one of some values"),
        ({"holds": "driving-licence", "one_of": ["x"]}, "a fact, and only a fact, is one of some values"),
        ({"fact": "colour", "one_of": ["red"]}, "a person.moved has no fact colour"),
        ({"fact": "kind", "one_of": ["rent", "lease"]}, "kind is never lease"),
        ({"fact": "moved_on", "one_of": ["2026-01-01"]}, "moved_on is never 2026-01-01"),
        ({"age_from": 60, "age_below": 60}, "the ages leave nobody"),
    ],
)
@pytest.mark.parametrize("field", ["requires", "unless", "done_when"])
def test_a_condition_that_means_nothing_or_two_things(
    tmp_path: Path, field: str, given: dict[str, Any], message: str
) -> None:
    assert f"{field}: {message}" in spoiled(tmp_path, conditions(field, given))


def test_a_fact_is_one_of_an_event(tmp_path: Path) -> None:
    spoil = anchored("birthday", timing={"age": 60}, requires=[{"fact": "kind", "one_of": ["rent"]}])

    assert "requires: there is no event to have the fact kind" in spoiled(tmp_path, spoil)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(amount_fen=100), "amount_fen: only an entitlement pays"),
        (put(message_class="entitlement", amount_fen=0), "amount_fen: is not positive"),
        (put(message_class="entitlement"), "amount_fen: is missing; an entitlement that is live pays"),
        (put(message_class="entitlement", state="shadow"), ""),
        (put(message_class="entitlement", amount_fen=100), ""),
    ],
)
def test_only_an_entitlement_pays_and_a_live_one_does(tmp_path: Path, spoil: Spoil, message: str) -> None:
    found = spoiled(tmp_path, spoil)

    assert message in found
    assert bool(message) == bool(found)
