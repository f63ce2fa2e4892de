"""What the rules say of people made up for them: the examples of the pack, and one for every ladder."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.city.calendar import add_months
from backend.city.city import City
from backend.city.models import Subject, Text
from backend.city.rule_examples import Example, ExampleLicence, RuleExamples
from backend.city.rules import Anchor
from backend.core.clock import SHANGHAI
from backend.matching.models import BillFact, EventFact, Known, LicenceFact
from backend.matching.planning import Days, plan
from backend.matching.rulebook import AppliedRule, Rulebook

NOT_DUE, LATE = "not-due", "late"
_DAY = timedelta(days=1)
_LADDER_DAY = date(2026, 11, 20)
_SOURCE = "example"
_SOMEBODY = UUID(int=1)
_HOLDER, _APPLICANT = Text("持证人", "A holder"), Text("已申请换证的人", "One who has filed for renewal")


def examples_of(rule: AppliedRule, city: City) -> RuleExamples | None:
    """The pack's, or those that every ladder has; None where nobody was made up."""
    return city.rule_examples.get(rule.code) if rule.licence_type is None else _of_ladder(rule)


def verdict(book: Rulebook, rule: AppliedRule, example: Example) -> str | None:
    """Why the daily sweep of that day would not let the rule speak, by name; None if it would."""
    days = Days(example.as_of, example.as_of - _DAY, sweeping=True)
    found = plan(book, known(example), (), days)
    if any(decision.rule == rule.code for decision in found.new):
        return None
    against = [decision.against for decision in found.against if decision.rule == rule.code]
    if against:
        return against[-1]
    yearly = rule.anchor is Anchor.CALENDAR  # last year's day has always passed
    return LATE if not yearly and any(decision.rule == rule.code for decision in found.late) else NOT_DUE


def known(example: Example) -> Known:
    """What would be known of them."""
    learnt_at = datetime.combine(example.as_of, time(0), SHANGHAI)
    numbers = iter(range(1, 1_000))
    return Known(
        subject_id=_SOMEBODY,
        is_person=example.is_person,
        changed_at=learnt_at,
        born_on=example.born_on,
        died_on=example.died_on,
        moved_out_on=example.moved_out_on,
        licences=tuple(_licence(each, UUID(int=next(numbers)), learnt_at) for each in example.licences),
        events=tuple(
            EventFact(UUID(int=next(numbers)), each.event_type, _SOURCE, each.happened_on, each.facts, learnt_at)
            for each in example.events
        ),
        bills=tuple(
            BillFact(UUID(int=next(numbers)), each.fee, _SOURCE, each.amount_fen, each.due_on, each.state, learnt_at)
            for each in example.bills
        ),
    )


def judged(book: Rulebook) -> Iterator[tuple[AppliedRule, RuleExamples, Mapping[int, str | None]]]:
    """Every rule with its examples and the verdict on each: 0 is the one it should speak to, the others follow."""
    for rule in book.rules.values():
        examples = examples_of(rule, book.city)
        if examples is not None:
            everybody = (examples.speaks_to, *examples.not_to)
            yield rule, examples, {place: verdict(book, rule, each) for place, each in enumerate(everybody)}


def _licence(example: ExampleLicence, licence_id: UUID, learnt_at: datetime) -> LicenceFact:
    return LicenceFact(
        licence_id=licence_id,
        licence_type=example.licence_type,
        department_id=_SOURCE,
        issued_on=example.issued_on,
        expires_on=example.expires_on,
        status=example.status,
        renewal_filed_on=example.renewal_filed_on,
        changed_at=learnt_at,
    )


def _of_ladder(rule: AppliedRule) -> RuleExamples | None:
    """Somebody at the first rung, and the same person having filed for renewal."""
    kind, rung = rule.licence_type, rule.steps[0].rung
    if kind is None or rung is None:
        return None
    on = _LADDER_DAY
    licence = ExampleLicence(
        licence_type=kind.code, issued_on=add_months(on, -12), expires_on=on + timedelta(days=rung)
    )
    filed = ExampleLicence(
        licence_type=kind.code, issued_on=licence.issued_on, expires_on=licence.expires_on, renewal_filed_on=on - _DAY
    )
    is_person = Subject.PERSON in kind.holders
    return RuleExamples(
        code=rule.code,
        speaks_to=Example(as_of=on, who=_HOLDER, is_person=is_person, licences=(licence,)),
        not_to=(
            Example(as_of=on, who=_APPLICANT, is_person=is_person, licences=(filed,), because="renewal_filed"),
            Example(as_of=on - _DAY, who=_HOLDER, is_person=is_person, licences=(licence,), because=NOT_DUE),
        ),
    )
