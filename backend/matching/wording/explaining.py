"""A rule explained to whoever looks after the rules: when it comes due, and why it does not speak to somebody."""

from collections.abc import Sequence

from backend.city.city import City
from backend.city.models import Text, Unit
from backend.city.rules import Anchor, Timing
from backend.matching.rulebook import AppliedRule

_UNITS = {
    Unit.DAY: ("天", "day"),
    Unit.WORKDAY: ("个工作日", "working day"),
    Unit.MONTH: ("个月", "month"),
    Unit.YEAR: ("年", "year"),
}
_REASONS = {
    "not-due": Text("还没有到日子", "it is not due yet"),
    "late": Text("知道得太晚，不再提醒", "it became known too late to be told"),
    "holder_dead": Text("人已去世", "the person has died"),
    "refused": Text("本人不愿用自己的信息做推荐", "they do not want their information used to recommend"),
    "moved_out": Text("人已迁出本市", "the person has moved out of the city"),
    "renewal_filed": Text("已经申请换证", "the renewal has been filed"),
}
_AGE = Text("年龄", "the age")


def timing_in_words(rule: AppliedRule, city: City) -> Text:
    """What it is anchored on, and how far from that it comes due."""
    anchor = _anchor(rule, city)
    if rule.rule is None:
        rungs = [step.rung for step in rule.steps if step.rung is not None]
        before = "、".join(str(rung) for rung in rungs), ", ".join(str(rung) for rung in rungs)
        return Text(
            f"{anchor.zh}前 {before[0]} 天（负数为之后）", f"{before[1]} days before {anchor.en} (negative: after)"
        )
    zh, en = _moved(anchor, rule.rule.timing)
    return Text(zh, en)


def reason_in_words(reason: str, city: City) -> Text:
    """Why a rule does not speak, from the name it has in records."""
    if reason in _REASONS:
        return _REASONS[reason]
    prefix, _, rest = reason.partition(":")
    match prefix:
        case "done":
            said = _fact(rest, city)
            return Text(f"已经办好：{said.zh}", f"done: {said.en}")
        case "not":
            said = _fact(rest, city)
            return Text(f"不符合：{said.zh}", f"not so: {said.en}")
        case "holds" | "event" | "fact" | "age":
            said = _fact(reason, city)
            return Text(f"因为{said.zh}", f"because {said.en}")
        case _:
            return Text(f"证照状态为 {reason}", f"the licence is {reason}")


def _anchor(rule: AppliedRule, city: City) -> Text:
    match rule.anchor:
        case Anchor.EVENT:
            named = _named(city.event_types[rule.key].name)
            return Text(f"“{named.zh}”", f"“{named.en}”")
        case Anchor.EXPIRY:
            named = _named(city.licence_types[rule.key].name)
            return Text(f"“{named.zh}”到期", f"the expiry of “{named.en}”")
        case Anchor.ISSUE:
            named = _named(city.licence_types[rule.key].name)
            return Text(f"“{named.zh}”签发", f"the issue of “{named.en}”")
        case Anchor.BILL:
            return Text("账单到期", "the day a bill is due")
        case Anchor.BIRTHDAY:
            age = rule.rule.timing.age if rule.rule else None
            return Text(f"满 {age} 周岁生日", f"the birthday of {age}")
        case Anchor.CALENDAR:
            timing = rule.rule.timing if rule.rule else None
            day = (timing.opens or timing.closes) if timing else None
            return Text(f"每年 {day}", f"{day} of every year")


def _on_the_rungs(anchor: Text, rungs: Sequence[int]) -> Text:
    before, after = [str(rung) for rung in rungs if rung > 0], [str(-rung) for rung in rungs if rung < 0]
    zh, en = f"{anchor.zh}前 {'、'.join(before)} 天", f"{', '.join(before)} days before {anchor.en}"
    return Text(f"{zh}，过后 {'、'.join(after)} 天", f"{en}, {', '.join(after)} after it") if after else Text(zh, en)


def _moved(anchor: Text, timing: Timing) -> tuple[str, str]:
    offset = timing.offset or 0
    zh_unit, en_unit = _UNITS[timing.unit or Unit.DAY]
    number = abs(offset)
    if not offset:
        zh, en = f"{anchor.zh}当天", f"on {anchor.en}"
    else:
        plural = "" if number == 1 else "s"
        side = ("前", "before") if offset < 0 else ("后", "after")
        zh = f"{anchor.zh}{side[0]} {number} {zh_unit}"
        en = f"{number} {en_unit}{plural} {side[1]} {anchor.en}"
    if timing.deadline is not None:
        plural = "" if timing.deadline == 1 else "s"
        return f"{zh}，期限 {timing.deadline} {zh_unit}", f"{en}, {timing.deadline} {en_unit}{plural} to act"
    return zh, en


def _fact(label: str, city: City) -> Text:
    kind, _, code = label.partition(":")
    if kind == "holds" and code in city.licence_types:
        named = _named(city.licence_types[code].name)
        return Text(f"持有“{named.zh}”", f"holds “{named.en}”")
    if kind == "event" and code in city.event_types:
        named = _named(city.event_types[code].name)
        return Text(f"有“{named.zh}”", f"“{named.en}” was reported")
    if kind == "age":
        return _AGE
    return Text(code or label, code or label)


def _named(name: Text) -> Text:
    return Text(name.zh, name.en or name.zh)
