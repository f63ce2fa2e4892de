"""Whether one condition of a rule holds for somebody. Pure."""

from collections.abc import Iterator
from datetime import date

from backend.city.calendar import add_months
from backend.city.rules import Condition
from backend.matching.models import Cause, EventFact, Evidence, Known, LicenceFact

_IN_FORCE = "valid"


def meets(condition: Condition, cause: Cause, known: Known, due_on: date) -> bool:
    """What is not known does not hold."""
    if condition.holds is not None:
        return any(_held(condition, known, due_on))
    if condition.event is not None:
        return any(_reported(condition, cause, known))
    if condition.fact is not None:
        return cause.event is not None and cause.event.facts.get(condition.fact) in condition.one_of
    if known.born_on is None:
        return False
    age = age_on(known.born_on, due_on)
    return (condition.age_from or 0) <= age and (condition.age_below is None or age < condition.age_below)


def label_of(condition: Condition) -> str:
    """Short name of a condition, for counts and records."""
    if condition.holds is not None:
        return f"holds:{condition.holds}"
    if condition.event is not None:
        return f"event:{condition.event}"
    return f"fact:{condition.fact}" if condition.fact is not None else "age"


def evidence_of(condition: Condition, cause: Cause, known: Known) -> Iterator[Evidence]:
    """The facts by which a condition holds."""
    if condition.holds is not None:
        for licence in known.licences:
            if licence.licence_type == condition.holds and licence.status == _IN_FORCE:
                yield Evidence(f"licence:{licence.licence_type}", licence.issued_on, licence.department_id)
    elif condition.event is not None:
        for event in _reported(condition, cause, known):
            yield Evidence(f"event:{event.event_type}", event.happened_on, event.department_id)
    elif condition.fact is None:
        yield Evidence("birthday", known.born_on)


def age_on(born_on: date, day: date) -> int:
    """Completed years (周岁); who was born on 29 February completes them on 28 February of other years."""
    years = day.year - born_on.year
    return years if add_months(born_on, 12 * years) <= day else years - 1


def _held(condition: Condition, known: Known, due_on: date) -> Iterator[LicenceFact]:
    for licence in known.licences:
        current = licence.status == _IN_FORCE and (licence.expires_on is None or licence.expires_on >= due_on)
        if licence.licence_type == condition.holds and current:
            yield licence


def _reported(condition: Condition, cause: Cause, known: Known) -> Iterator[EventFact]:
    since = add_months(cause.on, -(condition.since or 0))
    for event in known.events:
        if event.event_type == condition.event and event.happened_on >= since:
            yield event
