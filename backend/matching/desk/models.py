"""A rule as the desk sees it, what people decided about it, and what a rehearsal of it found."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from backend.city.licence_types import LicenceType
from backend.city.models import Citation, Text
from backend.city.rules import MessageClass, Rule, RuleState
from backend.matching.models import Evidence
from backend.matching.rulebook import AppliedRule


class DeskRule(Struct, frozen=True, kw_only=True):
    """A rule in its present state; `packed` is the pack's. `kind` and `key` name the entry of the pack that it is.

    `applied` is None where it is only described in words; `can_speak`: it has all that a message needs.
    """

    code: str
    name: Text
    kind: str
    key: str
    state: RuleState
    packed: RuleState
    applied: AppliedRule | None
    message_class: MessageClass | None
    legal_basis: tuple[Citation, ...]
    rule: Rule | None = None
    licence_type: LicenceType | None = None

    @property
    def can_speak(self) -> bool:
        if self.applied is None:
            return False
        return self.rule is None or (self.rule.message_class is not None and self.rule.wording is not None)


class Act(StrEnum):
    """What wants a second person."""

    GO_LIVE = "go_live"
    RESUME = "resume"


class ProposalDecision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"  # the rule was stopped meanwhile


class Proposal(Struct, frozen=True):
    proposal_id: UUID
    rule: str
    act: str
    version: int
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    decision: str | None
    decided_by: UUID | None
    decided_at: datetime | None


class Change(Struct, frozen=True):
    """A state that was changed, by whom and with whom."""

    rule: str
    state_before: str
    state_after: str
    version: int
    reason: str
    changed_by: UUID
    approved_by: UUID | None
    changed_at: datetime


class Recall(Struct, frozen=True):
    """How much of what a stopped rule had told and not sent was taken back so far."""

    rule: str
    asked_at: datetime
    taken_back: int
    done_at: datetime | None


class CatchUp(Struct, frozen=True):
    """How many messages a rule that has come into use has sent so far about what it found before."""

    rule: str
    asked_at: datetime
    told: int
    done_at: datetime | None


class RehearsalState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Silence(StrEnum):
    """Why nobody hears of what holds."""

    NOBODY = "nobody"  # there is nobody to tell
    UNWILLING = "unwilling"  # whoever there is has not agreed, or wants no offers


class Found(Struct, frozen=True, kw_only=True):
    """What a rehearsal found. `coming` counts by index what reaches its day, before anything was asked about it.

    `by_day` is what would be told; `people` how many different ones; `against` what speaks against the others.
    `unheard` has nobody to be told, of `unwilling` nobody wants to hear. `is_complete`: all were looked at, else the
    first of them.
    """

    people: int
    by_day: Mapping[date, int]
    coming: Mapping[date, int]
    against: Mapping[str, int]
    already: int
    unheard: int
    is_complete: bool
    unwilling: int = 0


class Rehearsal(Struct, frozen=True):
    rehearsal_id: UUID
    rule: str
    version: int
    starts_on: date
    ends_on: date
    state: str
    asked_at: datetime
    expected: int | None
    looked_at: int
    found: str | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in {RehearsalState.WAITING, RehearsalState.RUNNING}


class Finding(Struct, frozen=True, kw_only=True):
    """What a rehearsal found of somebody; `against` None: they would be told."""

    due_on: date
    anchor_on: date
    rung: int | None
    against: str | None
    evidence: tuple[Evidence, ...]


class Outcome(Struct, frozen=True):
    """What became of what a rule found in a span of time. `read`, `gone_on` (to the guide or whatever the
    message leads to) and `done` are of those told; who did it unread is in `done` and not in `read`.
    """

    found: int
    told: int
    sent: int
    read: int
    gone_on: int
    done: int
    done_read: int
    taken_back: int


class ComparedDay(Struct, frozen=True):
    """What two rules found on a day: both of the same cause, or only one of them."""

    day: date
    both: int
    only_this: int
    only_other: int


Content = Mapping[str, Any]
"""An entry of the pack as it is kept."""
