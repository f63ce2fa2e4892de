"""Where the bars of a chart stand, in percent of its picture, so that it fits every width without being stretched."""

from collections.abc import Iterator
from typing import NamedTuple

from pwa.views.charts import Columns, Rows, Series, Tone

_HEADROOM = 16.0  # percent above the axis' top, for the label of the highest column
_FILLED = 0.72  # of a column's share of the width
_STEPS = (1, 2, 4, 5, 6, 8, 10)
_EDGE = 12.0  # percent within which a label is set towards the middle


class Bar(NamedTuple):
    x: str
    y: str
    width: str
    height: str
    tone: Tone


class Peak(NamedTuple):
    """The label of the highest column: its value, and where it hangs."""

    at: int
    value: int
    x: str
    y: str
    anchor: str


class Picture(NamedTuple):
    """`top` is the value of the upper line, which lies at `upper`; without a peak there is nothing to draw."""

    top: int
    upper: str
    bars: tuple[Bar, ...]
    peak: Peak | None


def drawn(chart: Columns) -> Picture:
    sums = [sum(values) for values in zip(*(series.values for series in chart.series), strict=True)]
    highest = max(sums, default=0)
    if highest <= 0:
        return Picture(0, _percent(_HEADROOM), (), None)
    top = axis_top(highest, 100 if chart.money else 1)
    at = sums.index(highest)
    return Picture(top, _percent(_HEADROOM), tuple(_columns(chart.series, top)), _peak(at, highest, top, len(sums)))


def row_bars(rows: Rows, at: int) -> tuple[Bar, ...]:
    """The bar of one name, as long as its sum beside that of the longest."""
    longest = max(sum(values) for values in zip(*(series.values for series in rows.series), strict=True))
    bars, x = [], 0.0
    for series in rows.series:
        width = 100 * series.values[at] / longest if longest else 0.0
        if width:
            bars.append(Bar(_percent(x), "0%", _percent(width), "100%", series.tone))
        x += width
    return tuple(bars)


def axis_top(highest: int, unit: int) -> int:
    """The next round number of units that is not below: 1, 2, 4, 5, 6, 8 or 10 times a power of ten."""
    units, power = -(-highest // unit), 1
    while units > 10 * power:
        power *= 10
    return next(step * power for step in _STEPS if step * power >= units) * unit


def _columns(stack: tuple[Series, ...], top: int) -> Iterator[Bar]:
    share = 100 / len(stack[0].values)
    for at in range(len(stack[0].values)):
        y = 100.0
        for series in stack:
            height = (100 - _HEADROOM) * series.values[at] / top
            y -= height
            if height:
                x = share * (at + (1 - _FILLED) / 2)
                yield Bar(_percent(x), _percent(y), _percent(share * _FILLED), _percent(height), series.tone)


def _peak(at: int, value: int, top: int, count: int) -> Peak:
    middle = 100 * (at + 0.5) / count
    anchor = "start" if middle < _EDGE else "end" if middle > 100 - _EDGE else "middle"
    x = {"start": 100 * at / count, "end": 100 * (at + 1) / count}.get(anchor, middle)
    return Peak(at, value, _percent(x), _percent(100 - (100 - _HEADROOM) * value / top), anchor)


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
