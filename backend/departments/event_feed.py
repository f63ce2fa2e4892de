"""The event feed: what departments report is kept once by their own id and passed on as a fact of the house."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from uuid import UUID

from backend.citizens.service import find_or_create_subjects, find_subject_ids
from backend.city.city import City
from backend.city.models import EventType, FactKind
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.events import record
from backend.departments.event_faults import UNKNOWN_SUBJECT
from backend.departments.event_lines import Reported, read_event
from backend.departments.events import EventReceived
from backend.departments.faults import LineRefused
from backend.departments.models import DepartmentKey, Entry
from backend.departments.protocol import Candidate, Change, Received


class EventFeed:
    """Events from one department, as far as its key allows."""

    name = "events"

    def __init__(self, key: DepartmentKey, city: City, keyring: Keyring) -> None:
        self._key = key
        self._city = city
        self._keyring = keyring

    def read(self, raw: bytes, now: datetime) -> Candidate[Reported]:
        return read_event(raw, self._key, self._city, self._keyring, now)

    async def open(
        self, tx: Tx, received: Sequence[Received[Reported]], directory: Mapping[str, Entry], now: datetime
    ) -> "EventDesk":
        """Looks up those who come without a name."""
        unnamed = [line.candidate.content.subject for line in received if not line.candidate.content.named]
        known = await find_subject_ids(tx, self._keyring, unnamed, now) if unnamed else {}
        return EventDesk(self._key, self._city, self._keyring, known.keys())


class EventDesk:
    """Judges and writes one batch of events."""

    def __init__(self, key: DepartmentKey, city: City, keyring: Keyring, known: Set[str]) -> None:
        self._key = key
        self._city = city
        self._keyring = keyring
        self._known = known

    def judge(self, candidate: Candidate[Reported], directory: Mapping[str, Entry]) -> None:
        reported = candidate.content
        if not reported.named and reported.subject.number not in self._known:
            raise LineRefused(UNKNOWN_SUBJECT)

    async def write(self, tx: Tx, changes: Sequence[Change[Reported]], now: datetime) -> Sequence[UUID]:
        people = [change.candidate.content.subject for change in changes]
        known = await find_or_create_subjects(tx, self._keyring, people, now)
        subjects: list[UUID] = [known[person.number] for person in people]
        await record(tx, [self._fact(change, owner) for change, owner in zip(changes, subjects, strict=True)], now)
        return subjects

    def _fact(self, change: Change[Reported], subject_id: UUID) -> EventReceived:
        reported, stated_at = change.candidate.content, change.candidate.updated_at
        return EventReceived(
            subject_id=subject_id,
            report_id=change.object_id,
            department_id=self._key.department_id,
            event_type=reported.event_type,
            occurred_at=reported.occurred_at,
            facts=reported.facts,
            corrects=change.known is not None,
            withdrawn=reported.withdrawn,
            happened_on=happened_on(self._city.event_types[reported.event_type], reported),
            stated_at=stated_at,
        )


def happened_on(kind: EventType, reported: Reported) -> date:
    """The first date among the facts of its type that was given, else the day on which it occurred."""
    dates = (reported.facts.get(fact.name) for fact in kind.facts if fact.kind is FactKind.DATE)
    first = next((day for day in dates if day), None)
    return local_date(reported.occurred_at) if first is None else date.fromisoformat(first)
