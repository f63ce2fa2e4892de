"""Guides that ask, promise or end with what cannot be."""

from pathlib import Path
from typing import Any

import pytest

from tests.city.small_pack import ITEMS, RENEWAL, Spoil, messages, put, text, within


def within_workdays(value: int) -> dict[str, Any]:
    return {"value": value, "unit": "workday", "text": text("时限")}


def without_stage(stage: str) -> Spoil:
    return lambda entry: entry.update(steps=[step for step in entry["steps"] if step["stage"] != stage])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_stage("decide"), "steps: a licence passes accept, review, decide, close, deliver; there is no decide"),
        (within("steps", 1, stage="decide"), "there is no review"),
        (within("steps", 0, stage="deliver"), "steps: review comes after deliver"),
        (within("steps", 1, limit=within_workdays(6)), "steps: together they take longer than the item may"),
        (within("steps", 1, limit=within_workdays(-1)), "steps: a limit is negative"),
        (put(faq=[]), "faq: a licence answers at least one question"),
        (within("faq", 0, source=None), "faq: 可以提前换吗？: names neither an article nor a source"),
        (within("materials", 2, originals=-1), "materials: 遗失声明: originals is negative"),
        (
            within("materials", 2, originals=0, copies=0),
            "materials: 遗失声明: neither an original nor a copy is wanted",
        ),
        (
            within("materials", 2, form="original", originals=0),
            "materials: 遗失声明: the original is wanted, but none of it",
        ),
        (within("materials", 3, copies=0), "materials: 代办人身份证: a copy is wanted, but none of it"),
        (within("materials", 3, name=text("遗失声明"), when=["lost"]), "materials: 遗失声明: is asked for twice"),
        (put(result_name=text("驾驶证")), "result_name: the result is a licence type and has its name"),
        (put(result=None, result_name=text("批准文")), "result_sample: a result that is named has a sample"),
        (put(closing="document"), "closing: a result of this name closes with licence"),
        (put(result=None, result_name=text("核准批复")), "closing: a result of this name closes with approval"),
        (put(result=None, result_name=text("批准文")), "closing: a result of this name closes with document"),
        (put(subjects=["enterprise"]), "result: nobody it is for holds a driving-licence"),
        (put(consult_phone="6230"), "consult_phone: is an area code and a number, or a hotline"),
        (put(complaint_phone="62301234"), "complaint_phone: is an area code and a number, or a hotline"),
        (put(complaint_phone="021-12345"), "complaint_phone: is the one that gives advice"),
        (put(bookable=False), "places: one is bookable, but the item is not"),
        (put(charged=False), "charged: it is free, but there is something to pay"),
        (put(fees=[], fees_when={}, online_pay=None), "charged: names no fee"),
        (put(fees_when={"free": ["lost"]}), "fees_when: free is none of its fees"),
        (put(depth="no-visit", visits=None), "depth: no-visit, but it is accepted neither online nor by courier"),
    ],
)
def test_a_contradiction_in_a_guide_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, ITEMS, RENEWAL, spoil)


@pytest.mark.parametrize(
    "spoil",
    [
        put(steps=[], faq=[]),
        put(item_type="20", steps=[], faq=[]),
        put(consult_phone="021-62301234", complaint_phone="4008001234"),
        put(result=None, closing="other", result_name=text("登记结果"), result_sample="https://example.org/sample"),
    ],
)
def test_what_a_guide_leaves_out_is_no_fault(tmp_path: Path, spoil: Spoil) -> None:
    assert messages(tmp_path, ITEMS, RENEWAL, spoil) == ""
