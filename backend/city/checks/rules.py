"""Rules that can be applied: what they are anchored on, what they say, what they pay, and that they can ever speak."""

import re
from collections.abc import Iterator

from backend.city.checks.conditions import check_conditions
from backend.city.checks.known import Known
from backend.city.checks.loops import check_loops
from backend.city.checks.timing import check_applied_timing, check_timing
from backend.city.licence_types import LicenceType
from backend.city.models import EventType, Subject, Text
from backend.city.rules import Anchor, Audience, MessageClass, Rule, RuleState, RuleWording

_PLACEHOLDER = re.compile(r"\{[^}]*\}?|\}")
_HOLDER_OF = {
    Anchor.EVENT: "event_type",
    Anchor.EXPIRY: "licence_type",
    Anchor.ISSUE: "licence_type",
}


def check_rule(rule: Rule, known: Known) -> Iterator[str]:
    """A draft needs to make sense; any other rule must be complete, too."""
    if not (rule.target_item or rule.target_package or rule.advice):
        yield "target_item: it leads to no item, no package and no advice"
    yield from check_timing(rule.timing)
    if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
        yield "valid_until: lies before valid_from"
    if rule.state is RuleState.DRAFT:
        return
    yield from _anchored(rule, known)
    yield from check_applied_timing(rule, known)
    yield from check_conditions(rule, known)
    yield from check_loops(rule, known)
    yield from _class(rule)
    yield from _amount(rule)
    yield from _ladder(rule, known) if rule.timing.ladder else _wording(rule)


def _anchored(rule: Rule, known: Known) -> Iterator[str]:
    """It names what it is anchored on, and those it is about can have that."""
    anchor = rule.timing.anchor
    for field in ("event_type", "licence_type"):
        wanted = _HOLDER_OF.get(anchor) == field
        if wanted != (getattr(rule, field) is not None):
            yield f"{field}: {'is what it is anchored on' if wanted else f'a rule anchored on {anchor} has none'}"
    if rule.fee is not None and anchor is not Anchor.BILL:
        yield "fee: only a rule on a bill has one"
    if not rule.subjects:
        yield "subjects: it must say whom it is about"
    possible: set[Subject] | None = {Subject.PERSON} if anchor is Anchor.BIRTHDAY else None
    if (event_type := known.find(EventType, "event_types", rule.event_type)) is not None:
        possible = set(event_type.subjects)
    elif (licence_type := known.find(LicenceType, "licence_types", rule.licence_type)) is not None:
        possible = set(licence_type.holders)
    if possible is not None:
        yield from (f"subjects: no {subject} can have that" for subject in sorted(set(rule.subjects) - possible))
    if anchor is Anchor.CALENDAR and not any(condition.holds for condition in rule.requires):
        yield "requires: a day of the year concerns the holders of some licence"
    if rule.audience is Audience.GUARDIAN and set(rule.subjects) != {Subject.PERSON}:
        yield "audience: only persons have guardians"
    if rule.audience is Audience.PAYER and anchor is not Anchor.BILL:
        yield "audience: only a bill has a payer"


def _class(rule: Rule) -> Iterator[str]:
    if rule.message_class is None:
        yield "message_class: is missing; it says how far one may refuse"
    if rule.name.en is None:
        yield "name: is missing in English; whoever stops the rule reads it"


def _amount(rule: Rule) -> Iterator[str]:
    entitles = rule.message_class is MessageClass.ENTITLEMENT
    if rule.amount_fen is not None and not entitles:
        yield "amount_fen: only an entitlement pays"
    if rule.amount_fen is not None and rule.amount_fen <= 0:
        yield "amount_fen: is not positive"
    if entitles and rule.amount_fen is None and rule.state is RuleState.LIVE:
        yield "amount_fen: is missing; an entitlement that is live pays"


def _wording(rule: Rule) -> Iterator[str]:
    if rule.wording is None:
        yield "wording: is missing"
        return
    valued = _valued(rule)
    for field in RuleWording.__struct_fields__:
        text: Text = getattr(rule.wording, field)
        if text.en is None:
            yield f"wording: {field}: is missing in English"
        filled = field in {"title", "body"}
        for placeholder in sorted({*_PLACEHOLDER.findall(text.zh), *_PLACEHOLDER.findall(text.en or "")}):
            if placeholder not in {"{on}", "{due}", "{act_by}", "{amount}"}:
                yield f"wording: {field}: {placeholder} stands for nothing"
            elif not filled:
                yield f"wording: {field}: {placeholder} is filled in titles and bodies only"
            elif placeholder not in valued:
                yield f"wording: {field}: {placeholder} has no value here"


def _valued(rule: Rule) -> set[str]:
    timing = rule.timing
    valued = {"{on}", "{due}"}
    if timing.deadline is not None or (timing.offset or 0) < 0 or (timing.opens and timing.closes):
        valued.add("{act_by}")
    if timing.anchor is Anchor.BILL or rule.amount_fen is not None:
        valued.add("{amount}")
    return valued


def _ladder(rule: Rule, known: Known) -> Iterator[str]:
    """It says that the ladder of a licence type is in use, and adds nothing of its own."""
    for field in ("wording", "amount_fen", "valid_from", "valid_until"):
        if getattr(rule, field) is not None:
            yield f"{field}: the ladder of a licence type has its own"
    if rule.requires or rule.unless or rule.done_when:
        yield "requires: the ladder of a licence type asks for nothing but the licence"
    if rule.message_class not in {None, MessageClass.REMINDER}:
        yield "message_class: the ladder of a licence type is a reminder"
    others = (each for each in known.all(Rule) if each.timing.ladder and each.state is not RuleState.DRAFT)
    if any(each.licence_type == rule.licence_type and each.code != rule.code for each in others):
        yield f"timing: another rule is the ladder of {rule.licence_type}"
    licence_type = known.find(LicenceType, "licence_types", rule.licence_type)
    if licence_type is not None and licence_type.name.en is None:
        yield f"licence_type: {licence_type.code} has no English name to be spoken of by"
