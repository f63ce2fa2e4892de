"""THE decision: which rules have come due for somebody, on what evidence, and what speaks against them. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from msgspec import structs

from backend.city.calendar import Calendar, add_months
from backend.city.models import Subject
from backend.city.rules import Anchor, MessageClass
from backend.matching.conditions import evidence_of, label_of, meets
from backend.matching.dates import moved
from backend.matching.models import Cause, Decision, Evidence, Known
from backend.matching.rulebook import ANY, BIRTHDAY, AppliedRule, Rulebook

REFUSABLE = frozenset({MessageClass.RECOMMENDATION, MessageClass.ENTITLEMENT})
"""What nobody is told who does not want what is known of them looked at for it."""

_IN_FORCE, _OPEN_BILL = "valid", "open"
CONFIRMED = "done:confirmed"
IsPast: TypeAlias = Callable[[AppliedRule, date], bool]
_ANSWERED = {"confirmed": CONFIRMED, "declined": "declined"}


def decide(book: Rulebook, known: Known, today: date, is_past: IsPast | None = None) -> list[Decision]:
    """Every rule and cause that has come due by today, each at the latest of its dates.

    Depends on nothing but its arguments, so that the order in which facts arrived cannot matter. `is_past` may leave
    out rules by the day they came due: most of a life lies behind, and evaluating it again is most of the work.
    """
    return [
        decision
        for cause, rules in _causes(book, known, today)
        for rule in rules
        if (decision := _decision(book, rule, cause, known, today, is_past))
    ]


def _causes(book: Rulebook, known: Known, today: date) -> Iterator[tuple[Cause, Sequence[AppliedRule]]]:
    """What some rule is anchored on, with the rules."""
    anchored = book.anchored
    for licence in known.licences:
        learnt_at, source = licence.changed_at, licence.department_id
        if rules := anchored(Anchor.ISSUE, licence.licence_type):
            number = str(licence.licence_id)
            yield Cause(Anchor.ISSUE, number, licence.issued_on, learnt_at, source, licence=licence), rules
        if licence.expires_on is not None and (rules := anchored(Anchor.EXPIRY, licence.licence_type)):
            number = str(licence.licence_id)
            yield Cause(Anchor.EXPIRY, number, licence.expires_on, learnt_at, source, licence=licence), rules
    for event in known.events:
        if rules := anchored(Anchor.EVENT, event.event_type):
            number, source = str(event.report_id), event.department_id
            yield Cause(Anchor.EVENT, number, event.happened_on, event.changed_at, source, event=event), rules
    for bill in known.bills:
        if rules := [*anchored(Anchor.BILL, bill.fee_code), *anchored(Anchor.BILL, ANY)]:
            number, source = str(bill.bill_id), bill.department_id
            yield Cause(Anchor.BILL, number, bill.due_on, bill.changed_at, source, bill=bill), rules
    if known.born_on is not None and (rules := anchored(Anchor.BIRTHDAY, BIRTHDAY)):
        yield Cause(Anchor.BIRTHDAY, BIRTHDAY, known.born_on, known.changed_at), rules
    if book.has_calendar_rules:
        kinds = sorted({licence.licence_type for licence in known.licences})
        if rules := [rule for kind in kinds for rule in anchored(Anchor.CALENDAR, kind)]:
            for year in (today.year - 1, today.year):
                yield Cause(Anchor.CALENDAR, str(year), date(year, 1, 1), known.changed_at), rules


def _decision(
    book: Rulebook, rule: AppliedRule, cause: Cause, known: Known, today: date, is_past: IsPast | None
) -> Decision | None:
    on = _placed(rule, cause)
    reached = _reached(rule, on, today, book.city.calendar)
    if reached is None or not _is_about(rule, known):
        return None
    due_on, rung = reached
    if not (rule.valid_from or date.min) <= due_on <= (rule.valid_until or date.max):
        return None
    if is_past is not None and is_past(rule, due_on):
        return None
    if on != cause.on:
        cause = structs.replace(cause, on=on)
    return Decision(
        rule=rule.code,
        cause=cause,
        due_on=due_on,
        rung=rung,
        against=next(_against(rule, cause, known, due_on), None),
        evidence=tuple(_evidence(rule, cause, known)),
    )


def _reached(rule: AppliedRule, on: date, today: date, calendar: Calendar) -> tuple[date, int | None] | None:
    """The latest date of the rule that has come. Mostly none has: then the first one tells."""
    first = rule.steps[0]
    if moved(on, first.offset, first.unit, calendar) > today:
        return None
    for step in reversed(rule.steps):
        if (due_on := moved(on, step.offset, step.unit, calendar)) <= today:
            return due_on, step.rung
    return None


def _placed(rule: AppliedRule, cause: Cause) -> date:
    """Birthdays and days of the year are dates of a rule, counted from what is known."""
    if rule.rule is None:
        return cause.on
    timing = rule.rule.timing
    if cause.anchor is Anchor.BIRTHDAY:
        return add_months(cause.on, 12 * (timing.age or 0))
    if cause.anchor is Anchor.CALENDAR:
        month, day = map(int, (timing.opens or timing.closes or "01-01").split("-"))
        return date(cause.on.year, month, day)
    return cause.on


def _is_about(rule: AppliedRule, known: Known) -> bool:
    kind = Subject.PERSON if known.is_person else Subject.ENTERPRISE
    return rule.rule is None or kind in rule.rule.subjects


def _against(rule: AppliedRule, cause: Cause, known: Known, due_on: date) -> Iterator[str]:
    """What speaks against telling, by name, the weightiest first. What somebody has answered stays answered."""
    for answer in known.answers:
        if (answer.rule, answer.cause_id) == (rule.code, cause.id):
            yield _ANSWERED[answer.answer]
    if known.refuses and rule.message_class in REFUSABLE:
        yield "refused"
    if known.died_on is not None:
        yield "holder_dead"
    if cause.licence is not None:
        if cause.licence.status != _IN_FORCE:
            yield cause.licence.status
        if cause.anchor is Anchor.EXPIRY and cause.licence.renewal_filed_on is not None:
            yield "renewal_filed"
    if cause.bill is not None and cause.bill.state != _OPEN_BILL:
        yield f"done:bill_{cause.bill.state}"
    if known.moved_out_on is not None and not rule.also_moved_out and known.moved_out_on >= cause.on:
        yield "moved_out"
    yield from (f"done:{label_of(each)}" for each in rule.done_when if meets(each, cause, known, due_on))
    yield from (label_of(each) for each in rule.unless if meets(each, cause, known, due_on))
    yield from (f"not:{label_of(each)}" for each in rule.requires if not meets(each, cause, known, due_on))


def _evidence(rule: AppliedRule, cause: Cause, known: Known) -> Iterator[Evidence]:
    name: str = cause.anchor
    if cause.licence is not None:
        name = f"licence:{cause.licence.licence_type}"
    elif cause.event is not None:
        name = f"event:{cause.event.event_type}"
    elif cause.bill is not None:
        name = f"bill:{cause.bill.fee_code}"
    yield Evidence(name, cause.on, cause.source)
    for condition in rule.requires:
        yield from evidence_of(condition, cause, known)
