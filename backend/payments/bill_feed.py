"""The bill feed: what departments say that somebody owes, corrected or withdrawn as long as nobody has paid it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from backend.citizens.service import find_or_create_subjects
from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.db import Tx
from backend.core.events import record
from backend.departments.faults import LineRefused
from backend.departments.models import DepartmentKey, Entry
from backend.departments.protocol import Candidate, Change, Received
from backend.payments.bill_faults import ALREADY_PAID, FEE_CHANGED
from backend.payments.bill_lines import Declared, read_bill
from backend.payments.bills import seal_reference
from backend.payments.events import BillRecorded
from backend.payments.numbers import new_bill_no
from backend.payments.queries import bills as queries
from backend.payments.queries.bills import BillRow
from backend.payments.records import BillState

_PAID = frozenset({BillState.SETTLED, BillState.REFUNDED})


class BillFeed:
    """Bills from one department, as far as its key allows."""

    name = "bills"

    def __init__(self, key: DepartmentKey, city: City, keyring: Keyring) -> None:
        self._key = key
        self._city = city
        self._keyring = keyring

    def read(self, raw: bytes, now: datetime) -> Candidate[Declared]:
        return read_bill(raw, self._key, self._city, self._keyring, now)

    async def open(
        self, tx: Tx, received: Sequence[Received[Declared]], directory: Mapping[str, Entry], now: datetime
    ) -> "BillDesk":
        """Locks the bills that may change, so that none is paid while it is being changed."""
        known = [(directory.get(line.candidate.source_id), line.candidate.fingerprint) for line in received]
        changing = [entry for entry, fingerprint in known if entry is not None and entry.fingerprint != fingerprint]
        stored = await queries.list_bill_states(
            tx, [entry.subject_id for entry in changing], [entry.object_id for entry in changing]
        )
        return BillDesk(self, {entry.source_id: stored[entry.object_id] for entry in changing})

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], now: datetime) -> Sequence[UUID]:
        payers = [change.candidate.content.payer for change in changes]
        known = await find_or_create_subjects(tx, self._keyring, payers, now)
        subjects: list[UUID] = [known[payer.number] for payer in payers]
        rows = [self._row(change, subject, now) for change, subject in zip(changes, subjects, strict=True)]
        await queries.upsert_bills(tx, rows, self._keyring.current, self._key.department_id, now)
        await record(tx, [_event(change, subject) for change, subject in zip(changes, subjects, strict=True)], now)
        return subjects

    def _row(self, change: Change[Declared], subject_id: UUID, now: datetime) -> BillRow:
        declared = change.candidate.content
        return BillRow(
            subject_id,
            change.object_id,
            new_bill_no(now),
            change.candidate.source_id,
            declared.fee_code,
            declared.amount_fen,
            declared.basis,
            declared.payee,
            seal_reference(self._keyring, change.object_id, declared.reference),
            declared.due_on,
            BillState.WITHDRAWN if declared.withdrawn else BillState.OPEN,
        )


class BillDesk:
    """Judges one batch: a bill keeps its fee, and what has been paid is not changed any more."""

    def __init__(self, feed: BillFeed, stored: dict[str, tuple[str, str]]) -> None:
        self._feed = feed
        self._stored = stored

    def judge(self, candidate: Candidate[Declared], directory: Mapping[str, Entry]) -> None:
        before = self._stored.get(candidate.source_id)
        if before is not None and before[0] != candidate.content.fee_code:
            raise LineRefused(FEE_CHANGED)
        if before is not None and before[1] in _PAID:
            raise LineRefused(ALREADY_PAID)
        self._stored[candidate.source_id] = (candidate.content.fee_code, BillState.OPEN)

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], now: datetime) -> Sequence[UUID]:
        return await self._feed.write(tx, changes, now)


def _event(change: Change[Declared], subject_id: UUID) -> BillRecorded:
    declared = change.candidate.content
    return BillRecorded(
        subject_id=subject_id,
        bill_id=change.object_id,
        fee_code=declared.fee_code,
        amount_fen=declared.amount_fen,
        due_on=declared.due_on,
        withdrawn=declared.withdrawn,
        first=change.known is None,
    )
