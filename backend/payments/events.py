"""What happened to somebody's payment, as far as other features act on it."""

from datetime import date, datetime
from uuid import UUID

from backend.core.events import Event


class BillRecorded(Event, frozen=True, kw_only=True, tag="payments.bill_recorded"):
    """Somebody owes a fee or a fine, or what is owed has changed. `first`: it is new to us; `stated_at`: when whoever
    it is owed to said so.
    """

    bill_id: UUID
    fee_code: str
    amount_fen: int
    due_on: date | None
    withdrawn: bool
    first: bool
    stated_at: datetime | None = None


class PaymentSettled(Event, frozen=True, kw_only=True, tag="payments.settled"):
    """Money has arrived and settles a bill. `channel`: wechat, alipay, unionpay."""

    bill_id: UUID
    order_no: str
    channel: str
    amount_fen: int


class PaymentOverpaid(Event, frozen=True, kw_only=True, tag="payments.overpaid"):
    """Money has arrived for which nothing was owed; its refund is queued under `refund_no`."""

    bill_id: UUID
    order_no: str
    refund_no: str
    amount_fen: int


class RefundSucceeded(Event, frozen=True, kw_only=True, tag="payments.refund_succeeded"):
    """Money has gone back. `overpaid`: it was never owed."""

    bill_id: UUID
    order_no: str
    refund_no: str
    amount_fen: int
    overpaid: bool
