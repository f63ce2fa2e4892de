"""What a feed is made of: how a line reads, what is known of its id, and who judges and writes a batch of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from backend.core.db import Tx
from backend.departments.models import Entry

Content = TypeVar("Content")


class Candidate(Struct, Generic[Content], frozen=True):
    """A line that holds by itself. `owner_key` and `fingerprint` are keyed hashes of the owner's number and of all
    content but `updated_at`; `refers_to` are other ids of the same department that the content names.
    """

    source_id: str
    updated_at: datetime
    owner_key: bytes
    fingerprint: bytes
    content: Content
    refers_to: tuple[str, ...] = ()


class Received(Struct, Generic[Content], frozen=True):
    """A candidate and the number of its line."""

    number: int
    candidate: Candidate[Content]


class Change(Struct, Generic[Content], frozen=True):
    """Content to be written under `object_id`. `known`: what the directory held before this batch."""

    object_id: UUID
    candidate: Candidate[Content]
    known: Entry | None


class Desk(Protocol[Content]):
    """Where one batch is judged and written, inside its transaction."""

    def judge(self, candidate: Candidate[Content], directory: Mapping[str, Entry]) -> None:
        """Raises LineRefused where what is known forbids the content; remembers what it let pass.

        Called in the order of the lines and for new content only. `directory` is as of this line; the subject of an
        entry made by this batch is not known yet. So that a repeated feed ends where a single one does, what is allowed
        must be transitive: content refused now may not become allowed by way of later lines.
        """

    async def write(self, tx: Tx, changes: Sequence[Change[Content]], now: datetime) -> Sequence[UUID]:
        """Writes the last content of each id, with statements for many rows, and returns the subject of each change."""


class Feed(Protocol[Content]):
    """One kind of record that departments feed."""

    @property
    def name(self) -> str:
        """`licences`, `events` …: the first part of a scope."""

    def read(self, raw: bytes, now: datetime) -> Candidate[Content]:
        """Decodes and checks a line by itself. Raises LineRefused."""

    async def open(
        self, tx: Tx, received: Sequence[Received[Content]], directory: Mapping[str, Entry], now: datetime
    ) -> Desk[Content]:
        """Loads what judging this batch needs."""
