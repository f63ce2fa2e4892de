"""What a reminder says, in both languages: what ends, when, what to do, and why this person is told."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.city.city import City
from backend.city.licence_types import LicenceType
from backend.city.models import Citation, Text
from backend.core.clock import SHANGHAI
from backend.reminders.ladders import next_rungs
from backend.reminders.models import Match
from notifications.models import Item, Kind, Message, Tab, Tone, Urgency, Why, Wording

TOPIC = "licence-expiry"
DIGEST = f"{TOPIC}:digest"
_LAST_WORD_LASTS = timedelta(days=30)
_GUIDE = Text("查看办理指南", "See how to renew")
_WALLET = Text("查看证照", "See the licence")


def reminder(message_id: UUID, matches: Sequence[Match], as_of: date, city: City) -> Message:
    """One message for all that is due to one person: a single licence by name, several as a digest, soonest first."""
    ordered = sorted(matches, key=lambda match: (match.licence.expires_on, match.licence.licence_type))
    first = ordered[0]
    several = len(ordered) > 1
    return Message(
        recipient_id=first.licence.subject_id,
        message_id=message_id,
        rule=DIGEST if several else first.rule,
        occasion=digest_occasion(message_id) if several else first.occasion,
        topic=TOPIC,
        kind=Kind.REMINDER,
        tab=Tab.REMINDER,
        zh=_digest_zh(ordered, as_of, city) if several else _single_zh(first, as_of, city),
        en=_digest_en(ordered, as_of, city) if several else _single_en(first, as_of, city),
        link=f"/messages/{message_id}" if several else _link(first, city),
        due_on=first.licence.expires_on,
        icon="calendar-clock",
        tone=Tone.WARN if first.licence.expires_on >= as_of else Tone.BAD,
        urgency=_urgency(first.rung),
        useful_until=_useful_until(ordered, city),
        thread=TOPIC if several else str(first.licence.licence_id),
    )


def digest_occasion(message_id: UUID) -> str:
    """A digest is unique by its own id: that each of its matches is told once is seen to before."""
    return f"digest:{message_id}"


def _single_zh(match: Match, as_of: date, city: City) -> Wording:
    kind, expires_on = city.licence_type(match.licence.licence_type), match.licence.expires_on
    name, left = kind.name.zh, (expires_on - as_of).days
    window = f"{kind.renewal_window.text.zh}。" if kind.renewal_window and left > 0 else ""
    body = f"您的{name}将于 {day_zh(expires_on, as_of)}到期，还剩 {left} 天。{window}"
    if left == 0:
        body = f"您的{name}今天到期。请尽快办理，以免影响使用。"
    if left < 0:
        body = f"您的{name}已于 {day_zh(expires_on, as_of)}过期，请尽快补办。"
    return Wording(
        title=f"{name}即将到期" if left > 0 else f"{name}今天到期" if left == 0 else f"{name}已过期",
        body=body,
        action=_action(kind).zh,
        stop_label=f"{name}到期提醒",
        why=Why(
            based_on=f"{name}，有效期至 {expires_on}",
            rule=_rule_zh(kind),
            source=_sources_zh(kind.legal_basis),
            next=_next_zh(match, kind, as_of),
            plain=f"您的{name}{'快到期了' if left > 0 else '到期了'}，所以提醒您。",
        ),
    )


def _single_en(match: Match, as_of: date, city: City) -> Wording:
    kind, expires_on = city.licence_type(match.licence.licence_type), match.licence.expires_on
    name, left = kind.name.en or kind.name.zh, (expires_on - as_of).days
    body = f"Your {name} expires on {day_en(expires_on, as_of)}, in {left} day{'s' if left != 1 else ''}."
    if left == 0:
        body = f"Your {name} expires today. Please renew it now so that you can go on using it."
    if left < 0:
        body = f"Your {name} expired on {day_en(expires_on, as_of)}. Please renew it as soon as you can."
    return Wording(
        title=f"{name} expires soon" if left > 0 else f"{name} expires today" if left == 0 else f"{name} has expired",
        body=body,
        action=_action(kind).en or "",
        stop_label=f"Reminders for {name}",
        why=Why(
            based_on=f"{name}, valid until {expires_on}",
            rule=_rule_en(kind),
            source=_sources_zh(kind.legal_basis),
            next=_next_en(match, kind, as_of),
            plain=f"Your {name} {'is about to expire' if left > 0 else 'has reached its last day'}, so we tell you.",
        ),
    )


def _digest_zh(matches: Sequence[Match], as_of: date, city: City) -> Wording:
    items = tuple(
        Item(
            title=city.licence_type(match.licence.licence_type).name.zh,
            link=_link(match, city),
            action=_action(city.licence_type(match.licence.licence_type)).zh,
            due_on=match.licence.expires_on,
        )
        for match in matches
    )
    first = matches[0].licence.expires_on
    return Wording(
        title=f"您有 {len(matches)} 张证照到期待办",
        body=f"最早的一张是{items[0].title}，{day_zh(first, as_of)}到期。",
        action="逐项查看",
        stop_label="合并提醒（以后逐条提醒）",
        items=items,
        why=Why(
            based_on="、".join(f"{item.title}（{item.due_on}）" for item in items),
            rule="同一天有多张证照到提醒日，合并为一条",
            plain="您有几张证快到期了，合在一起提醒您。",
        ),
    )


def _digest_en(matches: Sequence[Match], as_of: date, city: City) -> Wording:
    kinds = [city.licence_type(match.licence.licence_type) for match in matches]
    items = tuple(
        Item(
            title=kind.name.en or kind.name.zh,
            link=_link(match, city),
            action=_action(kind).en or "",
            due_on=match.licence.expires_on,
        )
        for match, kind in zip(matches, kinds, strict=True)
    )
    return Wording(
        title=f"{len(matches)} of your licences need attention",
        body=f"The first is your {items[0].title}: {day_en(matches[0].licence.expires_on, as_of)}.",
        action="See each of them",
        stop_label="Digests (you will get one message for each)",
        items=items,
        why=Why(
            based_on=", ".join(f"{item.title} ({item.due_on})" for item in items),
            rule="Several of your licences reached a reminder day together, so they are told in one message",
            plain="Some of your licences are about to expire, so we tell you about them together.",
        ),
    )


def _action(kind: LicenceType) -> Text:
    return _GUIDE if kind.renewing_item else _WALLET


def _link(match: Match, city: City) -> str:
    item = city.renewing_item(match.licence.licence_type)
    return f"/services/{item.code}" if item else f"/wallet/{match.licence.licence_id}"


def _rule_zh(kind: LicenceType) -> str:
    before = "、".join(str(rung) for rung in kind.reminder_rungs if rung > 0)
    after = "，过期后再提醒一次" if any(rung < 0 for rung in kind.reminder_rungs) else ""
    return f"到期前 {before} 天各提醒一次{after}"


def _rule_en(kind: LicenceType) -> str:
    before = ", ".join(str(rung) for rung in kind.reminder_rungs if rung > 0)
    after = " and once after it" if any(rung < 0 for rung in kind.reminder_rungs) else ""
    return f"A reminder {before} days before expiry{after}"


def _sources_zh(basis: Sequence[Citation]) -> str | None:
    """Laws are cited by their own names, also to readers of English."""
    cited = dict.fromkeys(f"《{citation.law}》{citation.article}" for citation in basis)
    return "、".join(list(cited)[:3]) or None


def _next_zh(match: Match, kind: LicenceType, as_of: date) -> str:
    days = next_rungs(kind.reminder_rungs, match.rung, match.licence.expires_on)[:2]
    return f"未办则 {'、'.join(day_zh(day, as_of) for day in days)}再提醒；办好即停" if days else "不再重复提醒"


def _next_en(match: Match, kind: LicenceType, as_of: date) -> str:
    days = next_rungs(kind.reminder_rungs, match.rung, match.licence.expires_on)[:2]
    again = " and ".join(day_en(day, as_of) for day in days)
    return f"If nothing is done, again on {again}; it stops once you have renewed" if days else "This is the last one"


def _urgency(rung: int) -> Urgency:
    if rung in {0, 1}:
        return Urgency.HIGH
    return Urgency.NORMAL if rung <= 30 else Urgency.LOW


def _useful_until(matches: Sequence[Match], city: City) -> datetime:
    """Until the next rung speaks in its place; the last word is worth reading for a month."""
    ends = []
    for match in matches:
        rungs = city.licence_type(match.licence.licence_type).reminder_rungs
        later = next_rungs(rungs, match.rung, match.licence.expires_on)
        last_word = match.licence.expires_on - timedelta(days=match.rung) + _LAST_WORD_LASTS
        ends.append(later[0] if later else last_word)
    return datetime.combine(max(ends), time(0), SHANGHAI)


def day_zh(day: date, as_of: date) -> str:
    year = f"{day.year} 年 " if day.year != as_of.year else ""
    return f"{year}{day.month} 月 {day.day} 日"


def day_en(day: date, as_of: date) -> str:
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != as_of.year else "")
