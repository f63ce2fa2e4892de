"""Facts as short phrases in both languages: time limits, money, where and for whom. Unknown stays None."""

from collections.abc import Sequence

from backend.city.guide_parts import Limit
from backend.city.items import CaseKind, Channel, Item, Reach
from backend.city.models import Fee, Subject, Unit
from backend.city.models import Text as CityText
from pwa.views.parts import Text

_UNITS = {
    Unit.WORKDAY: ("个工作日", "working day"),
    Unit.DAY: ("日", "day"),
    Unit.MONTH: ("个月", "month"),
    Unit.YEAR: ("年", "year"),
}
_SUBJECTS = {Subject.PERSON: Text("个人", "People"), Subject.ENTERPRISE: Text("企业", "Companies")}
_REACH = {
    Reach.CITY: Text("全市通办", "Anywhere in the city"),
    Reach.DELTA: Text("长三角通办", "Across the Yangtze Delta"),
    Reach.NATION: Text("跨省通办", "Across provinces"),
}
_PLACES = {
    Channel.ONLINE: Text("手机", "phone"),
    Channel.ASSISTED: Text("线上帮办", "online with help"),
    Channel.KIOSK: Text("自助终端", "kiosk"),
    Channel.COMMUNITY_CENTRE: Text("社区事务受理中心", "community service centre"),
    Channel.COUNTER: Text("窗口", "counter"),
}
ONLINE = Text("线上可办", "Online")


def shown(text: CityText) -> Text:
    return Text(text.zh, text.en)


def maybe_shown(text: CityText | None) -> Text | None:
    return None if text is None else shown(text)


def subject_word(subject: Subject) -> Text:
    return _SUBJECTS[subject]


def reach_word(reach: Reach) -> Text:
    return _REACH[reach]


def tags_of(item: Item) -> tuple[Text, ...]:
    online = (ONLINE,) if item.online else ()
    return (*online, *(_SUBJECTS[subject] for subject in item.subjects), *(_REACH[reach] for reach in item.reach))


def span(limit: Limit) -> Text:
    """The office's time in figures; 0 is at once."""
    if limit.value == 0:
        return Text("当场办结", "On the spot")
    zh, en = _UNITS[limit.unit]
    return Text(f"{limit.value} {zh}", f"{limit.value} {en}{'' if limit.value == 1 else 's'}")


def duration(item: Item) -> tuple[Text | None, Text | None]:
    """How long it takes and what kind of limit that is: what is promised and what the law allows are told apart."""
    promised, legal = item.promised_limit, item.legal_limit
    if promised is not None:
        return span(promised), _promise_note(legal)
    if item.case_kind is CaseKind.IMMEDIATE:
        return Text("当场办结", "On the spot"), None
    if legal is not None:
        return span(legal), Text("法定时限，受理后起算", "Legal limit, from acceptance")
    return None, None


def _promise_note(legal: Limit | None) -> Text:
    if legal is None:
        return Text("承诺时限，受理后起算", "Promised, from acceptance")
    allowed = span(legal)
    return Text(f"承诺时限；法定 {allowed.zh}", f"Promised; the law allows {(allowed.en or '').lower()}")


def cost(fees: Sequence[Fee], online_pay: bool | None, charged: bool | None) -> tuple[Text | None, Text | None]:
    """What it costs and why there may be a range. No fee known is not the same as free, which `charged` False is."""
    amounts = sorted({fee.amount_fen for fee in fees if fee.amount_fen is not None})
    unsettled = any(fee.amount_fen is None for fee in fees)
    if charged is False or (amounts == [0] and not unsettled):
        return Text("免费", "Free"), None
    if unsettled:
        return _unsettled(fees)
    if len(amounts) > 1:
        return _range(amounts[0], amounts[-1]), Text("按情形收费，见下表", "Depends on the case, see below")
    if not fees:
        return None, None
    return per_unit(fees[0]) if len(fees) == 1 else yuan(amounts[0]), _paying(online_pay, fees)


def _paying(online_pay: bool | None, fees: Sequence[Fee]) -> Text | None:
    return Text("线上可缴", "Payable online") if online_pay and len(fees) == 1 else None


def is_set_case_by_case(fee: Fee) -> bool:
    return fee.amount_fen is None and fee.variable


def _unsettled(fees: Sequence[Fee]) -> tuple[Text | None, Text | None]:
    """Something is set case by case, and named; or an amount is simply not known."""
    varying = [fee for fee in fees if is_set_case_by_case(fee)]
    if not varying:
        return None, None
    names = together([shown(fee.name) for fee in varying])
    least, most = varying[0].min_fen, varying[0].max_fen
    if len(fees) == 1 and least is not None and most is not None:
        return _range(least, most), names
    return Text("按情况核定", "Set case by case"), names


def _range(least: int, most: int) -> Text:
    return Text(f"{_figure(least)}–{_figure(most)} 元", f"¥{_figure(least)}–{_figure(most)}")


def per_unit(fee: Fee) -> Text:
    amount = yuan(fee.amount_fen or 0)
    return Text(f"{amount.zh}/{fee.unit.zh}", f"{amount.en} / {fee.unit.en or fee.unit.zh}")


def yuan(fen: int) -> Text:
    return Text(f"{_figure(fen)} 元", f"¥{_figure(fen)}")


def _figure(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole:,}" if rest == 0 else f"{whole:,}.{rest:02d}"


def audience(subjects: Sequence[Subject]) -> Text | None:
    """个人、企业 · People, companies."""
    words = [_SUBJECTS[subject] for subject in subjects]
    return together(words) if words else None


def visits(item: Item) -> tuple[Text | None, Text | None]:
    """How often one has to go, and why."""
    if item.visits is None:
        return None, None
    if item.visits == 0:
        return Text("不用跑", "None needed"), None
    return Text(f"{item.visits} 次", f"{item.visits} visit{'' if item.visits == 1 else 's'}"), maybe_shown(
        item.visit_reason
    )


def together(texts: Sequence[Text]) -> Text:
    """A、B · A, B; Chinese stands in for English where there is none."""
    english = ", ".join(each.en or each.zh for each in texts)
    return Text("、".join(each.zh for each in texts), english[:1].upper() + english[1:])


def places(channels: Sequence[Channel]) -> Text | None:
    """手机或窗口 · Phone or counter."""
    if not channels:
        return None
    zh = [_PLACES[channel].zh for channel in channels]
    en = [_PLACES[channel].en or "" for channel in channels]
    return Text(_listed(zh, "、", "或"), _listed(en, ", ", " or ").capitalize())


def _listed(words: list[str], comma: str, either: str) -> str:
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + either + words[-1]


def one_line(*parts: Text | None) -> Text | None:
    """Several facts in one line, separated by a dot."""
    given = [part for part in parts if part is not None]
    if not given:
        return None
    english = all(part.en for part in given)
    return Text(" · ".join(part.zh for part in given), " · ".join(part.en or "" for part in given) if english else None)
