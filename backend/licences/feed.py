"""The licence feed: what is known of a licence decides what may be declared; a batch is written as a whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from backend.citizens.service import find_or_create_subjects, share_subjects
from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.events import record
from backend.departments.faults import LineRefused
from backend.departments.models import DepartmentKey, Entry
from backend.departments.protocol import Candidate, Change, Received
from backend.licences import queries, states
from backend.licences.events import LicenceRecorded
from backend.licences.faults import SUPERSEDES_OTHER_OWNER, TYPE_CHANGED
from backend.licences.lines import Declared, read_licence
from backend.licences.queries import LicenceRow
from backend.licences.sealing import seal_declared
from backend.licences.states import State


class LicenceFeed:
    """Licences from one department, as far as its key allows."""

    name = "licences"

    def __init__(self, key: DepartmentKey, city: City, keyring: Keyring) -> None:
        self._key = key
        self._city = city
        self._keyring = keyring
        self._single = [kind.code for kind in city.licence_types.values() if kind.single_per_holder]

    def read(self, raw: bytes, now: datetime) -> Candidate[Declared]:
        return read_licence(raw, self._key, self._city, self._keyring, now)

    async def open(
        self, tx: Tx, received: Sequence[Received[Declared]], directory: Mapping[str, Entry], now: datetime
    ) -> "LicenceDesk":
        """Loads the present state of the licences that may change."""
        known = [(directory.get(line.candidate.source_id), line.candidate.fingerprint) for line in received]
        changing = [entry for entry, fingerprint in known if entry is not None and entry.fingerprint != fingerprint]
        stored = await queries.list_states(tx, changing) if changing else {}
        return LicenceDesk(self, {entry.source_id: stored[entry.object_id] for entry in changing})

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], now: datetime) -> Sequence[UUID]:
        """Licences, what they supersede, which of them are being renewed, and their events."""
        holders = [change.candidate.content.holder for change in changes]
        known = await find_or_create_subjects(tx, self._keyring, holders, now)
        subjects: list[UUID] = [known[holder.number] for holder in holders]
        touched = sorted(set(subjects))
        await share_subjects(tx, touched)
        rows = [self._row(change, subject) for change, subject in zip(changes, subjects, strict=True)]
        await queries.upsert_licences(tx, rows, self._keyring.current, self._key.department_id, now)
        await queries.update_superseded(tx, touched, self._single, now)
        await queries.update_renewals(tx, touched, now)
        await record(tx, [self._event(change, subject) for change, subject in zip(changes, subjects, strict=True)], now)
        return subjects

    def _row(self, change: Change[Declared], subject_id: UUID) -> LicenceRow:
        declared = change.candidate.content
        sealed = seal_declared(self._keyring, change.object_id, declared)
        return LicenceRow(
            subject_id,
            change.object_id,
            declared.licence_type,
            change.candidate.source_id,
            sealed.number,
            sealed.identifier,
            sealed.face,
            declared.version,
            declared.issued_on,
            declared.valid_from,
            declared.expires_on,
            declared.status,
            declared.supersedes,
        )

    def _event(self, change: Change[Declared], subject_id: UUID) -> LicenceRecorded:
        declared = change.candidate.content
        return LicenceRecorded(
            subject_id=subject_id,
            licence_id=change.object_id,
            licence_type=declared.licence_type,
            department_id=self._key.department_id,
            issued_on=declared.issued_on,
            expires_on=declared.expires_on,
            status=declared.status,
            first=change.known is None,
        )


class LicenceDesk:
    """Judges one batch: an id keeps its type, its status moves only as the law lets it."""

    def __init__(self, feed: LicenceFeed, stored: dict[str, State]) -> None:
        self._feed = feed
        self._states = stored

    def judge(self, candidate: Candidate[Declared], directory: Mapping[str, Entry]) -> None:
        declared = candidate.content
        before = self._states.get(candidate.source_id)
        after = State(declared.licence_type, declared.status, declared.expires_on)
        if before is not None:
            if before.licence_type != after.licence_type:
                raise LineRefused(TYPE_CHANGED)
            states.check(before, after)
        old = None if declared.supersedes is None else directory.get(declared.supersedes)
        if old is not None and old.owner_key != candidate.owner_key:
            raise LineRefused(SUPERSEDES_OTHER_OWNER)
        self._states[candidate.source_id] = after

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], now: datetime) -> Sequence[UUID]:
        return await self._feed.write(tx, changes, now)
