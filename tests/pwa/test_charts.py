"""Bars stand where their values say, whatever the width."""

from datetime import date

import pytest

from pwa.charts import axis_top, drawn, row_bars
from pwa.views.charts import Columns, Rows, Series, Tone
from pwa.views.parts import Text

WORD = Text("词", "Word")


def columns(*values: tuple[int, ...], money: bool = False) -> Columns:
    days = tuple(date(2026, 11, day + 1) for day in range(len(values[0])))
    tones = (Tone.FIRST, Tone.SECOND, Tone.BAD)
    series = tuple(Series(label=WORD, values=each, tone=tone) for each, tone in zip(values, tones, strict=False))
    return Columns(key="x", title=WORD, about=WORD, at=days, series=series, money=money)


def number(percent: str) -> float:
    return float(percent.removesuffix("%"))


@pytest.mark.parametrize(
    ("highest", "top"), [(1, 1), (3, 4), (7, 8), (10, 10), (11, 20), (41, 50), (99, 100), (101, 200), (1_814, 2_000)]
)
def test_the_axis_ends_at_the_next_round_number(highest: int, top: int) -> None:
    assert axis_top(highest, 1) == top
    assert axis_top(highest * 100 - 5, 100) == top * 100


def test_series_stand_on_each_other_and_fill_their_share() -> None:
    picture = drawn(columns((5, 0), (5, 10)))

    first, second, third = picture.bars
    assert (first.tone, second.tone, third.tone) == (Tone.FIRST, Tone.SECOND, Tone.SECOND)
    assert number(first.y) + number(first.height) == 100
    assert number(second.y) + number(second.height) == number(first.y)
    assert number(third.height) == 2 * number(first.height)
    assert number(third.y) == number(picture.upper)
    assert 50 < number(third.x) < number(third.x) + number(third.width) < 100


@pytest.mark.parametrize(
    ("values", "anchor"), [((9, *[0] * 13), "start"), ((*[0] * 13, 9), "end"), ((0, 9, 0), "middle")]
)
def test_the_label_of_the_highest_stays_within_the_picture(values: tuple[int, ...], anchor: str) -> None:
    peak = drawn(columns(values)).peak

    assert peak is not None
    assert (peak.value, peak.anchor, peak.at) == (9, anchor, values.index(9))
    assert 0 <= number(peak.x) <= 100


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(columns((0, 0))).peak is None
    assert drawn(columns((0, 0))).bars == ()


def test_bars_of_names_are_as_long_as_their_sums() -> None:
    series = (
        Series(label=WORD, values=(30, 5, 0)),
        Series(label=WORD, values=(10, 5, 0), tone=Tone.BAD),
    )
    rows = Rows(key="x", title=WORD, about=WORD, names=(WORD, WORD, WORD), series=series)

    assert [(bar.x, bar.width) for bar in row_bars(rows, 0)] == [("0%", "75%"), ("75%", "25%")]
    assert [(bar.x, bar.width) for bar in row_bars(rows, 1)] == [("0%", "12.5%"), ("12.5%", "12.5%")]
    assert row_bars(rows, 2) == ()
