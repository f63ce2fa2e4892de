"""Payments as the rest of the house sees them, and the one shape in which a provider's facts arrive."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from msgspec import Struct

from backend.payments.money import Fen

BillId = NewType("BillId", UUID)
OrderNo = NewType("OrderNo", str)  # ^[0-9A-Za-z]{8,32}$: fits all three providers
RefundNo = NewType("RefundNo", str)  # same alphabet; the same number is used again on every retry

CNY = "CNY"


class Channel(StrEnum):
    """Who moves the money."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    UNIONPAY = "unionpay"


class Kind(StrEnum):
    """What an observation is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    CLOSED = "closed"  # the order ended without money
    OTHER = "other"  # nothing that moves money: keep and acknowledge


class ObservedState(StrEnum):
    """What the provider says. A payment that was refunded later is still PAID as a payment."""

    PAID = "paid"
    FINISHED = "finished"  # paid, and by Alipay no longer refundable
    PENDING = "pending"
    CLOSED = "closed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # not decided or not told: ask again, never guess
    REFUNDED = "refunded"  # of a refund: it went through (with Alipay's notices: all money is back)
    PARTIALLY_REFUNDED = "partially_refunded"  # of a refund: it went through and money remains (Alipay's notices)
    ABNORMAL = "abnormal"  # of a refund: stuck at the provider, operators must act (WeChat)


class Observation(Struct, frozen=True, kw_only=True):
    """One fact told by a provider, the same whether by callback, query or daily bill.

    Merchant and application were checked against the adapter's own before this was made; the order was not.
    Amounts are positive fen. What a provider does not tell is None, in particular: `order_no` in UnionPay's refund
    notices (the payment is known by `provider_txn_id` then), `amount_fen` in Alipay's refund notices (they tell only
    `refunded_total_fen`, the sum of all refunds of the order so far).
    """

    channel: Channel
    kind: Kind
    state: ObservedState
    order_no: OrderNo | None
    refund_no: RefundNo | None = None
    provider_txn_id: str | None = None  # the payment's, also in a refund
    provider_refund_id: str | None = None
    amount_fen: Fen | None = None  # of this payment or this refund
    total_fen: Fen | None = None  # of the order
    refunded_total_fen: Fen | None = None
    currency: str = CNY
    occurred_at: datetime | None = None
