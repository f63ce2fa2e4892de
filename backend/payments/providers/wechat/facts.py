"""WeChat Pay's transaction and refund, as notices and queries carry them, told as observations."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from backend.payments.models import CNY, Channel, Kind, Observation, ObservedState, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import check_ours, fen, number, order_number

_PAYMENT_STATES = {
    "SUCCESS": ObservedState.PAID,
    "REFUND": ObservedState.PAID,  # paid, and later wholly or partly refunded: never "unpaid"
    "NOTPAY": ObservedState.PENDING,
    "USERPAYING": ObservedState.PENDING,
    "CLOSED": ObservedState.CLOSED,
    "REVOKED": ObservedState.CLOSED,
    "PAYERROR": ObservedState.FAILED,
}
_REFUND_STATES = {
    "SUCCESS": ObservedState.REFUNDED,
    "PROCESSING": ObservedState.PENDING,
    "CLOSED": ObservedState.CLOSED,
    "ABNORMAL": ObservedState.ABNORMAL,
}


class Amount(Struct, frozen=True):
    total: int
    currency: str = CNY


class Transaction(Struct, frozen=True):
    """`amount.payer_total` is left alone: coupons make it smaller than what was ordered and settled."""

    appid: str
    mchid: str
    out_trade_no: str
    trade_state: str
    transaction_id: str = ""
    success_time: datetime | None = None
    amount: Amount | None = None


class RefundAmount(Struct, frozen=True):
    total: int
    refund: int
    currency: str = CNY


class Refund(Struct, frozen=True):
    """Notices say `refund_status` and name the merchant; answers say `status` and do not."""

    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    refund_id: str
    amount: RefundAmount
    mchid: str | UnsetType = UNSET
    status: str = ""
    refund_status: str = ""
    success_time: datetime | None = None


def observe_transaction(told: Transaction, mchid: str, appid: str) -> Observation:
    """Raises CallbackRefused for another merchant or application, and for amounts that are none."""
    check_ours(told.mchid, mchid)
    check_ours(told.appid, appid)
    state = _PAYMENT_STATES.get(told.trade_state, ObservedState.UNKNOWN)
    if state is ObservedState.PAID and (told.amount is None or not told.transaction_id):
        raise CallbackRefused(Reason.FIELD)
    amount = None if told.amount is None else _amount(told.amount.total, told.amount.currency)
    return Observation(
        channel=Channel.WECHAT,
        kind=Kind.CLOSED if state is ObservedState.CLOSED else Kind.PAYMENT,
        state=state,
        order_no=order_number(told.out_trade_no),
        provider_txn_id=number(told.transaction_id) if told.transaction_id else None,
        amount_fen=amount,
        total_fen=amount,
        occurred_at=aware(told.success_time),
    )


def observe_refund(told: Refund, mchid: str) -> Observation:
    """Raises CallbackRefused for another merchant, and for amounts that are none."""
    if told.mchid is not UNSET:
        check_ours(told.mchid, mchid)
    total, refunded = (_amount(a, told.amount.currency) for a in (told.amount.total, told.amount.refund))
    if not 0 < refunded <= total:
        raise CallbackRefused(Reason.AMOUNT)
    return Observation(
        channel=Channel.WECHAT,
        kind=Kind.REFUND,
        state=_REFUND_STATES.get(told.refund_status or told.status, ObservedState.UNKNOWN),
        order_no=order_number(told.out_trade_no),
        refund_no=RefundNo(number(told.out_refund_no)),
        provider_txn_id=number(told.transaction_id),
        provider_refund_id=number(told.refund_id),
        amount_fen=refunded,
        total_fen=total,
        occurred_at=aware(told.success_time),
    )


def aware(instant: datetime | None) -> datetime | None:
    """Instants carry their zone (RFC 3339); one without is nothing to reckon with."""
    if instant is not None and instant.tzinfo is None:
        raise CallbackRefused(Reason.FIELD)
    return instant


def _amount(amount: int, currency: str) -> Fen:
    if currency != CNY:
        raise CallbackRefused(Reason.CURRENCY)
    return fen(amount)
