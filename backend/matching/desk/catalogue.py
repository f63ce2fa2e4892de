"""All rules of the city, also those that are drafts or stopped, each in its present state."""

from collections.abc import Iterator, Mapping

from backend.city.city import City
from backend.city.licence_types import LicenceType
from backend.city.models import Text
from backend.city.rules import Anchor, MessageClass, Rule, RuleState
from backend.core.db import Queryable
from backend.matching.desk.errors import RuleNotFound
from backend.matching.desk.models import DeskRule
from backend.matching.queries import changes
from backend.matching.rulebook import LICENCE_EXPIRY, applied, ladder

RULES, LICENCE_TYPES = "rules", "licence_types"


async def list_rules(conn: Queryable, city: City) -> dict[str, DeskRule]:
    """By code; ladders after the pack's rules."""
    decided = await changes.list_rule_states(conn)
    return {rule.code: rule for rule in _all(city, {code: RuleState(state) for code, state in decided.items()})}


async def get_rule(conn: Queryable, city: City, code: str) -> DeskRule:
    """Raises RuleNotFound."""
    rule = (await list_rules(conn, city)).get(code)
    if rule is None:
        raise RuleNotFound
    return rule


def _all(city: City, decided: Mapping[str, RuleState]) -> Iterator[DeskRule]:
    on_ladders: dict[str | None, Rule] = {}
    for rule in city.rules.values():
        kind = city.licence_types.get(rule.licence_type or "")
        if rule.timing.ladder and kind is not None and kind.reminder_rungs:
            on_ladders[kind.code] = rule
        else:
            yield _of_pack(rule, decided.get(rule.code, rule.state))
    for kind in city.licence_types.values():
        if kind.reminder_rungs:
            yield _of_ladder(kind, on_ladders.get(kind.code), decided)


def _of_pack(rule: Rule, state: RuleState) -> DeskRule:
    message_class = rule.message_class or MessageClass.REMINDER
    return DeskRule(
        code=rule.code,
        name=rule.name,
        kind=RULES,
        key=rule.code,
        state=state,
        packed=rule.state,
        applied=applied(rule, state, message_class) if _is_computable(rule) else None,
        message_class=rule.message_class,
        legal_basis=rule.legal_basis,
        rule=rule,
    )


def _of_ladder(kind: LicenceType, described: Rule | None, decided: Mapping[str, RuleState]) -> DeskRule:
    code = f"{LICENCE_EXPIRY}:{kind.code}"
    packed = RuleState.LIVE if described is None else described.state
    state = decided.get(code, packed)
    return DeskRule(
        code=code,
        name=Text(f"{kind.name.zh}到期提醒", f"{kind.name.en or kind.name.zh} expires"),
        kind=LICENCE_TYPES,
        key=kind.code,
        state=state,
        packed=packed,
        applied=ladder(code, kind, state),
        message_class=MessageClass.REMINDER,
        legal_basis=kind.legal_basis if described is None else described.legal_basis,
        licence_type=kind,
    )


def _is_computable(rule: Rule) -> bool:
    """Whether it says from which date it counts, for whom."""
    timing = rule.timing
    if timing.ladder:
        return False
    match timing.anchor:
        case Anchor.EVENT:
            return rule.event_type is not None
        case Anchor.EXPIRY | Anchor.ISSUE:
            return rule.licence_type is not None
        case Anchor.BIRTHDAY:
            return timing.age is not None
        case Anchor.CALENDAR:
            day = timing.opens or timing.closes
            return day is not None and any(condition.holds for condition in rule.requires)
        case Anchor.BILL:
            return True
