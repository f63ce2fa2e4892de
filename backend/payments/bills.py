"""What somebody owes: raised here for a fixed fee or fed by a department, shown to its payer and who acts for them."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.db import Queryable, Tx
from backend.core.events import record
from backend.core.ids import uuid7
from backend.payments.errors import BillNotFound
from backend.payments.events import BillRecorded
from backend.payments.models import BillId
from backend.payments.money import Fen
from backend.payments.numbers import new_bill_no
from backend.payments.queries import bills as queries
from backend.payments.queries.bills import BillRow
from backend.payments.records import Bill, BillState, OwedTogether

_SHOWN, _SHOWN_IN_ALL = 200, 1000
_REFERENCE = b"reference"
_HOUSE = "house"


class NoFixedFee(LookupError):
    """The fee item does not exist, is free, or is set case by case: only its department can say how much."""


async def raise_bill(
    tx: Tx,
    city: City,
    keyring: Keyring,
    subject_id: UUID,
    fee_code: str,
    now: datetime,
    *,
    payee: str,
    reference: str | None = None,
    due_on: date | None = None,
) -> BillId:
    """A bill for a fee item with a fixed amount, for a case of this house (`reference`). Raises NoFixedFee."""
    fee = city.fees.get(fee_code)
    if fee is None or not fee.amount_fen or fee.basis is None:
        raise NoFixedFee(fee_code)
    bill_id = BillId(uuid7())
    sealed = seal_reference(keyring, bill_id, reference)
    row = BillRow(
        subject_id, bill_id, new_bill_no(now), str(bill_id), fee_code, Fen(fee.amount_fen), fee.basis, payee,
        sealed, due_on, BillState.OPEN, fee.name.zh, None,
    )  # fmt: skip
    await queries.upsert_bills(tx, [row], keyring.current, fee.department or _HOUSE, now)
    raised = BillRecorded(
        subject_id=subject_id, bill_id=bill_id, fee_code=fee_code, amount_fen=fee.amount_fen, due_on=due_on,
        withdrawn=False, first=True, stated_at=now,
    )  # fmt: skip
    await record(tx, [raised], now)
    return bill_id


async def get_bill(conn: Queryable, payers: Collection[UUID], bill_id: UUID) -> Bill:
    """Raises BillNotFound, also where it is none of theirs."""
    bill = await queries.find_bill(conn, list(payers), bill_id)
    if bill is None:
        raise BillNotFound
    return bill


async def list_bills(conn: Queryable, payers: Collection[UUID]) -> tuple[list[Bill], bool]:
    """What is still to pay first, and of that and the rest by payer in their order: 200 of each, 1000 in all; and
    whether there are more.
    """
    found = await queries.list_bills(conn, list(payers), _SHOWN + 1, _SHOWN_IN_ALL + 1)
    shown, of_each = list[Bill](), Counter[UUID]()
    for bill in found[:_SHOWN_IN_ALL]:
        of_each[bill.subject_id] += 1
        if of_each[bill.subject_id] <= _SHOWN:
            shown.append(bill)
    return shown, len(shown) < len(found)


async def find_owed(
    conn: Queryable, subject_id: UUID, others: Sequence[UUID] = (), *, fee_codes: Sequence[str] | None = None
) -> OwedTogether | None:
    """All that somebody and these others have still to pay, or only for these fees; None where nothing is."""
    return await queries.find_owed(conn, subject_id, others, fee_codes)


def seal_reference(keyring: Keyring, bill_id: UUID, reference: str | None) -> bytes | None:
    """Bound to its bill."""
    return None if reference is None else keyring.seal(reference, context=bill_id.bytes + _REFERENCE)


def open_reference(keyring: Keyring, bill_id: UUID, key_id: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else keyring.open(key_id, sealed, context=bill_id.bytes + _REFERENCE)
