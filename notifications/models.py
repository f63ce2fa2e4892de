"""A message, what is known of it in the inbox, and the choices of the person it is for."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

MessageId = NewType("MessageId", UUID)


class Locale(StrEnum):
    ZH = "zh-CN"
    EN = "en"


class Kind(StrEnum):
    """How far a person may refuse (PIPL art. 24): a statutory notice cannot be stopped, only its channels be chosen."""

    STATUTORY = "statutory"
    REMINDER = "reminder"
    RECOMMENDATION = "recommendation"


class Tab(StrEnum):
    """待办 · 提醒 · 通知."""

    TODO = "todo"
    REMINDER = "reminder"
    NOTICE = "notice"


class Urgency(StrEnum):
    """RFC 8030, section 5.3. HIGH only for the last day of a legal deadline."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Tone(StrEnum):
    """The colour role of the icon tile."""

    INFO = "info"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class ChannelName(StrEnum):
    """Ways beside the inbox, which every message reaches."""

    WEB_PUSH = "web_push"
    SMS = "sms"


class MessageState(StrEnum):
    """SUPERSEDED: told, then its cause vanished; the inbox says so. WITHDRAWN: it vanished before; hidden."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Why(Struct, frozen=True, kw_only=True):
    """依据您的 · 规则 · 出处 · 接下来: facts and rule in plain words. `plain` says it in one spoken sentence."""

    based_on: str
    rule: str
    source: str | None = None
    next: str | None = None
    plain: str | None = None


class Item(Struct, frozen=True, kw_only=True):
    """One of several things a digest speaks of. `link` is a path of our own site; by `key` the sender takes it back.

    `rule` is what 不再提醒 stops of it, `stop_label` names that.
    """

    title: str
    link: str
    action: str
    due_on: date | None = None
    reason: str | None = None
    key: str | None = None
    rule: str | None = None
    stop_label: str | None = None


class Wording(Struct, frozen=True, kw_only=True):
    """A message in one language. `stop_label` names what 不再提醒 would stop; `items` make it a digest."""

    title: str
    body: str
    action: str
    why: Why | None = None
    stop_label: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The rules of what a digest speaks of; none unless every part names its own."""
        rules = [item.rule for item in self.items]
        return tuple(sorted({rule for rule in rules if rule is not None})) if all(rules) else ()


class Message(Struct, frozen=True, kw_only=True):
    """What to tell. (recipient_id, rule, occasion) is told once, ever.

    `topic` is a code of topics.TOPICS. `link` is a path of our own site, opened by the button.
    `useful_until` (aware UTC) ends every attempt to deliver. `thread`: a newer message of the same recipient, rule and
    thread takes the place of an undelivered older push; by default every occasion is its own thread.
    `about` are keys of the things it speaks of: an unread older message of the topic that speaks of nothing else counts
    as read once this one is there, so that the badge counts one thing once.
    `ignores_quiet_hours` is for danger and deadlines that end today.
    `on_behalf_of`: about whom it is, where that is not its reader; only the screen that shows it says who that is.
    """

    recipient_id: UUID
    message_id: UUID
    rule: str
    occasion: str
    topic: str
    kind: Kind
    tab: Tab
    zh: Wording
    en: Wording | None = None
    link: str
    useful_until: datetime
    due_on: date | None = None
    icon: str = "bell"
    tone: Tone = Tone.INFO
    urgency: Urgency = Urgency.NORMAL
    thread: str | None = None
    about: tuple[str, ...] = ()
    ignores_quiet_hours: bool = False
    on_behalf_of: UUID | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        return self.zh.parts


class InboxMessage(Struct, frozen=True, kw_only=True):
    """A message as its owner finds it; `read` also while snoozed, `stopped` if its rule or topic was stopped.

    `stopped_parts`: which of the rules that a digest speaks of are stopped; all of them stop the digest.
    """

    message_id: UUID
    rule: str
    occasion: str
    topic: str
    kind: Kind
    tab: Tab
    zh: Wording
    en: Wording | None
    link: str
    due_on: date | None
    icon: str
    tone: Tone
    state: MessageState
    queued_at: datetime
    read: bool
    snoozed_until: datetime | None
    stopped: bool
    on_behalf_of: UUID | None = None
    stopped_parts: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        return self.zh.parts

    @property
    def can_stop(self) -> bool:
        return self.kind is not Kind.STATUTORY

    @property
    def asks(self) -> bool:
        """Whether there is something to be done, on a day or at any time. Feed and screens go by the same."""
        return self.due_on is not None or self.tab is not Tab.NOTICE

    def rules_behind(self, link: str) -> tuple[str, ...]:
        """Which rules lead to this path: of a digest those of its parts, else the message's own; none to any other."""
        parts = {item.rule or self.rule for item in self.zh.items if item.link == link}
        return tuple(sorted(parts)) or ((self.rule,) if link == self.link else ())


class InboxPage(Struct, frozen=True):
    """Newest first. `after` is the cursor of the next page, None on the last."""

    messages: tuple[InboxMessage, ...]
    after: str | None


class UnreadCounts(Struct, frozen=True):
    """Unread messages per tab."""

    todo: int = 0
    reminder: int = 0
    notice: int = 0

    @property
    def total(self) -> int:
        return self.todo + self.reminder + self.notice


class Pointer(Struct, frozen=True, array_like=True):
    """Where work waits: a message that has deliveries due now. May be lost; the truth is in Postgres."""

    recipient_id: UUID
    message_id: UUID


class QuietHours(Struct, frozen=True):
    """From `starts` to `ends` (city time, may cross midnight) nobody is disturbed; the morning's release is later."""

    starts: time = time(22, 0)
    ends: time = time(8, 0)


class TopicChoice(Struct, frozen=True, kw_only=True):
    """What a person receives of one topic beside the inbox. `stopped`: nothing, whatever the channels say."""

    topic: str
    web_push: bool
    sms: bool
    stopped: bool


class StopScope(StrEnum):
    RULE = "rule"
    TOPIC = "topic"


class StopLabel(Struct, frozen=True):
    """What was stopped, in words."""

    zh: str
    en: str | None


class Stop(Struct, frozen=True, kw_only=True):
    """Something a person has stopped. `label` None: nobody said what it was called."""

    scope: StopScope
    name: str
    label: StopLabel | None
    stopped_at: datetime


class Reader(Struct, frozen=True):
    """How a person wants to be told. `quiet_hours` None: at any hour."""

    locale: Locale = Locale.ZH
    quiet_hours: QuietHours | None = QuietHours()


class Purpose(StrEnum):
    """RECOMMENDATIONS: to be told of what one may like (opt-in). FEATURES: that what the city knows of a person is
    looked at for what they may be entitled to or like (on until refused; PIPL art. 24)."""

    RECOMMENDATIONS = "recommendations"
    FEATURES = "features"


class Word(Struct, frozen=True, kw_only=True):
    """A yes or no as it was said, to a text in that version and language."""

    purpose: Purpose
    given: bool
    text_version: int
    text_hash: bytes
    locale: Locale
    said_at: datetime


class PushSubscription(Struct, frozen=True, kw_only=True):
    """A browser's subscription after all checks (webpush/intake.py makes it).

    `endpoint` whole (it is a capability: never logged), `p256dh` 65 bytes, `auth` 16 bytes, `vapid_key_id` the key it
    is bound to.
    """

    endpoint: str
    endpoint_hash: bytes
    p256dh: bytes
    auth: bytes
    vapid_key_id: str
