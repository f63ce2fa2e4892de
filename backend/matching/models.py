"""What is known of somebody, what a rule finds in it, and what became of that."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from backend.city.rules import Anchor

CauseKey: TypeAlias = tuple[str, str, date]
"""Rule, cause and the cause's date: what a match rests on."""


class LicenceFact(Struct, frozen=True):
    licence_id: UUID
    licence_type: str
    department_id: str
    issued_on: date
    expires_on: date | None
    status: str
    renewal_filed_on: date | None
    changed_at: datetime


class EventFact(Struct, frozen=True):
    """`happened_on` is the first date among its facts, else the day it was reported to have occurred."""

    report_id: UUID
    event_type: str
    department_id: str
    happened_on: date
    facts: Mapping[str, str]
    changed_at: datetime


class BillFact(Struct, frozen=True):
    bill_id: UUID
    fee_code: str
    department_id: str
    amount_fen: int
    due_on: date
    state: str
    changed_at: datetime


class AnswerFact(Struct, frozen=True):
    """What was answered to an entitlement: `confirmed` or `declined`, for good."""

    rule: str
    cause_id: str
    answer: str


class LifeEvent(Struct, frozen=True):
    """What a department reports of somebody; `stated_at` by its own clock: the latest word counts."""

    subject_id: UUID
    report_id: UUID
    event_type: str
    department_id: str
    happened_on: date
    facts: Mapping[str, str]
    stated_at: datetime
    withdrawn: bool


class Known(Struct, frozen=True, kw_only=True):
    """Everything about one subject that rules may look at. Events withdrawn by their department are not in it.

    `refuses`: they do not want it looked at for recommendations and entitlements.
    """

    subject_id: UUID
    is_person: bool
    changed_at: datetime
    born_on: date | None = None
    died_on: date | None = None
    moved_out_on: date | None = None
    licences: tuple[LicenceFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    bills: tuple[BillFact, ...] = ()
    answers: tuple[AnswerFact, ...] = ()
    refuses: bool = False
    is_represented: bool = False  # some source has said at some time who may act for them


class Cause(Struct, frozen=True):
    """The fact a rule is anchored on. `source` is the department that told it, None for the platform's own.

    `learnt_at`: when it last became known otherwise than before; it decides nothing but whether it is news.
    """

    anchor: Anchor
    id: str
    on: date
    learnt_at: datetime
    source: str | None = None
    licence: LicenceFact | None = None
    event: EventFact | None = None
    bill: BillFact | None = None


class Evidence(Struct, frozen=True):
    """A fact that was used: of which kind (`licence:driving-licence`, `event:…`, `birthday`, `bill:…`), its date, and
    who told it. Nothing in it names a person.
    """

    fact: str
    on: date | None = None
    source: str | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """What a rule says of one cause on a day: due since `due_on` at `rung`, unless something speaks against it.

    `rung` counts days before the anchor where a rule has several dates, else None. `against` None: it holds.
    """

    rule: str
    cause: Cause
    due_on: date
    rung: int | None
    against: str | None
    evidence: tuple[Evidence, ...]

    @property
    def key(self) -> CauseKey:
        return self.rule, self.cause.id, self.cause.on

    @property
    def occasion(self) -> str:
        occasion = f"{self.cause.id}:{self.cause.on}"
        return occasion if self.rung is None else f"{occasion}:{self.rung}"


class MatchState(StrEnum):
    """What became of what a rule found."""

    TOLD = "told"
    SHADOW = "shadow"  # the rule is only being tried: nobody was told
    LATE = "late"  # its cause became known too long after it came due: nobody was told
    UNHEARD = "unheard"  # there is nobody to tell (yet): an organisation without anybody who acts for it
    SETTLED = "settled"  # its cause has vanished, or it has been done


class Match(Struct, frozen=True):
    """A decision as it is kept: once for each (subject, rule, occasion)."""

    subject_id: UUID
    rule: str
    occasion: str
    cause_id: str
    anchor_on: date
    due_on: date
    rung: int | None
    state: str
    reason: str | None
    matched_at: datetime

    @property
    def cause_key(self) -> CauseKey:
        return self.rule, self.cause_id, self.anchor_on


class Addressee(Struct, frozen=True):
    """Somebody to tell; `on_behalf` when it is not about themselves."""

    recipient_id: UUID
    on_behalf: bool = False


def message_occasion(occasion: str, subject_id: UUID, recipient_id: UUID) -> str:
    """By which occasion a message is known: one reader may be told the same of several for whom they act."""
    return occasion if subject_id == recipient_id else f"{occasion}@{subject_id}"
