"""Something that has come due, made without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from backend.city.city import City
from backend.city.rules import Anchor
from backend.core.ids import uuid7
from backend.matching.models import Addressee, Cause, Decision
from backend.matching.rulebook import LICENCE_EXPIRY, Rulebook
from backend.matching.wording.messages import Due


def due_licence(somebody: UUID, city: City, licence_type: str, today: date, days: int) -> Due:
    """A licence that expires in so many days, at the rung of that day."""
    rule = Rulebook(city, {}).rules[f"{LICENCE_EXPIRY}:{licence_type}"]
    cause = Cause(Anchor.EXPIRY, str(uuid7()), today + timedelta(days=days), datetime.now(UTC), "police")
    decision = Decision(rule=rule.code, cause=cause, due_on=today, rung=days, against=None, evidence=())
    return Due(somebody, rule, decision, Addressee(somebody))


def due_rule(somebody: UUID, city: City, code: str, today: date, *, happened_on: date) -> Due:
    """What a rule says today about an event of that day."""
    rule = Rulebook(city, {}).rules[code]
    cause = Cause(Anchor.EVENT, str(uuid7()), happened_on, datetime.now(UTC), "police")
    decision = Decision(rule=code, cause=cause, due_on=today, rung=None, against=None, evidence=())
    return Due(somebody, rule, decision, Addressee(somebody))
