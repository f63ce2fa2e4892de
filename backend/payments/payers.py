"""Whose bills somebody may see and pay: their own, and those of whom they may act for today."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.citizens.models import Represented
from backend.citizens.representation import list_represented_today, represented_today
from backend.citizens.whom import for_whom
from backend.core.crypto import Keyring
from backend.core.db import Queryable
from backend.payments.bills import list_bills
from backend.payments.numbers import owner_of
from backend.payments.queries import bills as queries
from backend.payments.records import Bill
from pwa.views.parts import ForWhom


class Payer(Struct, frozen=True):
    """Who owes a bill and is named on its receipt. `represented` None: the reader."""

    subject_id: UUID
    represented: Represented | None = None

    @property
    def for_whom(self) -> ForWhom | None:
        return None if self.represented is None else for_whom(self.represented)

    @property
    def on_behalf_of(self) -> str | None:
        """The name, as far as the reader may see it."""
        return None if self.represented is None else self.represented.name


class Payable(Struct, frozen=True):
    """Bills with who owes them; `more`: there are others that are not among them."""

    bills: Sequence[Bill]
    payers: Mapping[UUID, Payer]
    more: bool


async def list_payable(db: Queryable, keyring: Keyring, reader_id: UUID, now: datetime) -> Payable:
    """The reader's own, then those of everybody for whom they may act today; opened is who has any."""
    owners = [reader_id, *await list_represented_today(db, reader_id, now)]
    bills, more = await list_bills(db, owners)
    payers = await _opened(db, keyring, reader_id, {bill.subject_id for bill in bills}, now)
    return Payable([bill for bill in bills if bill.subject_id in payers], payers, more)


async def payers_of(
    db: Queryable, keyring: Keyring, reader_id: UUID, bill_id: UUID, now: datetime
) -> dict[UUID, Payer]:
    """The reader, and who has this bill, where the reader may act for them today."""
    return await _opened(db, keyring, reader_id, await queries.list_owners(db, reader_id, bill_id), now)


async def payer_of(db: Queryable, keyring: Keyring, reader_id: UUID, order_no: str, now: datetime) -> Payer:
    """The owner of this attempt to pay; where the reader may not act for them the reader, who has no such attempt."""
    owner = owner_of(keyring, order_no)
    if owner is None or owner == reader_id:
        return Payer(reader_id)
    represented = (await represented_today(db, keyring, reader_id, [owner], now)).get(owner)
    return Payer(reader_id) if represented is None else Payer(owner, represented)


async def _opened(
    db: Queryable, keyring: Keyring, reader_id: UUID, owners: Iterable[UUID], now: datetime
) -> dict[UUID, Payer]:
    """The reader first, then whom of these they may act for today."""
    others = await represented_today(db, keyring, reader_id, (each for each in owners if each != reader_id), now)
    return {reader_id: Payer(reader_id)} | {subject_id: Payer(subject_id, who) for subject_id, who in others.items()}
