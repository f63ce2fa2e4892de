"""A receipt with all that it says."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.payments.models import OrderNo
from backend.payments.money import Fen
from backend.payments.receipts.numbers import ReceiptNo


class Standing(StrEnum):
    VALID = "valid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class Receipt(Struct, frozen=True):
    """`refunded_fen` has gone back, `refunding_fen` is on its way; money that was never owed counts in neither."""

    subject_id: UUID
    bill_id: UUID
    receipt_no: ReceiptNo
    issued_at: datetime
    bill_no: str
    fee_code: str
    fee_name: str | None
    amount_fen: Fen
    basis: str
    payee: str
    key_id: str
    fiscal_enc: bytes | None
    order_no: OrderNo
    channel: str
    provider_txn_id: str
    paid_at: datetime
    refunded_fen: Fen
    refunding_fen: Fen
    refunded_at: datetime | None

    @property
    def standing(self) -> Standing:
        if self.refunded_fen == 0:
            return Standing.VALID
        return Standing.REFUNDED if self.refunded_fen >= self.amount_fen else Standing.PARTLY_REFUNDED
