"""Conditions of rules: each means exactly one thing, and one that can be known."""

from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.models import EventFact, EventType, FactKind, Region, Subject
from backend.city.rules import Condition, Rule

CONDITIONS = ("requires", "unless", "done_when")
_OLDEST, _LONGEST_AGO = 150, 240


def check_conditions(rule: Rule, known: Known) -> Iterator[str]:
    for field in CONDITIONS:
        for condition in getattr(rule, field):
            yield from (f"{field}: {message}" for message in _condition(condition, rule, known))
    spoken_against = (*rule.unless, *rule.done_when)
    if any(condition in spoken_against for condition in rule.requires):
        yield "requires: what is required also speaks against it"


def _condition(condition: Condition, rule: Rule, known: Known) -> Iterator[str]:
    by_age = condition.age_from is not None or condition.age_below is not None
    meanings = [condition.holds is not None, condition.event is not None, condition.fact is not None, by_age]
    if sum(meanings) != 1:
        yield "a condition is one of holds, event, fact or an age"
        return
    if condition.since is not None and condition.event is None:
        yield "only an event has a since"
    if condition.since is not None and not 0 < condition.since <= _LONGEST_AGO:
        yield f"since is one of 1 to {_LONGEST_AGO} months"
    if bool(condition.one_of) != (condition.fact is not None):
        yield "a fact, and only a fact, is one of some values"
    if by_age:
        yield from _ages(condition, rule)
    if condition.fact is not None:
        yield from _fact(condition, rule, known)


def _ages(condition: Condition, rule: Rule) -> Iterator[str]:
    lowest, above = condition.age_from or 0, condition.age_below or _OLDEST
    if not 0 <= lowest < above <= _OLDEST:
        yield "the ages leave nobody"
    if Subject.PERSON not in rule.subjects:
        yield "only persons have an age"


def _fact(condition: Condition, rule: Rule, known: Known) -> Iterator[str]:
    event_type = known.find(EventType, "event_types", rule.event_type)
    if event_type is None:
        if rule.event_type is None:
            yield f"there is no event to have the fact {condition.fact}"
        return
    fact = next((fact for fact in event_type.facts if fact.name == condition.fact), None)
    if fact is None:
        yield f"a {event_type.code} has no fact {condition.fact}"
        return
    yield from (f"{fact.name} is never {value}" for value in condition.one_of if not _possible(fact, value, known))


def _possible(fact: EventFact, value: str, known: Known) -> bool:
    match fact.kind:
        case FactKind.CHOICE:
            return value in fact.options
        case FactKind.REGION:
            return known.find(Region, "regions", value) is not None or not known.complete("regions")
        case FactKind.LICENCE_TYPE:
            return known.has("licence_types", value)
        case FactKind.ITEM:
            return known.has("items", value)
        case FactKind.TEXT:
            return True
        case FactKind.DATE | FactKind.PERSON:
            return False
