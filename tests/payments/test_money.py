"""Fen inside, yuan at the edge, and nothing between."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.money import LARGEST_FEN, Fen, NotAnAmount, check_fen, format_yuan, parse_yuan


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [("0", 0), ("0.01", 1), ("0.29", 29), ("1.15", 115), ("19.99", 1999), ("12.3", 1230), ("12", 1200)],
)
def test_yuan_become_fen_exactly(yuan: str, fen: int) -> None:
    assert parse_yuan(yuan) == fen


@pytest.mark.parametrize(
    "text",
    ["", " ", "1.", ".5", "1.234", "-1", "+1", "1e2", "1E2", "01", "1,000.00", "1.0 ", "1\n", "NaN", "Infinity",
     "０.０１", "1_0", "99999999999.99", 1.15, 1, None, True, b"1.00"],
)  # fmt: skip
def test_what_is_no_exact_amount_is_refused(text: Any) -> None:
    with pytest.raises(NotAnAmount):
        parse_yuan(text)


@pytest.mark.parametrize("amount", [-1, LARGEST_FEN + 1, 1.0, True, "1", None])
def test_only_integers_within_bounds_are_fen(amount: Any) -> None:
    with pytest.raises(NotAnAmount):
        check_fen(amount)


@given(st.integers(0, LARGEST_FEN))
def test_what_is_written_is_read_back(amount: int) -> None:
    assert parse_yuan(format_yuan(Fen(amount))) == amount


def test_a_negative_amount_is_written_with_its_sign() -> None:
    assert format_yuan(Fen(-5)) == "-0.05"
