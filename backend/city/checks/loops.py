"""Rules that can never speak: silenced by what starts them, or several of them each by what starts the next.

An event ends what was anchored before it: a move in, a move out, a move in again take turns and are no loop. Where a
rule also looks back (`since`) before its own anchor, it is silenced by what happened earlier; a circle of such rules
is silent for ever once each of its events has happened, in whatever order.
"""

from collections.abc import Iterator

from backend.city.checks.known import Known
from backend.city.rules import Anchor, Rule, RuleState


def check_loops(rule: Rule, known: Known) -> Iterator[str]:
    if rule.event_type is not None and rule.event_type in _silencing(rule):
        yield f"unless: {rule.event_type} starts it and speaks against it"
    if rule.licence_type is not None and any(
        condition.holds == rule.licence_type for condition in (*rule.unless, *rule.done_when)
    ):
        yield f"unless: the {rule.licence_type} it is anchored on speaks against it"
    circle = _circle(rule, known)
    if circle:
        yield f"unless: a loop, each silenced for ever by what starts the next: {' → '.join(circle)}"


def _silencing(rule: Rule, *, looking_back: bool = False) -> set[str]:
    """Events that speak against it."""
    conditions = (*rule.unless, *rule.done_when)
    return {each.event for each in conditions if each.event is not None and (each.since or not looking_back)}


def _circle(rule: Rule, known: Known) -> list[str]:
    """The shortest way from the rule back to itself, if there is one; empty if not."""
    rules = sorted(
        (each for each in known.all(Rule) if each.state is not RuleState.DRAFT and each.timing.anchor is Anchor.EVENT),
        key=lambda each: each.code,
    )
    ways, seen = [[rule]], {rule.code}
    while ways:
        way = ways.pop(0)
        silencing = _silencing(way[-1], looking_back=True)
        for following in (each for each in rules if each.event_type in silencing):
            if following.code == rule.code:
                return [each.code for each in (*way, rule)] if len(way) > 1 else []
            if following.code not in seen:
                seen.add(following.code)
                ways.append([*way, following])
    return []
