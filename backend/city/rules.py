"""Rules by which the service finds the person: an event or a date, a condition, a time, and what to offer."""

from datetime import date
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

    EXPIRY = "expiry"  # of a licence of `licence_type`
    ISSUE = "issue"  # of a licence of `licence_type`
    EVENT = "event"  # the first date among the facts of an event of `event_type`
    BIRTHDAY = "birthday"  # of the `age` meant
    BILL = "bill"  # the day by which a bill is to be paid; of `fee` where one is named
    CALENDAR = "calendar"  # a day of every year


class RuleState(StrEnum):
    """What becomes of what a rule finds. Operators may change it at the rules desk."""

    DRAFT = "draft"  # described only
    SHADOW = "shadow"  # found and counted, nobody is told
    LIVE = "live"
    STOPPED = "stopped"


class MessageClass(StrEnum):
    """How far a person may refuse what a rule tells (PIPL art. 24)."""

    NOTICE = "notice"  # statutory: cannot be switched off in the inbox
    REMINDER = "reminder"  # personal: on until stopped
    RECOMMENDATION = "recommendation"  # only after an opt-in
    ENTITLEMENT = "entitlement"  # 免申即享: the person confirms, and it is paid


class Audience(StrEnum):
    """Who is told; for an organisation always those who may act for it."""

    HOLDER = "holder"
    GUARDIAN = "guardian"  # of the person the fact is about; from 18 on the person
    PAYER = "payer"  # who owes the bill, and of a child the guardians too


class Condition(Strict, frozen=True, kw_only=True):
    """One thing that holds or not for whom the rule is about; exactly one field is given, `fact` with `one_of`.

    `event` counts from the rule's own anchor date on, `since` so many months before it as well. `fact` is one of the
    event that the rule is anchored on.
    """

    holds: str | None = None  # a licence of this type is in force
    event: str | None = None  # an event of this type was reported
    since: int | None = None  # months before the anchor from which such an event counts
    fact: str | None = None
    one_of: tuple[str, ...] = ()
    age_from: int | None = None  # completed years on the day it comes due
    age_below: int | None = None


class RuleWording(Strict, frozen=True, kw_only=True):
    """What the message says, in both languages; `reason` explains the rule itself.

    `{on}` stands for the anchor's date, `{due}` for the rule's, `{act_by}` for the last day to act, `{amount}` for the
    amount of a bill or an entitlement.
    """

    title: Text
    body: Text
    action: Text
    reason: Text


class Timing(Strict, frozen=True, kw_only=True):
    """When the rule comes due.

    `offset` moves the anchor (negative: before it); `age` is the birthday meant; `deadline` is the time left to act.
    A calendar rule runs from `opens` to `closes`, both `MM-DD`. `suggested`: the lead time is ours, no rule gives it.
    `late`: so many days after it came due it is still told if its cause became known only then; `lasts`: so many days
    the message is worth reading. `ladder`: it is told at the rungs of its licence type, in the words of that ladder.
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
    late: int = 7
    lasts: int = 30
    ladder: bool = False


class Rule(Entry, frozen=True, kw_only=True):
    """What triggers it, for whom, and what it leads to.

    `trigger` and `condition` describe it in words; what is computed are `requires` (all must hold), `unless` (none may
    hold) and `done_when` (it has been done: any of them closes the reminder). Nobody is told of the dead, of persons
    who moved out unless `also_moved_out`, of licences not in force, of events withdrawn. `amount_fen` is what an
    entitlement pays. A rule that is not a draft has a `message_class` and, but for a ladder, a `wording`.
    """

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
    fee: str | None = None
    state: RuleState = RuleState.DRAFT
    message_class: MessageClass | None = None
    audience: Audience = Audience.HOLDER
    requires: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    done_when: tuple[Condition, ...] = ()
    also_moved_out: bool = False
    amount_fen: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    wording: RuleWording | None = None
