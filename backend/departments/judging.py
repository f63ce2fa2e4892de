"""New, unchanged, outdated or twice in one feed: line after line against what is known, without the database."""

from collections.abc import Sequence
from typing import Generic
from uuid import UUID

from msgspec import Struct, structs

from backend.core.ids import uuid7
from backend.departments.faults import CONFLICT, DUPLICATE_ID, OUTDATED, OWNER_CHANGED, Fault, LineRefused
from backend.departments.models import Entry
from backend.departments.protocol import Candidate, Change, Content, Desk, Received

_NOBODY = UUID(int=0)  # until the change is written and its subject is known


class Outcome(Struct, frozen=True):
    """What became of a line: refused with a fault, unchanged, or accepted, then perhaps instead of an earlier line."""

    line: int
    source_id: str
    fault: Fault | None = None
    changed: bool = False
    instead_of: int | None = None


class Judgement(Generic[Content]):
    """Goes through a batch line by line, so that the result does not depend on where a feed was cut into batches."""

    def __init__(self, desk: Desk[Content], directory: dict[str, Entry], run_id: UUID) -> None:
        self._desk = desk
        self._known = dict(directory)
        self._directory = directory
        self._run_id = run_id
        self._touched: set[str] = set()
        self.changes: dict[str, Change[Content]] = {}
        self.outcomes: list[Outcome] = []

    def judge(self, received: Received[Content]) -> None:
        line, candidate = received.number, received.candidate
        entry = self._directory.get(candidate.source_id)
        try:
            if is_news(candidate, entry, self._run_id):
                self._desk.judge(candidate, self._directory)
                self._accept(line, candidate, entry)
            elif entry is not None:
                self._leave(line, candidate, entry)
        except LineRefused as refused:
            self.outcomes.append(Outcome(line, candidate.source_id, fault=refused.fault))

    def entries(self, subjects: Sequence[UUID]) -> list[Entry]:
        """What the directory must hold now, given the subject of each change."""
        owners = dict(zip(self.changes, subjects, strict=True))
        changed = [structs.replace(self._directory[key], subject_id=owner) for key, owner in owners.items()]
        return changed + [self._directory[key] for key in self._touched - owners.keys()]

    def _accept(self, line: int, candidate: Candidate[Content], entry: Entry | None) -> None:
        source_id, known = candidate.source_id, self._known.get(candidate.source_id)
        now_known = Entry(
            source_id,
            entry.subject_id if entry else _NOBODY,
            entry.object_id if entry else uuid7(),
            candidate.owner_key,
            candidate.fingerprint,
            candidate.updated_at,
            self._run_id,
            line,
        )
        self._directory[source_id] = now_known
        self.changes[source_id] = Change(now_known.object_id, candidate, known)
        instead_of = entry.line if entry and entry.run_id == self._run_id else None
        self.outcomes.append(Outcome(line, source_id, changed=True, instead_of=instead_of))

    def _leave(self, line: int, candidate: Candidate[Content], entry: Entry) -> None:
        """The content is known; only the time of its last update may move on."""
        if candidate.updated_at > entry.updated_at:
            self._directory[entry.source_id] = structs.replace(entry, updated_at=candidate.updated_at)
            self._touched.add(entry.source_id)
        self.outcomes.append(Outcome(line, entry.source_id))


def is_news(candidate: Candidate[Content], entry: Entry | None, run_id: UUID) -> bool:
    """Whether the content must be written. Raises LineRefused: outdated, conflict, duplicate_id, owner_changed."""
    if entry is None:
        return True
    same_feed, same_content = entry.run_id == run_id, candidate.fingerprint == entry.fingerprint
    if same_feed and candidate.updated_at <= entry.updated_at:
        raise LineRefused(DUPLICATE_ID, line=entry.line)
    if candidate.updated_at < entry.updated_at:
        raise LineRefused(OUTDATED)
    if candidate.owner_key != entry.owner_key:
        raise LineRefused(OWNER_CHANGED)
    if candidate.updated_at == entry.updated_at and not same_content:
        raise LineRefused(CONFLICT)
    return same_feed or not same_content
