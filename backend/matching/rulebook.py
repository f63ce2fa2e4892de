"""The rules of a city made ready to be applied: those of the pack, and the expiry ladder of every licence type."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from backend.city.city import City
from backend.city.licence_types import LicenceType
from backend.city.models import Unit
from backend.city.rules import Anchor, Audience, Condition, MessageClass, Rule, RuleState

LICENCE_EXPIRY = "licence-expiry"
LATE_ARRIVAL = 7
"""Days after which a rung is not made up for when a licence becomes known late: the next one will tell."""

BIRTHDAY, ANY = "birthday", "*"


class Step(Struct, frozen=True):
    """One date of a rule. `rung` names it where the rule has several."""

    offset: int
    unit: Unit
    rung: int | None = None


class AppliedRule(Struct, frozen=True, kw_only=True):
    """A rule as it is applied. `key` is the type of what it is anchored on; `steps` from the earliest to the latest.

    `rule` is the pack's entry, None for the expiry ladder of `licence_type`. `swept`: it is told by the daily sweep,
    together with what else came due that day; others as soon as their cause is known.
    """

    code: str
    anchor: Anchor
    key: str
    steps: tuple[Step, ...]
    state: RuleState
    message_class: MessageClass
    late: int
    swept: bool
    rule: Rule | None = None
    licence_type: LicenceType | None = None
    audience: Audience = Audience.HOLDER
    requires: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    done_when: tuple[Condition, ...] = ()
    also_moved_out: bool = True
    valid_from: date | None = None
    valid_until: date | None = None


class Rulebook:
    """Rules that are live or in shadow, by what they are anchored on. `states`: what operators decided otherwise.

    `rules`: these in place of the city's, for a rehearsal.
    """

    def __init__(self, city: City, states: Mapping[str, RuleState], rules: Iterable[AppliedRule] | None = None) -> None:
        self.city = city
        self.rules: dict[str, AppliedRule] = {}
        self._anchored: dict[tuple[Anchor, str], list[AppliedRule]] = defaultdict(list)
        for rule in _all(city, states) if rules is None else rules:
            if rule.state in {RuleState.LIVE, RuleState.SHADOW}:
                self.rules[rule.code] = rule
                self._anchored[rule.anchor, rule.key].append(rule)
        self.has_calendar_rules = any(anchor is Anchor.CALENDAR for anchor, _ in self._anchored)

    def anchored(self, anchor: Anchor, key: str) -> Sequence[AppliedRule]:
        return self._anchored.get((anchor, key), ())


def _all(city: City, states: Mapping[str, RuleState]) -> Iterator[AppliedRule]:
    ladders = {rule.licence_type: rule.state for rule in city.rules.values() if rule.timing.ladder}
    for kind in city.licence_types.values():
        if kind.reminder_rungs:
            code = f"{LICENCE_EXPIRY}:{kind.code}"
            yield ladder(code, kind, states.get(code, ladders.get(kind.code, RuleState.LIVE)))
    for rule in city.rules.values():
        state = states.get(rule.code, rule.state)
        if state is not RuleState.DRAFT and rule.message_class is not None and rule.wording is not None:
            yield applied(rule, state, rule.message_class)


def ladder(code: str, kind: LicenceType, state: RuleState) -> AppliedRule:
    """The expiry ladder of a licence type in a state."""
    rungs = sorted(kind.reminder_rungs, reverse=True)
    return AppliedRule(
        code=code,
        anchor=Anchor.EXPIRY,
        key=kind.code,
        steps=tuple(Step(-rung, Unit.DAY, rung) for rung in rungs),
        state=state,
        message_class=MessageClass.REMINDER,
        late=LATE_ARRIVAL,
        swept=True,
        licence_type=kind,
    )


def applied(rule: Rule, state: RuleState, message_class: MessageClass) -> AppliedRule:
    """A rule of the pack in a state, also one that the pack has as a draft (for a rehearsal at the rules desk)."""
    timing = rule.timing
    return AppliedRule(
        code=rule.code,
        anchor=timing.anchor,
        key=_key(rule),
        steps=(Step(timing.offset or 0, timing.unit or Unit.DAY),),
        state=state,
        message_class=message_class,
        late=timing.late,
        swept=timing.anchor not in {Anchor.EVENT, Anchor.ISSUE},
        rule=rule,
        audience=rule.audience,
        requires=rule.requires,
        unless=rule.unless,
        done_when=rule.done_when,
        also_moved_out=rule.also_moved_out,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )


def _key(rule: Rule) -> str:
    match rule.timing.anchor:
        case Anchor.EVENT:
            return rule.event_type or ""
        case Anchor.EXPIRY | Anchor.ISSUE:
            return rule.licence_type or ""
        case Anchor.BILL:
            return rule.fee or ANY
        case Anchor.BIRTHDAY:
            return BIRTHDAY
        case Anchor.CALENDAR:  # whom it concerns is found by a licence they hold
            return next((condition.holds for condition in rule.requires if condition.holds), "")
