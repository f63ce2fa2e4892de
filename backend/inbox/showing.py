"""Stored messages as the screens draw them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TypeVar

from backend.core.clock import local_date
from backend.inbox.service import due, way_on
from notifications.models import InboxMessage, Kind, MessageState, StopLabel
from notifications.models import Why as Reason
from pwa.views.messages import DigestLine, MessageLine, OpenMessage, Why
from pwa.views.parts import Action, Due, Text

Said = TypeVar("Said")

ENTITLEMENTS = "policy"
_OVER = Text("这件事已经办好，或情况有了变化，不用再办。", "This has been done or has changed: nothing is left to do.")


def line(message: InboxMessage, now: datetime) -> MessageLine:
    """One row of the list."""
    when = _due(message, now)
    return MessageLine(
        message_id=str(message.message_id),
        path=f"/messages/{message.message_id}",
        title=_text(message.zh, message.en, lambda said: said.title),
        line=_text(message.zh, message.en, lambda said: said.body) if _active(message) else _OVER,
        sent_at=message.queued_at,
        icon=message.icon,
        soon=when is not None and when.soon,
        read=message.read,
    )


def opened(message: InboxMessage, now: datetime) -> OpenMessage:
    """The whole message. What is over keeps its words but asks for nothing."""
    active = _active(message)
    return OpenMessage(
        message_id=str(message.message_id),
        title=_text(message.zh, message.en, lambda said: said.title),
        body=_text(message.zh, message.en, lambda said: said.body) if active else _OVER,
        sent_at=message.queued_at,
        icon=message.icon,
        due=_due(message, now),
        why=_why(message.zh.why, None if message.en is None else message.en.why, decides=_decides(message)),
        action=_action(message) if active else None,
        digest=_digest(message, now) if active else (),
        can_stop=message.can_stop and active,
        can_postpone=active and message.asks and not waits(message, now),
        stopped=message.stopped and message.can_stop,
        later_until=local_date(message.snoozed_until) if message.snoozed_until and waits(message, now) else None,
        stop_label=_maybe_text(message.zh, message.en, lambda said: said.stop_label),
    )


def to_be_done(message: InboxMessage, now: datetime) -> bool:
    """Worth being drawn in full on top of the list."""
    return _active(message) and message.asks and not message.stopped and not waits(message, now)


def waits(message: InboxMessage, now: datetime) -> bool:
    """Put off, and its time has not come yet."""
    return message.snoozed_until is not None and message.snoozed_until > now


def stop_label(stopped: Sequence[StopLabel]) -> Text:
    """What 不再提醒 stops, in words: one thing, or what several kinds are called together."""
    return Text(
        "、".join(label.zh for label in stopped),
        ", ".join(label.en or label.zh for label in stopped),
    )


def _active(message: InboxMessage) -> bool:
    return message.state is MessageState.ACTIVE


def _due(message: InboxMessage, now: datetime) -> Due | None:
    return due(message.due_on, local_date(now)) if message.due_on and _active(message) else None


def _action(message: InboxMessage) -> Action | None:
    """None where the button would lead to this very message, as in a digest."""
    if message.link == f"/messages/{message.message_id}":
        return None
    return Action(label=_text(message.zh, message.en, lambda said: said.action), path=way_on(message.message_id))


def _digest(message: InboxMessage, now: datetime) -> tuple[DigestLine, ...]:
    english = message.en.items if message.en is not None else ()
    return tuple(
        DigestLine(
            title=_text(zh, en, lambda item: item.title),
            due=None if zh.due_on is None else due(zh.due_on, local_date(now)),
            action=Action(label=_text(zh, en, lambda item: item.action), path=way_on(message.message_id, zh.link)),
            part=zh.rule,
            stopped=zh.rule in message.stopped_parts,
        )
        for zh, en in zip_longest(message.zh.items, english)
        if zh is not None
    )


def _decides(message: InboxMessage) -> bool:
    """Tells of what the law asks or grants: somebody can look at it again (PIPL art. 24)."""
    grants = message.topic == ENTITLEMENTS and message.kind is not Kind.RECOMMENDATION
    return message.kind is Kind.STATUTORY or grants


def _why(zh: Reason | None, en: Reason | None, *, decides: bool) -> Why | None:
    if zh is None:
        return None
    return Why(
        based_on=_text(zh, en, lambda why: why.based_on),
        rule=_text(zh, en, lambda why: why.rule),
        source=_maybe_text(zh, en, lambda why: why.source),
        next=_maybe_text(zh, en, lambda why: why.next),
        plain=_maybe_text(zh, en, lambda why: why.plain),
        decides=decides,
    )


def _text(zh: Said, en: Said | None, pick: Callable[[Said], str]) -> Text:
    return Text(pick(zh), None if en is None else pick(en))


def _maybe_text(zh: Said, en: Said | None, pick: Callable[[Said], str | None]) -> Text | None:
    chinese = pick(zh)
    return None if chinese is None else Text(chinese, None if en is None else pick(en))
