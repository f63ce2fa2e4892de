"""A line of the bill feed: its form on the wire, and the bill it declares once everything in it holds."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend.citizens.models import Holder
from backend.city.city import City
from backend.city.models import Fee
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.departments.faults import IN_FUTURE, OUT_OF_SCOPE, LineRefused
from backend.departments.instants import read_date, read_time
from backend.departments.models import DepartmentKey
from backend.departments.owners import check_owner, owner_key
from backend.departments.protocol import Candidate
from backend.departments.reading import Short, SourceId, decode
from backend.payments.bill_faults import BAD_AMOUNT, FREE_OF_CHARGE, MISSING_BASIS, UNKNOWN_FEE
from backend.payments.fiscal import Fiscal, FiscalBill, read_fiscal
from backend.payments.money import LARGEST_FEN, Fen

_CLOCK_SKEW = timedelta(minutes=5)


class WireBill(Struct, frozen=True, forbid_unknown_fields=True):
    """As a department writes it."""

    id: SourceId
    fee: Short
    payer: Holder
    amount_fen: Annotated[int, Meta(ge=1, le=LARGEST_FEN)]
    payee: Short
    updated_at: str
    basis: Short | None = None
    reference: Short | None = None
    due_on: str | None = None
    withdrawn: bool = False
    payment_code: str | None = None
    fiscal_bill: FiscalBill | None = None


class Declared(Struct, frozen=True, omit_defaults=True):
    """What a department says that somebody owes. `reference` and `fiscal` are in clear: they are sealed when written.

    Fields with a default came later; left out where they say nothing, they leave the fingerprints of older lines alone.
    """

    fee_code: str
    payer: Holder
    amount_fen: Fen
    basis: str
    payee: str
    reference: str | None
    due_on: date | None
    withdrawn: bool
    fiscal: Fiscal | None = None


_decoder = msgspec.json.Decoder(WireBill)
_encoder = msgspec.json.Encoder(order="deterministic")


def read_bill(raw: bytes, key: DepartmentKey, city: City, keyring: Keyring, now: datetime) -> Candidate[Declared]:
    """Decodes a line and checks all that can be checked without the database. Raises LineRefused."""
    wire = decode(_decoder, raw)
    fee = _fee(wire, key, city)
    updated_at = read_time("updated_at", wire.updated_at)
    if updated_at > now + _CLOCK_SKEW:
        raise LineRefused(IN_FUTURE, field="updated_at")
    declared = Declared(
        fee.code,
        check_owner(wire.payer, local_date(now)),
        Fen(wire.amount_fen),
        _basis(wire, fee),
        wire.payee,
        wire.reference,
        None if wire.due_on is None else read_date("due_on", wire.due_on),
        wire.withdrawn,
        read_fiscal(wire.payment_code, wire.fiscal_bill),
    )
    fingerprint = keyring.lookup("feed.bills", _encoder.encode(declared).decode())
    return Candidate(wire.id, updated_at, owner_key(keyring, declared.payer), fingerprint, declared)


def _fee(wire: WireBill, key: DepartmentKey, city: City) -> Fee:
    fee = city.fees.get(wire.fee)
    if fee is None:
        raise LineRefused(UNKNOWN_FEE, fee=wire.fee)
    if not key.allows("bills", wire.fee):
        raise LineRefused(OUT_OF_SCOPE, type=wire.fee)
    if fee.amount_fen == 0:
        raise LineRefused(FREE_OF_CHARGE, fee=wire.fee)
    if not (fee.min_fen or 0) <= wire.amount_fen <= (fee.max_fen or LARGEST_FEN):
        raise LineRefused(BAD_AMOUNT, fee=wire.fee)
    return fee


def _basis(wire: WireBill, fee: Fee) -> str:
    """A bill always says on what it rests."""
    basis = wire.basis or fee.basis
    if basis is None:
        raise LineRefused(MISSING_BASIS, fee=wire.fee)
    return basis
