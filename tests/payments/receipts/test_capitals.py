"""大写金额, by the examples of the rule itself and by reading back whatever is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.money import LARGEST_FEN, Fen
from backend.payments.receipts.capitals import in_capitals

PLACES = {"拾": 10, "佰": 100, "仟": 1000}
DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (140_950, "壹仟肆佰零玖元伍角"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "壹拾万柒仟元零伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (12_000, "壹佰贰拾元整"),
        (1_000, "壹拾元整"),
        (5, "伍分"),
        (50, "伍角"),
        (55, "伍角伍分"),
        (0, "零元整"),
        (100_005_00, "壹拾万零伍元整"),
        (100_000_00, "壹拾万元整"),
        (1_000_000_00, "壹佰万元整"),
        (10_100_000_00, "壹仟零壹拾万元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_007_000_00, "壹亿零柒仟元整"),
        (1_000_100_000_00, "壹拾亿零壹拾万元整"),
        (100_000_000_09, "壹亿元零玖分"),
        (9_999_999_999_99, "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        (LARGEST_FEN, "壹佰亿元整"),
    ],
)
def test_examples(fen: int, words: str) -> None:
    assert in_capitals(Fen(fen)) == f"人民币{words}"


def read(words: str) -> int:
    """Fen of an amount in capitals, whatever its 零 say."""
    total = section = digit = 0
    for character in words.removeprefix("人民币").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in PLACES:
            section, digit = section + digit * PLACES[character], 0
        elif character in "万亿":
            scale = 10_000 if character == "万" else 100_000_000
            total, section, digit = total + (section + digit) * scale, 0, 0
        elif character == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[character], 0
    return total


@given(st.integers(0, LARGEST_FEN) | st.integers(0, 2_000_000))
def test_what_is_written_can_be_read_back(fen: int) -> None:
    words = in_capitals(Fen(fen))

    assert read(words) == fen
    assert "零零" not in words
    assert not {"零元整"} & {words[-3:]} or fen == 0
    assert words.endswith(("整", "角", "分"))
