"""Bills, attempts to pay them and refunds, as this feature keeps them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.payments.models import BillId, Channel, OrderNo, RefundNo
from backend.payments.money import Fen


class BillState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    REFUNDED = "refunded"  # paid, and all of it given back
    WITHDRAWN = "withdrawn"


class OrderState(StrEnum):
    CREATED = "created"  # committed here, not yet answered by the provider
    PENDING = "pending"  # the provider waits for the resident
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CLOSED = "closed"
    FAILED = "failed"


class RefundState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABNORMAL = "abnormal"  # stuck at the provider: an operator must act


class Cause(StrEnum):
    """Why money goes back."""

    OVERPAYMENT = "overpayment"  # nothing was owed for it
    DECISION = "decision"
    EXTERNAL = "external"  # done at the provider without us, learnt afterwards


class Source(StrEnum):
    """Who told a fact; it changes nothing about its effect."""

    CALLBACK = "callback"
    QUERY = "query"
    BILL = "bill"
    OFFICE = "office"


class Account(StrEnum):
    """Of the ledger; what is at a channel has one account per channel (`clearing:wechat`)."""

    RECEIVABLE = "receivable"
    OVERPAYMENT = "overpayment"
    TREASURY = "treasury"
    CHANNEL_FEE = "channel_fee"
    UNIDENTIFIED = "unidentified"
    PAYOUT = "payout"


class Bill(Struct, frozen=True):
    subject_id: UUID
    bill_id: BillId
    bill_no: str
    fee_code: str
    amount_fen: Fen
    basis: str
    payee: str
    due_on: date | None
    state: str
    settled_by: OrderNo | None
    settled_at: datetime | None


class OwedTogether(Struct, frozen=True):
    """All that is open of somebody's and of those they act for (`of_others`): how many bills, how much, by when the
    first; and one of them.
    """

    number: int
    of_others: int
    amount_fen: Fen
    due_on: date | None
    bill_id: BillId
    fee_code: str


class Order(Struct, frozen=True):
    subject_id: UUID
    order_no: OrderNo
    bill_id: BillId
    channel: str
    scene: str
    amount_fen: Fen
    state: str
    booked_to: str | None
    request_hash: bytes
    creation: str | None
    provider_txn_id: str | None
    paid_fen: Fen
    reserved_fen: Fen
    refunded_fen: Fen
    ordered_at: datetime
    expires_at: datetime
    paid_at: datetime | None

    @property
    def refundable_fen(self) -> Fen:
        return Fen(self.paid_fen - self.reserved_fen)


class Refund(Struct, frozen=True):
    subject_id: UUID
    refund_no: RefundNo
    order_no: OrderNo
    amount_fen: Fen
    cause: str
    reason: str
    provider_txn_id: str
    state: str
    requested_at: datetime
    tries: int


def clearing(channel: Channel | str) -> str:
    """The account of money that a channel has taken and not yet paid out."""
    return f"clearing:{channel}"
