"""A rule of the pack in words: its own sentences with the dates filled in, and why this person is told."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from backend.city.city import City
from backend.city.models import Text
from backend.city.rules import Rule, RuleWording
from backend.matching.dates import moved
from backend.matching.models import Decision, Evidence
from backend.matching.wording import english, mandarin
from backend.matching.wording.speech import cited
from notifications.models import Item, Why, Wording

PLATFORM = Text("平台", "the platform")


class Said(Struct, frozen=True, kw_only=True):
    """A rule that has come due for somebody; `link` is where it leads."""

    rule: Rule
    wording: RuleWording
    decision: Decision
    act_by: date | None
    link: str


def act_by(rule: Rule, decision: Decision, city: City) -> date | None:
    """The last day to act: the end of what the law leaves, else the anchor that was announced ahead of time."""
    timing = rule.timing
    if timing.opens is not None and timing.closes is not None:
        return _next_day_of_the_year(timing.closes, decision.due_on)
    if timing.deadline is not None and timing.unit is not None:
        return moved(decision.due_on, timing.deadline, timing.unit, city.calendar)
    return decision.cause.on if decision.cause.on > decision.due_on else None


def _next_day_of_the_year(month_and_day: str, after: date) -> date:
    month, day = map(int, month_and_day.split("-"))
    this_year = date(after.year, month, day)
    return this_year if this_year >= after else date(after.year + 1, month, day)


def single(said: Said, city: City, *, zh: bool) -> Wording:
    """The whole message in one language."""
    wording, rule = said.wording, said.rule
    return Wording(
        title=_filled(wording.title, said, zh=zh),
        body=_filled(wording.body, said, zh=zh),
        action=_in(wording.action, zh=zh),
        stop_label=_in(rule.name, zh=zh),
        why=Why(
            based_on=_based_on(said.decision.evidence, city, zh=zh),
            rule=_in(wording.reason, zh=zh),
            source=cited(rule.legal_basis),
            next=_chosen_by_us(rule, zh=zh),
            plain=_in(wording.reason, zh=zh),
        ),
    )


def item(said: Said, *, zh: bool) -> Item:
    """Its place in a digest."""
    return Item(
        key=said.decision.occasion,
        title=_filled(said.wording.title, said, zh=zh),
        reason=_filled(said.wording.body, said, zh=zh),
        link=said.link,
        action=_in(said.wording.action, zh=zh),
        due_on=said.act_by,
        stop_label=_in(said.rule.name, zh=zh),
    )


def fact_name(evidence: Evidence, city: City) -> Text:
    """What kind of fact it is, in words."""
    kind, _, code = evidence.fact.partition(":")
    if kind == "licence" and code in city.licence_types:
        return city.licence_types[code].name
    if kind == "event" and code in city.event_types:
        return city.event_types[code].name
    if kind == "bill" and code in city.fees:
        return city.fees[code].name
    return {"birthday": Text("出生日期", "date of birth"), "calendar": Text("年度日期", "a day of the year")}.get(
        kind, Text(code or kind, code or kind)
    )


def _based_on(evidence: Sequence[Evidence], city: City, *, zh: bool) -> str:
    """Each fact with its date and who told it."""
    told = []
    for each in evidence:
        name = fact_name(each, city)
        source = source_name(each.source, city)
        on = "" if each.on is None else f" {each.on}"
        told.append(
            f"{name.zh}{on}（来源：{source.zh}）"
            if zh
            else f"{name.en or name.zh}{on} (source: {source.en or source.zh})"
        )
    return ("；" if zh else "; ").join(dict.fromkeys(told))


def source_name(department_id: str | None, city: City) -> Text:
    """Who told a fact; None: we know it ourselves."""
    return PLATFORM if department_id is None else city.department_name(department_id)


def _chosen_by_us(rule: Rule, *, zh: bool) -> str | None:
    if not rule.timing.suggested:
        return None
    return (
        "提醒的时间由平台选定，法律没有规定"
        if zh
        else "The day of this message is the platform's choice, not the law's"
    )


def _filled(text: Text, said: Said, *, zh: bool) -> str:
    """Dates as people say them; a year is named where it is not this one."""
    day = mandarin.day if zh else english.day
    today, decision = said.decision.due_on, said.decision
    until = said.act_by or decision.due_on
    bill = decision.cause.bill
    amount = said.rule.amount_fen if bill is None else bill.amount_fen
    filled = _in(text, zh=zh)
    for name, value in (
        ("{on}", day(decision.cause.on, today)),
        ("{due}", day(decision.due_on, today)),
        ("{act_by}", day(until, today)),
        ("{amount}", "" if amount is None else f"{amount // 100}.{amount % 100:02}"),
    ):
        filled = filled.replace(name, value)
    return filled


def _in(text: Text, *, zh: bool) -> str:
    return text.zh if zh else text.en or text.zh
