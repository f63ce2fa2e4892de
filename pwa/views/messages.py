"""消息: the inbox, and one message opened with its reason."""

from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Action, Due, ForWhom, Text


class MessageTab(StrEnum):
    TODO = "todo"
    REMINDER = "reminder"
    NOTICE = "notice"


class MessageLine(Struct, frozen=True, kw_only=True):
    """A message in the list. `sent_at` is an aware instant; `icon` a name of static/icons.svg."""

    message_id: str
    path: str
    title: Text
    line: Text
    sent_at: datetime
    icon: str = "bell"
    for_whom: ForWhom | None = None
    soon: bool = False
    read: bool = True


class Why(Struct, frozen=True, kw_only=True):
    """依据您的 · 规则 · 出处 · 接下来. `plain` says the same in one spoken sentence for the elder page.

    `decides`: it is about what the law grants or asks, so the way to a review by a person is shown.
    """

    based_on: Text
    rule: Text
    source: Text | None = None
    next: Text | None = None
    plain: Text | None = None
    decides: bool = False


class DigestLine(Struct, frozen=True, kw_only=True):
    """One of several things that one message speaks of. `part` is the value that stops its kind alone, None: cannot."""

    title: Text
    due: Due | None
    action: Action
    part: str | None = None
    stopped: bool = False


class OpenMessage(Struct, frozen=True, kw_only=True):
    """`stopped` offers to undo instead of to stop; `later_until` says until when it was put off.

    Legal notices have `can_stop` False. `stop_label` names what stops: 居住证签注.
    """

    message_id: str
    title: Text
    body: Text
    sent_at: datetime
    icon: str = "calendar-clock"
    for_whom: ForWhom | None = None
    due: Due | None = None
    why: Why | None = None
    action: Action | None = None
    digest: tuple[DigestLine, ...] = ()
    can_stop: bool = True
    can_postpone: bool = True
    stopped: bool = False
    later_until: date | None = None
    stop_label: Text | None = None


class QuietHours(Struct, frozen=True, kw_only=True):
    begins: time
    ends: time


class Messages(Struct, frozen=True, kw_only=True):
    """`unread` counts per tab add up to the badge. `opened` is the newest thing to do, drawn in full on top.

    Without `tab` one list of everything, as for elders.
    """

    tab: MessageTab | None
    unread: dict[MessageTab, int]
    opened: OpenMessage | None = None
    lines: tuple[MessageLine, ...] = ()
    next_path: str | None = None
    quiet: QuietHours | None = None


class MessagePage(Struct, frozen=True, kw_only=True):
    message: OpenMessage
    tab: MessageTab = MessageTab.REMINDER
