"""Persons and organisations as the rest of the house sees them."""

from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

SubjectId = NewType("SubjectId", UUID)


class SubjectKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Role(StrEnum):
    """As what somebody acts for an organisation or a child."""

    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人
    AUTHORISED = "authorised"  # 经办人, authorised by the organisation
    GUARDIAN = "guardian"  # 监护人


class Level(StrEnum):
    """How well the identity provider has proven who signs in (real-name level)."""

    REAL_NAME = "real_name"  # 实名 · 初级: number and name checked against the population register
    ADVANCED = "advanced"  # 实名 · 高级: the holder was also seen, at a counter or by the bearer of the card


class Holder(Struct, frozen=True):
    """Somebody as a department or the identity provider names them: citizen ID or USCC, and full name, as written."""

    kind: SubjectKind
    number: str
    name: str


class Subject(Struct, frozen=True, kw_only=True):
    """What may be known without opening anything sealed. Organisations have no dates of life."""

    subject_id: SubjectId
    kind: SubjectKind
    born_on: date | None
    died_on: date | None
    moved_out_on: date | None


class Profile(Struct, frozen=True, kw_only=True):
    """A subject opened, for the eyes of its owner. `phone` as dialled: 11 digits, or + and country code."""

    subject_id: SubjectId
    kind: SubjectKind
    number: str
    name: str
    phone: str | None
    born_on: date | None


class Named(Struct, frozen=True):
    """A subject of which the name alone was opened."""

    kind: SubjectKind
    name: str


class Identity(Struct, frozen=True, kw_only=True):
    """What the identity provider vouches for at a sign-in."""

    holder: Holder
    phone: str | None
    level: Level


class Mandate(Struct, frozen=True):
    """The word of a source that `agent_id` may act for `subject_id` from `valid_from` to `valid_until`, both included.

    `role` None: that they may no longer, from `valid_from` on. `withdrawn`: it was never so. `stated_at` by the clock
    of the source, of whose words about one `word_id` the latest counts.
    """

    subject_id: UUID
    word_id: UUID
    agent_id: UUID
    role: Role | None
    source: str
    valid_from: date
    valid_until: date | None
    withdrawn: bool
    stated_at: datetime


class DeathWord(Struct, frozen=True):
    """The word of a department that somebody died on a day, or (`died_on` None) that who was reported dead lives.

    `withdrawn`: it was never so, and what was said before it holds again. `stated_at` by the clock of the department,
    of whose words under one `word_id` the latest counts.
    """

    subject_id: UUID
    word_id: UUID
    died_on: date | None
    withdrawn: bool
    stated_at: datetime


class Claim(Struct, frozen=True, kw_only=True):
    """For whom the identity provider says that somebody may act. `valid_from` None: from the first time it said so."""

    holder: Holder
    role: Role
    valid_from: date | None = None
    valid_until: date | None = None


class Represented(Struct, frozen=True, kw_only=True):
    """Somebody for whom the reader may act, opened for them. A child's name is masked, an organisation's is not."""

    subject_id: UUID
    kind: SubjectKind
    name: str
    role: Role
    source: str
    valid_from: date
    valid_until: date | None
