"""Non-tax receipts: a bill's payment code (缴款码), and the fiscal bill (财政电子票据) that its department has issued.

The hall keeps and prints both; it issues neither.
"""

import re
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.core.crypto import Keyring
from backend.departments.faults import LineRefused
from backend.payments.bill_faults import BAD_FISCAL_BILL, BAD_PAYMENT_CODE

_PAYMENT_CODE = re.compile(r"[0-9]{20}", re.ASCII)  # 缴款码
_CODE = re.compile(r"[0-9]{8}", re.ASCII)  # 2 digits each: region, class, kind, year (交通运输部公告 2020 年第 24 号)
_NUMBER = re.compile(r"[0-9]{10}", re.ASCII)
_CHECK = re.compile(r"[0-9A-Za-z]{6}", re.ASCII)
_COLUMN = b"fiscal"


class FiscalBill(Struct, frozen=True, forbid_unknown_fields=True):
    """票据代码, 票据号码, 校验码: whoever has all three can see the bill at the finance department."""

    code: str
    number: str
    check: str


class Fiscal(Struct, frozen=True, omit_defaults=True):
    payment_code: str | None = None
    bill: FiscalBill | None = None


def read_fiscal(payment_code: str | None, bill: FiscalBill | None) -> Fiscal | None:
    """None where a department gives neither. Raises LineRefused."""
    if payment_code is not None and not _PAYMENT_CODE.fullmatch(payment_code):
        raise LineRefused(BAD_PAYMENT_CODE)
    if bill is not None and not _well_formed(bill):
        raise LineRefused(BAD_FISCAL_BILL)
    return None if payment_code is None and bill is None else Fiscal(payment_code, bill)


def seal_fiscal(keyring: Keyring, bill_id: UUID, fiscal: Fiscal | None) -> bytes | None:
    """Bound to its bill."""
    if fiscal is None:
        return None
    return keyring.seal(msgspec.json.encode(fiscal).decode(), context=bill_id.bytes + _COLUMN)


def open_fiscal(keyring: Keyring, bill_id: UUID, key_id: str, sealed: bytes | None) -> Fiscal:
    """For the payer's own eyes."""
    if sealed is None:
        return Fiscal()
    return msgspec.json.decode(keyring.open(key_id, sealed, context=bill_id.bytes + _COLUMN), type=Fiscal)


def _well_formed(bill: FiscalBill) -> bool:
    parts = ((_CODE, bill.code), (_NUMBER, bill.number), (_CHECK, bill.check))
    return all(pattern.fullmatch(part) for pattern, part in parts)
