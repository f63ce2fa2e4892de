"""What Alipay answers about trades and refunds, told as observations."""

from msgspec import Struct

from backend.payments.models import Channel, Kind, Observation, ObservedState, OrderNo
from backend.payments.money import Fen, NotAnAmount, parse_yuan
from backend.payments.providers.alipay.notices import instant
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable
from backend.payments.providers.protocol import NewRefund

REFUND_DONE = "REFUND_SUCCESS"


class Trade(Struct, frozen=True):
    """alipay.trade.query."""

    out_trade_no: str
    trade_no: str
    trade_status: str
    total_amount: str
    send_pay_date: str = ""


class Refunded(Struct, frozen=True):
    """alipay.trade.refund: `refund_fee` is the sum of all refunds so far."""

    out_trade_no: str
    fund_change: str = "N"


class RefundFound(Struct, frozen=True):
    """alipay.trade.fastpay.refund.query; without `refund_status` the refund is not (yet) known."""

    out_trade_no: str = ""
    out_request_no: str = ""
    trade_no: str = ""
    refund_status: str = ""
    refund_amount: str = ""
    total_amount: str = ""
    gmt_refund_pay: str = ""


class BillAddress(Struct, frozen=True):
    bill_download_url: str


def observe_trade(trade: Trade, order_no: OrderNo) -> Observation:
    """A closed trade with a date of payment was paid and wholly refunded later: as a payment it stays paid."""
    if trade.out_trade_no != order_no:
        raise ProviderUnavailable
    state = {
        "TRADE_SUCCESS": ObservedState.PAID,
        "TRADE_FINISHED": ObservedState.FINISHED,
        "TRADE_CLOSED": ObservedState.PAID if trade.send_pay_date else ObservedState.CLOSED,
        "WAIT_BUYER_PAY": ObservedState.PENDING,
    }.get(trade.trade_status, ObservedState.UNKNOWN)
    total = _fen(trade.total_amount)
    try:
        occurred_at = instant(trade.send_pay_date) if trade.send_pay_date else None
    except CallbackRefused as refused:
        raise ProviderUnavailable from refused
    return Observation(
        channel=Channel.ALIPAY,
        kind=Kind.CLOSED if state is ObservedState.CLOSED else Kind.PAYMENT,
        state=state,
        order_no=order_no,
        provider_txn_id=trade.trade_no,
        amount_fen=total,
        total_fen=total,
        occurred_at=occurred_at,
    )


def observe_refund(found: RefundFound, refund: NewRefund) -> Observation:
    if not found.refund_status:
        return unknown(Kind.REFUND, refund.order_no)
    if (found.out_trade_no, found.out_request_no) != (refund.order_no, refund.refund_no):
        raise ProviderUnavailable
    try:
        occurred_at = instant(found.gmt_refund_pay) if found.gmt_refund_pay else None
    except CallbackRefused as refused:
        raise ProviderUnavailable from refused
    return Observation(
        channel=Channel.ALIPAY,
        kind=Kind.REFUND,
        state=ObservedState.REFUNDED if found.refund_status == REFUND_DONE else ObservedState.UNKNOWN,
        order_no=refund.order_no,
        refund_no=refund.refund_no,
        provider_txn_id=found.trade_no or refund.provider_txn_id,
        amount_fen=_fen(found.refund_amount),
        total_fen=_fen(found.total_amount),
        occurred_at=occurred_at,
    )


def unknown(kind: Kind, order_no: OrderNo, state: ObservedState = ObservedState.UNKNOWN) -> Observation:
    return Observation(channel=Channel.ALIPAY, kind=kind, state=state, order_no=order_no)


def _fen(yuan: str) -> Fen:
    try:
        return parse_yuan(yuan)
    except NotAnAmount as error:
        raise ProviderUnavailable from error
