"""What a provider keeps of trades, refunds and the notices it owes; the same for all three."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class TradeState(StrEnum):
    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"
    FINISHED = "finished"  # paid, and no longer to be refunded


class RefundState(StrEnum):
    PROCESSING = "processing"
    DONE = "done"
    ABNORMAL = "abnormal"
    CLOSED = "closed"


class Topic(StrEnum):
    """What a notice is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    CLOSED = "closed"
    FINISHED = "finished"


class Trade(Struct, frozen=True, kw_only=True):
    """An order of the merchant. `request` is what it asked with, `details` what else the protocol has to remember."""

    order_no: str
    amount_fen: int
    subject: str
    notify_url: str
    return_url: str
    created_at: datetime
    expires_at: datetime
    request: str = ""
    details: Mapping[str, str] = {}
    state: TradeState = TradeState.WAITING
    txn_id: str = ""
    paid_at: datetime | None = None
    closed_at: datetime | None = None


class Refund(Struct, frozen=True, kw_only=True):
    refund_no: str
    order_no: str
    amount_fen: int
    notify_url: str
    created_at: datetime
    refund_id: str
    request: str = ""
    details: Mapping[str, str] = {}
    state: RefundState = RefundState.PROCESSING
    done_at: datetime | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """One event to be told until it is acknowledged. `number`: the order's, or for a refund the refund's."""

    notice_id: str
    topic: Topic
    number: str
    url: str
    due_at: datetime | None  # None: kept back, acknowledged or given up
    sends: int = 0
    acknowledged: bool = False
    state: RefundState | None = None  # of the refund when this was to be told
    forged: bool = False
    wrong_amount: bool = False
