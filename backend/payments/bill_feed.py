"""The bill feed: what departments say that somebody owes, corrected or withdrawn as long as nobody has paid it."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple
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
from backend.payments.bills import open_reference, seal_reference
from backend.payments.events import BillRecorded
from backend.payments.fiscal import seal_fiscal
from backend.payments.numbers import new_bill_no
from backend.payments.queries import bills as queries
from backend.payments.queries.bills import BillRow, StoredBill
from backend.payments.records import BillState

_PAID = frozenset({BillState.SETTLED, BillState.REFUNDED})


class Before(NamedTuple):
    """A bill as it stands; `paid` is all it says but for the fiscal numbers, once it has been paid."""

    fee_code: str
    paid: tuple[object, ...] | None


def _said(bill: Declared) -> tuple[object, ...]:
    return (bill.amount_fen, bill.basis, bill.payee, bill.reference, bill.due_on, bill.withdrawn)


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
        subject_ids, bill_ids = [entry.subject_id for entry in changing], [entry.object_id for entry in changing]
        stored = {bill.bill_id: bill for bill in await queries.list_stored_bills(tx, subject_ids, bill_ids)}
        return BillDesk(self, {entry.source_id: self._before(stored[entry.object_id]) for entry in changing})

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], paid: Set[str], now: datetime) -> Sequence[UUID]:
        """`paid`: of these ids only the fiscal numbers change."""
        payers = [change.candidate.content.payer for change in changes]
        known = await find_or_create_subjects(tx, self._keyring, payers, now)
        subjects: list[UUID] = [known[payer.number] for payer in payers]
        rows = [self._row(change, subject, now) for change, subject in zip(changes, subjects, strict=True)]
        open_rows = [row for row in rows if row.source_id not in paid]
        await queries.upsert_bills(tx, open_rows, self._keyring.current, self._key.department_id, now)
        await queries.update_fiscal(tx, [row for row in rows if row.source_id in paid], self._keyring.current, now)
        declared = [pair for pair in zip(changes, subjects, strict=True) if pair[0].candidate.source_id not in paid]
        await record(tx, [_event(change, subject) for change, subject in declared], now)
        return subjects

    def _before(self, bill: StoredBill) -> Before:
        reference = open_reference(self._keyring, bill.bill_id, bill.key_id, bill.reference_enc)
        said = (bill.amount_fen, bill.basis, bill.payee, reference, bill.due_on, False)
        return Before(bill.fee_code, said if bill.state in _PAID else None)

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
            self._city.fees[declared.fee_code].name.zh,
            seal_fiscal(self._keyring, change.object_id, declared.fiscal),
        )


class BillDesk:
    """Judges one batch: a bill keeps its fee; of what has been paid only the fiscal numbers may still change."""

    def __init__(self, feed: BillFeed, stored: dict[str, Before]) -> None:
        self._feed = feed
        self._stored = stored

    def judge(self, candidate: Candidate[Declared], directory: Mapping[str, Entry]) -> None:
        content = candidate.content
        before = self._stored.setdefault(candidate.source_id, Before(content.fee_code, None))
        if before.fee_code != content.fee_code:
            raise LineRefused(FEE_CHANGED)
        if before.paid is not None and before.paid != _said(content):
            raise LineRefused(ALREADY_PAID)

    async def write(self, tx: Tx, changes: Sequence[Change[Declared]], now: datetime) -> Sequence[UUID]:
        paid = {source_id for source_id, before in self._stored.items() if before.paid is not None}
        return await self._feed.write(tx, changes, paid, now)


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
        stated_at=change.candidate.updated_at,
    )
