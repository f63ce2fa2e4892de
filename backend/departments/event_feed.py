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
from backend.departments.event_faults import UNKNOWN_PERSON, UNKNOWN_SUBJECT
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
        parties = [party for line in received for party in line.candidate.content.parties]
        unnamed = [party.holder for party in parties if not party.named]
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
        for fact, party in reported.people.items():
            if not party.named and party.holder.number not in self._known:
                raise LineRefused(UNKNOWN_PERSON, fact=fact)

    async def write(self, tx: Tx, changes: Sequence[Change[Reported]], now: datetime) -> Sequence[UUID]:
        parties = [party for change in changes for party in change.candidate.content.parties]
        known = await find_or_create_subjects(tx, self._keyring, [party.holder for party in parties], now)
        await record(tx, [self._fact(change, known) for change in changes], now)
        return [known[change.candidate.content.subject.number] for change in changes]

    def _fact(self, change: Change[Reported], known: Mapping[str, UUID]) -> EventReceived:
        """Of people that facts name only their ids go on: no number leaves the feed."""
        reported, stated_at = change.candidate.content, change.candidate.updated_at
        people = {fact: str(known[party.holder.number]) for fact, party in reported.people.items()}
        return EventReceived(
            subject_id=known[reported.subject.number],
            report_id=change.object_id,
            department_id=self._key.department_id,
            event_type=reported.event_type,
            occurred_at=reported.occurred_at,
            facts=reported.facts | people,
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
