"""Rules that can never speak, ladders that say too much, and examples that show nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.city.live_rules import AGE_60, BOTH, EXAMPLES, anchored, conditions, faults, live, spoiled
from tests.city.small_pack import Files, Spoil, text


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (conditions("unless", {"event": "person.moved"}), "unless: person.moved starts it and speaks against it"),
        (conditions("done_when", {"event": "person.moved"}), "unless: person.moved starts it and speaks against it"),
        (conditions("requires", {"event": "person.died"}), "requires: what is required also speaks against it"),
        (
            anchored(
                "issue",
                licence_type="driving-licence",
                timing={"offset": 1, "unit": "day"},
                done_when=[{"holds": "driving-licence"}],
            ),
            "unless: the driving-licence it is anchored on speaks against it",
        ),
    ],
)
def test_a_rule_that_silences_itself(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in spoiled(tmp_path, spoil)


def test_rules_that_silence_one_another_for_ever_are_a_loop(tmp_path: Path) -> None:
    moved = live("moved", unless=[{"event": "person.returned", "since": 12}])
    returned = live("returned", event_type="person.returned", unless=[{"event": "person.moved", "since": 6}])

    found = faults(tmp_path, moved, returned)

    assert "a loop, each silenced for ever by what starts the next: moved → returned → moved" in found["moved"]
    assert "returned → moved → returned" in found["returned"]


def test_events_that_take_turns_are_no_loop(tmp_path: Path) -> None:
    moved = live("moved", unless=[{"event": "person.returned"}])
    returned = live("returned", event_type="person.returned", unless=[{"event": "person.moved", "since": 6}])

    assert faults(tmp_path, moved, returned) == {}


def ladder(code: str = "renewal", **fields: Any) -> dict[str, Any]:
    rule = live(code, event_type=None, licence_type="driving-licence", timing={"anchor": "expiry", "ladder": True})
    for field in ("wording", "requires", "unless", "done_when", "event_type"):
        del rule[field]
    return rule | fields


def test_a_ladder_has_the_words_and_rungs_of_its_licence_type(tmp_path: Path) -> None:
    assert faults(tmp_path, ladder()) == {}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"wording": live()["wording"]}, "wording: the ladder of a licence type has its own"),
        ({"requires": [AGE_60]}, "requires: the ladder of a licence type asks for nothing but the licence"),
        ({"message_class": "notice"}, "message_class: the ladder of a licence type is a reminder"),
        (
            {"timing": {"anchor": "expiry", "ladder": True, "offset": -3, "unit": "day"}},
            "timing: a ladder has the rungs of its licence type and no offset of its own",
        ),
        ({"timing": {"anchor": "issue", "ladder": True}}, "timing: only an expiry has a ladder"),
    ],
)
def test_a_ladder_adds_nothing_of_its_own(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    assert message in faults(tmp_path, ladder(**fields))["renewal"]


def test_a_licence_type_has_one_ladder_that_speaks_and_has_an_english_name(tmp_path: Path) -> None:
    def without_rungs(files: Files) -> None:
        files["licence_types.yaml"][0].update(reminder_rungs=[], name=text("机动车驾驶证"))

    two = faults(tmp_path / "two", ladder("one"), ladder("two"))
    silent = faults(tmp_path / "silent", ladder(), spoil=without_rungs)

    assert "another rule is the ladder of driving-licence" in two["one"]
    assert "timing: driving-licence has no rungs" in silent["renewal"]
    assert "driving-licence has no English name" in silent["renewal"]


def example(**fields: Any) -> dict[str, Any]:
    return {"as_of": "2026-11-20", "who": BOTH} | fields


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ({"speaks_to": example(because="late")}, "speaks_to: whom the rule speaks to has no reason against it"),
        ({"not_to": []}, "not_to: there is nobody whom it does not speak to"),
        ({"not_to": [example()]}, "not_to: says of somebody not why"),
        ({"code": "nobody"}, "code: there is no nobody among the rules"),
        ({"code": "expiry"}, "code: expiry is a draft and speaks to nobody"),
        (
            {"speaks_to": example(events=[{"event_type": "person.vanished", "happened_on": "2026-11-20"}])},
            "events: there is no person.vanished among the event_types",
        ),
    ],
)
def test_examples_that_show_nothing(tmp_path: Path, examples: dict[str, Any], message: str) -> None:
    whole = {"code": "moved", "speaks_to": example(), "not_to": [example(because="not-due")]} | examples

    def with_examples(files: Files) -> None:
        files[EXAMPLES] = [whole]

    assert message in faults(tmp_path, live(), spoil=with_examples)[whole["code"]]
