"""What operators read about rules, in both languages."""

from collections.abc import Iterator

from backend.city.city import City
from backend.city.models import Text as CityText
from backend.city.rules import Anchor, Audience, Condition, MessageClass, RuleState
from backend.matching.desk.models import Content, DeskRule, Finding
from backend.matching.wording.explaining import reason_in_words, timing_in_words
from backend.matching.wording.rules import fact_name, source_name
from pwa.views.parts import Text
from pwa.views.rules import Mark, Phrase

STATES = {
    RuleState.LIVE: Mark(label=Text("运行中", "Live"), tone="ok", icon="check"),
    RuleState.SHADOW: Mark(label=Text("试运行", "On trial"), tone="accent", icon="clock"),
    RuleState.STOPPED: Mark(label=Text("已停用", "Stopped"), tone="bad", icon="bell-off"),
    RuleState.DRAFT: Mark(label=Text("草稿", "Draft"), icon="file-text"),
}
CLASSES = {
    MessageClass.NOTICE: Text("法定通知", "Statutory notice"),
    MessageClass.REMINDER: Text("个人提醒", "Personal reminder"),
    MessageClass.RECOMMENDATION: Text("推荐（本人同意才发）", "Recommendation (opt-in)"),
    MessageClass.ENTITLEMENT: Text("免申即享", "Entitlement without application"),
}
NO_CLASS = Text("未定类别", "No class yet")
ACTS = {
    "go_live": Text("送双人复核上线", "Propose to go live"),
    "resume": Text("送双人复核恢复", "Propose to resume"),
}
PROPOSED = {
    "go_live": Text("提出上线", "Proposed to go live"),
    "resume": Text("提出恢复", "Proposed to resume"),
}
APPROVALS = {
    "go_live": Text("同意上线", "Approve: go live"),
    "resume": Text("同意恢复", "Approve: resume"),
}
DECISIONS = {
    "rejected": Text("不同意", "Rejected"),
    "withdrawn": Text("提出的人收回", "Withdrawn by the proposer"),
    "void": Text("状态变了，提议作废", "Void: the state was changed"),
}
DESCRIBED_ONLY = Text(
    "这条规则只写成了文字，还不能自动计算；在城市包里补全后才能预演和上线。",
    "This rule is only described in words; complete it in the pack to rehearse it or bring it into use.",
)
NO_WORDING = Text(
    "能计算，但还没有消息文案或类别：可以预演，不能上线。",
    "It can be computed, but has no wording or class yet: it can be rehearsed, not brought into use.",
)
CAPS = Text(
    "频次上限不改变告诉谁：消息都进收件箱，超出上限的推送和短信错开到后几天。",
    "Caps do not change who is told: every message is in the inbox; pushes and text messages over a cap are spread "
    "over the days that follow.",
)
_FIELDS = {
    "wording": Text("文案", "the wording"),
    "timing": Text("时间", "the timing"),
    "requires": Text("条件", "the conditions"),
    "unless": Text("排除", "the exclusions"),
    "done_when": Text("办结条件", "what closes it"),
    "legal_basis": Text("依据", "the legal basis"),
    "state": Text("状态", "the state"),
    "message_class": Text("类别", "the class"),
    "audience": Text("对象", "the audience"),
    "target_item": Text("事项", "the item"),
    "reminder_rungs": Text("提醒日", "the days"),
    "name": Text("名称", "the name"),
}
_AUDIENCES = {
    Audience.HOLDER: Text("本人", "the person"),
    Audience.GUARDIAN: Text("监护人", "the guardians"),
    Audience.PAYER: Text("本人（未成年的还有监护人）", "the person (for a child the guardians too)"),
}
_AGENTS = Text("单位的办事人", "those who act for it")
_SUGGESTED = Text("提醒的时间由平台选定", "The time is the platform's choice")
_MOST_FACTS = 4


def titled(text: CityText) -> Text:
    """As it stands: what has no English is shown in Chinese, and marked so."""
    return Text(text.zh, text.en)


def plain(text: CityText) -> Text:
    """To be put into a sentence."""
    return Text(text.zh, text.en or text.zh)


def class_name(rule: DeskRule) -> Text:
    return CLASSES[rule.message_class] if rule.message_class is not None else NO_CLASS


def sentence(rule: DeskRule, city: City) -> tuple[Phrase, ...]:
    """When, under which conditions, whom it tells to do what."""
    if rule.applied is None:
        described = rule.rule
        return () if described is None else (Phrase(Text(f"{described.trigger}：{described.condition}")),)
    return tuple(_phrases(rule, city))


