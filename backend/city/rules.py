"""Rules by which the service finds the person: an event or a date, a condition, a time, and what to offer."""

from enum import StrEnum

from backend.city.models import Citation, Entry, Strict, Subject, Text, Unit


class RuleMode(StrEnum):
    EXPIRY = "expiry"  # 到期提醒
    PUSH = "push"  # 主动推送
    ENTITLE = "entitle"  # 免申即享: given without application
    EX_OFFICIO = "ex-officio"  # 主动办理: the office acts by itself


class ModeBasis(StrEnum):
    """Who says that this is to be done without being asked."""

    STATUTE = "statute"
    PRACTICE = "practice"
    PLATFORM = "platform"  # our own design: the law gives the date or the entitlement only


class Anchor(StrEnum):
    """The date a rule counts from."""

    EXPIRY = "expiry"
    EVENT = "event"
    BIRTHDAY = "birthday"
    CALENDAR = "calendar"


class Timing(Strict, frozen=True, kw_only=True):
    """When the rule comes due.

    `offset` moves the anchor (negative: before it); `age` is the birthday meant; `deadline` is the time left to act.
    A calendar rule runs from `opens` to `closes`, both `MM-DD`. `suggested`: the lead time is ours, no rule gives it.
    """

    anchor: Anchor
    anchor_text: str | None = None
    offset: int | None = None
    age: int | None = None
    deadline: int | None = None
    unit: Unit | None = None
    opens: str | None = None
    closes: str | None = None
    text: str | None = None
    suggested: bool = False


class Rule(Entry, frozen=True, kw_only=True):
    """What triggers it, for whom, and what it leads to. `licence_type` for rules on the expiry of a licence."""

    name: Text
    mode: RuleMode
    mode_basis: ModeBasis
    subjects: tuple[Subject, ...]
    region: str
    trigger: str
    condition: str
    timing: Timing
    event_type: str | None = None
    licence_type: str | None = None
    target_item: str | None = None
    target_package: str | None = None
    advice: Text | None = None  # what to say where there is no item to do
    legal_basis: tuple[Citation, ...] = ()
