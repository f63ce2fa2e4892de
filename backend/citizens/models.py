"""Persons and organisations as the rest of the house sees them."""

from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

SubjectId = NewType("SubjectId", UUID)


class SubjectKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


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


class Identity(Struct, frozen=True, kw_only=True):
    """What the identity provider vouches for at a sign-in."""

    holder: Holder
    phone: str | None
    level: Level
