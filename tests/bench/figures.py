"""What a benchmark says, and how it is printed."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """One measured claim. `ratio` compares `value` with what was measured beside it, named in `against`.

    `target` is what the ratio has to reach: at least, or at most where less is better. Without a target the figure
    only informs.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    target: float | None = None
    better: Literal["more", "less"] = "more"

    @property
    def ok(self) -> bool:
        if self.target is None:
            return True
        return self.ratio >= self.target if self.better == "more" else self.ratio <= self.target


def as_json_lines(figures: Sequence[Figure]) -> str:
    """One object per line: {name, value, unit, against, ratio, target, ok}."""
    keys = ("name", "value", "unit", "against", "ratio", "target", "ok")
    return "\n".join(msgspec.json.encode({key: getattr(figure, key) for key in keys}).decode() for figure in figures)


def as_table(figures: Sequence[Figure]) -> str:
    """For people: aligned columns, a word for every verdict."""
    rows = [("figure", "value", "ratio", "target", "", "against")]
    for figure in figures:
        sign = "≥" if figure.better == "more" else "≤"
        target = "" if figure.target is None else f"{sign} {figure.target:g}"
        verdict = "" if figure.target is None else ("ok" if figure.ok else "FALLS SHORT")
        value = f"{figure.value:,.3g}" if figure.value < 100 else f"{figure.value:,.0f}"
        rows.append((figure.name, f"{value} {figure.unit}", f"{figure.ratio:.2f}", target, verdict, figure.against))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
