"""Receipts: made with the settlement, opened to the payer, and in part to whoever holds number and code."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.citizens.masking import mask_name
from backend.citizens.models import Profile
from backend.citizens.service import get_profile
from backend.core.crypto import Keyring
from backend.core.db import Queryable, Tx
from backend.payments.errors import ReceiptNotFound
from backend.payments.fiscal import Fiscal, open_fiscal
from backend.payments.receipts.models import Receipt
from backend.payments.receipts.numbers import as_issued, belong_together, new_receipt_no
from backend.payments.receipts.queries import find_place, find_receipt, insert_receipts
from backend.payments.records import Order


class OpenedReceipt(Struct, frozen=True):
    """A receipt opened, for the eyes of its payer and of who acts for them."""

    receipt: Receipt
    payer: Profile
    fiscal: Fiscal


class Shown(Struct, frozen=True):
    """What others may see: of the payer hardly more than the family name."""

    receipt: Receipt
    payer: str


async def issue_receipts(tx: Tx, orders: Sequence[Order], now: datetime) -> None:
    """For payments that settle their bill, in the transaction that says so; a bill never has a second one."""
    rows = [(each.subject_id, each.bill_id, each.order_no, new_receipt_no(now), now) for each in orders]
    await insert_receipts(tx, rows)


async def open_receipt(conn: Queryable, keyring: Keyring, subject_id: UUID, order_no: str) -> OpenedReceipt:
    """Raises ReceiptNotFound, also where the payment is not of this payer or has settled nothing."""
    receipt = await find_receipt(conn, subject_id, order_no)
    if receipt is None:
        raise ReceiptNotFound
    payer = await get_profile(conn, keyring, subject_id)
    return OpenedReceipt(receipt, payer, open_fiscal(keyring, receipt.bill_id, receipt.key_id, receipt.fiscal_enc))


async def verify_receipt(conn: Queryable, keyring: Keyring, typed_no: str, typed_code: str) -> Shown | None:
    """None where number and code, as somebody types them, are not a pair that was issued here."""
    receipt_no, code = as_issued(typed_no), as_issued(typed_code)
    if not belong_together(keyring, receipt_no, code):
        return None
    place = await find_place(conn, receipt_no)
    receipt = None if place is None else await find_receipt(conn, *place)
    if receipt is None:
        return None
    payer = await get_profile(conn, keyring, receipt.subject_id)
    return Shown(receipt, mask_name(payer.name))