def _phrases(rule: DeskRule, city: City) -> Iterator[Phrase]:
    applied = rule.applied
    if applied is None:
        return
    yield Phrase(Text("到了", "When it is"))
    yield Phrase(plain(timing_in_words(applied, city)), key=True)
    for at, condition in enumerate(applied.requires):
        yield Phrase(Text("，而且", "and") if at or applied.anchor is not Anchor.CALENDAR else Text("，", ","))
        yield Phrase(condition_in_words(condition, rule, city), key=True)
    for several, start, again in (
        (applied.unless, Text("，除非", ", unless"), Text("，或者", "or")),
        (applied.done_when, Text("，还没有", ", not yet"), Text("、", "or")),
    ):
        for at, condition in enumerate(several):
            yield Phrase(again if at else start)
            yield Phrase(condition_in_words(condition, rule, city), key=True)
    yield Phrase(Text("，就告诉", ", tell"))
    yield Phrase(_audience(rule), key=True)
    target = _target(rule, city)
    if target is not None:
        yield Phrase(Text("去办", "to do"))
        yield Phrase(target, key=True)


def condition_in_words(condition: Condition, rule: DeskRule, city: City) -> Text:
    if condition.holds is not None:
        name = plain(city.licence_types[condition.holds].name)
        return Text(f"持有“{name.zh}”", f"“{name.en}” is held")
    if condition.event is not None:
        name = plain(city.event_types[condition.event].name)
        return Text(f"有“{name.zh}”", f"“{name.en}” was reported")
    if condition.fact is not None:
        return _fact(condition, rule, city)
    if condition.age_below is None:
        return Text(f"满 {condition.age_from} 周岁", f"aged {condition.age_from} or more")
    if condition.age_from is None:
        return Text(f"不满 {condition.age_below} 周岁", f"aged below {condition.age_below}")
    return Text(
        f"满 {condition.age_from} 不满 {condition.age_below} 周岁",
        f"aged {condition.age_from} to below {condition.age_below}",
    )


def _fact(condition: Condition, rule: DeskRule, city: City) -> Text:
    kind = city.event_types.get((rule.rule.event_type if rule.rule else None) or "")
    facts = () if kind is None else kind.facts
    about = next((fact.about for fact in facts if fact.name == condition.fact), None)
    named = plain(about) if about is not None else Text(condition.fact or "", condition.fact)
    return Text(f"{named.zh}是 {'、'.join(condition.one_of)}", f"{named.en} is {' or '.join(condition.one_of)}")


def _audience(rule: DeskRule) -> Text:
    audience = Audience.HOLDER if rule.applied is None else rule.applied.audience
    if audience is Audience.GUARDIAN:
        return _AUDIENCES[audience]
    subjects = rule.rule.subjects if rule.rule else rule.licence_type.holders if rule.licence_type else ()
    kinds = {str(subject) for subject in subjects}
    if kinds == {"enterprise"}:
        return _AGENTS
    own = _AUDIENCES[audience]
    if kinds == {"person"}:
        return own
    return Text(f"{own.zh}或{_AGENTS.zh}", f"{own.en} or {_AGENTS.en}")


def _target(rule: DeskRule, city: City) -> Text | None:
    code = rule.rule.target_item if rule.rule else rule.licence_type.renewing_item if rule.licence_type else None
    return plain(city.items[code].title) if code is not None and code in city.items else None


def basis_of(rule: DeskRule) -> tuple[Text, ...]:
    """The law, which is Chinese, and what the law leaves to us."""
    cited = "；".join(f"《{each.law}》{each.article}" for each in rule.legal_basis)
    suggested = rule.rule is None or rule.rule.timing.suggested
    return (*([Text(cited)] if cited else []), *([_SUGGESTED] if suggested else []))


def changed_in_words(before: Content | None, after: Content) -> Text:
    """What a version has otherwise than the one before."""
    if before is None:
        return Text("第一次收入", "First taken in")
    keys = sorted({key for key in {*before, *after} if before.get(key) != after.get(key)})
    named = [_FIELDS[key] for key in keys if key in _FIELDS]
    if not named:
        return Text("其他内容有改动", "Other things changed")
    return Text(
        f"改了{'、'.join(each.zh for each in named)}", f"Changed: {', '.join(each.en or each.zh for each in named)}"
    )


def facts_of(finding: Finding, city: City) -> tuple[Text, ...]:
    """What the rule looked at, with dates and sources."""
    told = []
    for each in finding.evidence[:_MOST_FACTS]:
        name = plain(fact_name(each, city))
        source = source_name(each.source, city)
        on = "" if each.on is None else f" {each.on}"
        told.append(Text(f"{name.zh}{on}（{source.zh}）", f"{name.en}{on} ({source.en or source.zh})"))
    return tuple(told)


def verdict_of(finding: Finding, city: City) -> Mark:
    if finding.against is None:
        return Mark(label=Text("会告诉", "Would be told"), tone="ok", icon="check")
    reason = plain(reason_in_words(finding.against, city))
    return Mark(label=Text(f"不告诉：{reason.zh}", f"Not told: {reason.en}"), icon="ban")
