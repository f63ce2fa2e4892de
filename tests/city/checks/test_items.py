"""Items that contradict themselves."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.city.small_pack import ITEMS, ONLINE, RENEWAL, Spoil, drop, messages, put, text, within


def limit(value: int, unit: str = "workday") -> dict[str, Any]:
    return {"value": value, "unit": unit, "text": text("时限")}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(code="SH-renewal"), "code: items of the region 000000 begin with CN-"),
        (put(region="310000"), "code: items of the region 310000 begin with SH-"),
        (put(promised_limit=limit(11)), "promised_limit: promises more time than the law allows"),
        (put(promised_limit=limit(1, "month")), "promised_limit: promises more time than the law allows"),
        (put(legal_limit=limit(-1), promised_limit=None), "legal_limit: is negative"),
        (within("apply_window", value=0), "apply_window: its value is not positive"),
        (put(case_kind="immediate"), "case_kind: immediate, but the promised limit is not on the spot"),
        (put(promised_limit=limit(0)), "case_kind: promised, but the promised limit is on the spot"),
        (drop("visit_reason"), "visits: a visit needs a visit_reason"),
        (put(visits=-1), "visits: is negative"),
        (put(visits=0), "visits: without a visit it must be accepted online or by courier"),
        (put(depth="no-visit"), "depth: no-visit, but visits are needed"),
        (put(visits=2), "depth: one-visit, but more visits are needed"),
        (put(fees=[]), "online_pay: there is nothing to pay"),
        (put(fees=["free"]), "online_pay: all its fees are zero"),
        (
            within("materials", 1, circumstance=None),
            "materials: 委托书: conditional materials, and only they, tell the circumstance",
        ),
        (
            within("materials", 0, circumstance=text("代办")),
            "materials: 身份证: conditional materials, and only they, tell the circumstance",
        ),
        (put(subjects=["enterprise"]), "themes: transport is not for enterprise"),
    ],
)
def test_a_contradiction_in_an_item_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, ITEMS, RENEWAL, spoil)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put(code="31200021800"), "code: a catalogue code has 12 digits"),
        (put(code_scheme="platform"), "code: a platform code is a prefix of two capitals"),
        (within("official", handling="1131"), "official: handling has not the form of gbt-39554"),
        (put(channels=["assisted"], visits=None), "channels: assisted means online with a person helping"),
        (put(subjects=[]), "subjects: it must say whom it is for"),
        (put(effective_on=date(2026, 2, 1), cancelled_on=date(2026, 1, 1)), "cancelled_on: is not after effective_on"),
    ],
)
def test_a_contradiction_in_an_online_item_is_found(tmp_path: Path, spoil: Spoil, message: str) -> None:
    assert message in messages(tmp_path, ITEMS, ONLINE, spoil)


@pytest.mark.parametrize(
    "spoil",
    [
        put(promised_limit=limit(10)),
        put(promised_limit=limit(14, "day")),
        put(promised_limit=limit(0), case_kind="immediate", steps=[]),
        put(visits=0, depth=None, courier=True),
    ],
)
def test_what_agrees_is_no_fault(tmp_path: Path, spoil: Spoil) -> None:
    assert messages(tmp_path, ITEMS, RENEWAL, spoil) == ""
