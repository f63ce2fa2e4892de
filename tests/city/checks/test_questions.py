"""Questions that lead nowhere, and guides that name answers nobody can give."""

from pathlib import Path
from typing import Any

import pytest

from tests.city.small_pack import ITEMS, RENEWAL, Spoil, messages, put, text, within


def option(code: str, **fields: Any) -> dict[str, Any]:
    return {"code": code, "label": text("选项"), **fields}


def asked(*options: dict[str, Any], when: list[str]) -> Spoil:
    """Replaces the second question."""
    return within("questions", 1, options=list(options), when=when)


def every_material_when(*options: str) -> Spoil:
    return lambda entry: [material.update(when=list(options)) for material in entry["materials"]]


LEAVING = {"reason": text("请办补领。"), "item": RENEWAL}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (within("materials", 2, when=["stolen"]), "materials: 遗失声明: there is no option stolen"),
        (within("conditions", 0, when=["stolen"]), "conditions: 驾驶证将到期。: there is no option stolen"),
        (within("steps", 0, when=["stolen"]), "steps: 步骤: there is no option stolen"),
        (put(fees_when={"licence": ["stolen"]}), "fees_when: licence: there is no option stolen"),
        (put(questions=[]), "materials: 遗失声明: there is no option lost"),
        (within("questions", 0, when=["agent"]), "questions: why: no earlier question has the option agent"),
        (within("questions", 1, when=["stolen"]), "questions: who: no earlier question has the option stolen"),
        (within("questions", 1, code="why"), "questions: why: is there 2 times"),
        (asked(option("lost"), option("agent"), when=["expired"]), "questions: lost: is there 2 times"),
        (asked(option("Self"), option("agent"), when=["lost"]), "questions: Self: codes are small letters and digits"),
        (asked(option("agent"), when=["lost"]), "questions: who: has no two options to choose from"),
        (within("questions", 0, "options", 1, referral=LEAVING), "questions: who: no answers lead to agent"),
        (within("questions", 0, "options", 1, referral=LEAVING), "materials: 代办人身份证: no situation needs it"),
        (within("materials", 3, when=["expired", "agent"]), "materials: 代办人身份证: no situation needs it"),
        (every_material_when("lost"), "questions: expired: no material is left"),
        (
            within("questions", 0, "options", 0, referral={"reason": text("请办补领。"), "item": "CN-nothing"}),
            "questions: item: there is no CN-nothing among the items",
        ),
    ],
)
def test_a_question_that_leads_nowhere_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, ITEMS, RENEWAL, spoil)


def test_a_way_that_ends_with_a_referral_needs_no_material(tmp_path: Path) -> None:
    def spoil(entry: Any) -> None:
        every_material_when("lost")(entry)
        entry["materials"].pop()
        within("questions", 0, "options", 0, referral=LEAVING)(entry)

    assert messages(tmp_path, ITEMS, RENEWAL, spoil) == ""


def test_more_ways_than_anyone_can_check_are_a_fault(tmp_path: Path) -> None:
    def spoil(entry: Any) -> None:
        entry["questions"] += [
            {"code": f"q{n}", "text": text("情形"), "options": [option(f"y{n}"), option(f"n{n}")]} for n in range(8)
        ]

    assert "questions: there are 768 ways through them" in messages(tmp_path, ITEMS, RENEWAL, spoil)
