"""People and rules made up for a test, without a database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.city.city import City
from backend.city.models import Subject, Text, Unit
from backend.city.rules import Anchor, MessageClass, ModeBasis, Rule, RuleMode, RuleState, RuleWording, Timing
from backend.core.ids import uuid7
from backend.matching.models import BillFact, EventFact, Known, LicenceFact
from backend.matching.rulebook import Rulebook

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WORDING = RuleWording(
    title=Text("可以办理了", "It can be done now"),
    body=Text("从 {due} 起可以办理。", "It can be done from {due} on."),
    action=Text("去办理", "See how"),
    reason=Text("登记满半年即可申领。", "Half a year after registration one may apply."),
)


def rule(code: str, timing: Timing, **facts: Any) -> Rule:
    known: dict[str, Any] = {
        "name": Text("提醒", "Reminder"),
        "mode": RuleMode.PUSH,
        "mode_basis": ModeBasis.PLATFORM,
        "subjects": (Subject.PERSON,),
        "region": "310000",
        "trigger": "事件",
        "condition": "条件",
        "state": RuleState.LIVE,
        "message_class": MessageClass.REMINDER,
        "wording": WORDING,
        "sources": ("platform",),
    }
    return Rule(code=code, timing=timing, **(known | facts))


def after_event(code: str, event_type: str, offset: int = 0, unit: Unit = Unit.DAY, **facts: Any) -> Rule:
    late, lasts = facts.pop("late", 7), facts.pop("lasts", 30)
    timing = Timing(anchor=Anchor.EVENT, offset=offset, unit=unit, late=late, lasts=lasts)
    return rule(code, timing, event_type=event_type, **facts)


def with_rules(city: City, *rules: Rule, **changes: Any) -> City:
    """The city with these rules and no others."""
    return msgspec.structs.replace(city, rules={each.code: each for each in rules}, **changes)


def book_of(city: City, *rules: Rule, states: Mapping[str, RuleState] | None = None) -> Rulebook:
    """These rules and the ladders of the city's licence types."""
    return Rulebook(with_rules(city, *rules), states or {})


def somebody(**facts: Any) -> Known:
    known: dict[str, Any] = {
        "subject_id": uuid7(),
        "is_person": True,
        "changed_at": LONG_AGO,
        "born_on": date(1990, 5, 1),
    }
    return Known(**(known | facts))


def licence(licence_type: str, expires_on: date | None, **facts: Any) -> LicenceFact:
    known: dict[str, Any] = {
        "licence_id": uuid7(),
        "department_id": "police",
        "issued_on": date(2020, 1, 1),
        "status": "valid",
        "renewal_filed_on": None,
        "changed_at": LONG_AGO,
    }
    return LicenceFact(licence_type=licence_type, expires_on=expires_on, **(known | facts))


def event(event_type: str, happened_on: date, report_id: UUID | None = None, **facts: str) -> EventFact:
    return EventFact(report_id or uuid7(), event_type, "police", happened_on, facts, LONG_AGO)


def bill(due_on: date, state: str = "open", fee_code: str = "passport") -> BillFact:
    return BillFact(uuid7(), fee_code, "police", 12_000, due_on, state, LONG_AGO)
