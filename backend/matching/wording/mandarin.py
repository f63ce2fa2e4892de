"""The expiry ladder and digests in Chinese."""

from collections.abc import Sequence
from datetime import date

from backend.matching.wording.speech import Spoken, cited
from notifications.models import Item, Why, Wording


def single(spoken: Spoken) -> Wording:
    name = spoken.kind.name.zh
    return Wording(
        title=f"{name}已过期" if spoken.over else f"{name}即将到期",
        body=f"{_whose(spoken)}{name}{_when(spoken)}{'，请尽快办理' if spoken.over else ''}。{_window(spoken)}",
        action=_action(spoken),
        stop_label=f"{name}到期提醒",
        why=Why(
            based_on=f"{name}，有效期至 {spoken.expires_on}（来源：{spoken.source.zh}）",
            rule=_rule(spoken),
            source=cited(spoken.kind.legal_basis),
            next=_next(spoken),
            plain=f"{_whose(spoken)}{name}{'已经到期了' if spoken.over else '快到期了'}，所以提醒您。",
        ),
    )


def item(spoken: Spoken) -> Item:
    name = spoken.kind.name.zh
    return Item(
        key=spoken.key,
        title=name,
        reason=f"{_whose(spoken)}{name}{_when(spoken)}。{_window(spoken)}",
        link=spoken.link,
        action=_action(spoken),
        due_on=spoken.expires_on,
        stop_label=f"{name}到期提醒",
    )


def digest(items: Sequence[Item], *, only_licences: bool, others: bool = False) -> Wording:
    you = "" if others else "您"
    return Wording(
        title=f"{you}有几张证照到期待办" if only_licences else f"{you}有几件事到了办理的时候",
        body="下面列出每一张的到期日，请逐项办理。" if only_licences else "下面列出每一件事，有期限的写着最后一天。",
        action="逐项查看",
        stop_label="下面列出的这几类提醒",
        items=tuple(items),
        why=Why(
            based_on="所列证照的有效期" if only_licences else "下面每一件事所依据的日期",
            rule="同一天有多张证照到提醒日，合并为一条" if only_licences else "同一天有几件事到提醒日，合并为一条",
            plain=f"{you}有几张证快到期了，合在一起提醒您。"
            if only_licences
            else f"{you}有几件事到日子了，合在一起提醒您。",
        ),
    )


def day(on: date, as_of: date) -> str:
    year = f"{on.year} 年 " if on.year != as_of.year else ""
    return f"{year}{on.month} 月 {on.day} 日"


def _when(spoken: Spoken) -> str:
    on = day(spoken.expires_on, spoken.as_of)
    return f"已于 {on}过期" if spoken.over else f"将于 {on}到期"


def _window(spoken: Spoken) -> str:
    window = spoken.kind.renewal_window
    return "" if window is None or spoken.over else f"办理时间：{window.text.zh}。"


def _action(spoken: Spoken) -> str:
    if spoken.kind.renewing_item:
        return "查看办理指南"
    return "查找办理事项" if spoken.others else "查看证照"


def _whose(spoken: Spoken) -> str:
    return "" if spoken.others else "您的"


def _rule(spoken: Spoken) -> str:
    before = "、".join(map(str, spoken.rungs_before))
    return f"到期前 {before} 天各提醒一次" + ("，过期后再提醒一次" if spoken.rungs_after else "")


def _next(spoken: Spoken) -> str:
    again = "、".join(day(on, spoken.as_of) for on in spoken.again_on)
    return f"未办则 {again}再提醒；办好即停" if again else "不再重复提醒"
