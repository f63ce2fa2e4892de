"""When rules come due: complete, within bounds, and nobody told of one date twice."""

import re
from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.licence_types import LicenceType
from backend.city.models import Unit
from backend.city.rules import Anchor, Rule, Timing

_DAY = re.compile(r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])")
_FARTHEST = {Unit.DAY: 3_660, Unit.WORKDAY: 500, Unit.MONTH: 120, Unit.YEAR: 10}
"""How far a rule may look: ten years, or two of working days, as no calendar is known for longer."""
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
_SHORTEST_MONTHS, _LONGEST_MONTHS = 28, 31
_OLDEST, _LATEST, _LONGEST = 120, 366, 366
_APART = 3


def check_timing(timing: Timing) -> Iterator[str]:
    """What holds of drafts as well."""
    if timing.anchor is Anchor.CALENDAR:
        for field, day in (("opens", timing.opens), ("closes", timing.closes)):
            if day is not None and not _DAY.fullmatch(day):
                yield f"timing: {field} is MM-DD, a day that every year has"
        if not (timing.opens or timing.closes or timing.text):
            yield "timing: a calendar rule opens, closes or says when"
    elif timing.opens or timing.closes:
        yield "timing: only a calendar rule opens and closes"
    counted = timing.offset is not None or timing.deadline is not None
    if counted and timing.unit is None:
        yield "timing: an offset or deadline without a unit"
    if timing.unit is not None and not counted:
        yield "timing: a unit without an offset or deadline"
    if (timing.anchor is Anchor.BIRTHDAY) != (timing.age is not None):
        yield "timing: a birthday, and only a birthday, has an age"
    if timing.deadline is not None and timing.deadline <= 0:
        yield "timing: the deadline is not positive"


def check_applied_timing(rule: Rule, known: Known) -> Iterator[str]:
    """What else a rule needs that is applied."""
    timing = rule.timing
    yield from _bounds(timing)
    if timing.anchor is Anchor.CALENDAR and not (timing.opens or timing.closes):
        yield "timing: a calendar rule that is applied opens or closes"
    chosen = bool(timing.offset or timing.deadline)
    if chosen and not timing.suggested and not rule.legal_basis:
        yield "timing: no law gives it, so it is suggested"
    licence_type = known.find(LicenceType, "licence_types", rule.licence_type)
    if timing.ladder:
        yield from _as_ladder(timing, licence_type)
    elif timing.anchor is Anchor.EXPIRY and licence_type is not None:
        yield from _beside_the_ladder(timing, licence_type)


def _bounds(timing: Timing) -> Iterator[str]:
    if timing.unit is not None:
        for field, value in (("offset", timing.offset), ("deadline", timing.deadline)):
            if value is not None and abs(value) > _FARTHEST[timing.unit]:
                yield f"timing: the {field} is longer than {_FARTHEST[timing.unit]} {timing.unit}s"
    if timing.age is not None and not 0 < timing.age <= _OLDEST:
        yield f"timing: the age is one of 1 to {_OLDEST}"
    if not 0 < timing.late <= _LATEST:
        yield f"timing: late is one of 1 to {_LATEST} days"
    if not 0 < timing.lasts <= _LONGEST:
        yield f"timing: lasts is one of 1 to {_LONGEST} days"


def _as_ladder(timing: Timing, licence_type: LicenceType | None) -> Iterator[str]:
    if timing.anchor is not Anchor.EXPIRY:
        yield "timing: only an expiry has a ladder"
    if timing.offset is not None or timing.deadline is not None:
        yield "timing: a ladder has the rungs of its licence type and no offset of its own"
    if licence_type is not None and not licence_type.reminder_rungs:
        yield f"timing: {licence_type.code} has no rungs"


def _beside_the_ladder(timing: Timing, licence_type: LicenceType) -> Iterator[str]:
    """A rule of its own for one date, on which the licence's ladder must not speak as well."""
    earliest, latest = _days_before(timing)
    for rung in licence_type.reminder_rungs:
        if earliest - _APART <= rung <= latest + _APART:
            yield f"timing: people are told twice: {licence_type.code} has a rung {rung} days before its expiry"


def _days_before(timing: Timing) -> tuple[int, int]:
    """Between how many days before the anchor it comes due, as months and weeks have it; negative after it."""
    before = -(timing.offset or 0)
    match timing.unit:
        case Unit.MONTH | Unit.YEAR:
            months = before * _MONTHS[timing.unit]
            ends = (months * _SHORTEST_MONTHS, months * _LONGEST_MONTHS)
            return min(ends), max(ends)
        case Unit.WORKDAY:
            ends = (before * 7 // 5, before * 2)
            return min(ends), max(ends)
        case _:
            return before, before
