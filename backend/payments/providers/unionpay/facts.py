"""UnionPay's notices and query answers, told as observations."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel, Kind, Observation, ObservedState, RefundNo
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import fen_of_digits, field, number, order_number

SUCCESS = frozenset({"00", "A6"})  # A6: a success with a defect, still a success
UNDECIDED = frozenset({"03", "04", "05"})

_YUAN = "156"


def observe_notice(fields: Mapping[str, str]) -> Observation:
    """A verified notice of our merchant. Refunds are told by their own number and `origQryId`, never by the order's."""
    code = field(fields, "respCode")
    match field(fields, "txnType"):
        case "01":  # consume
            return observe_payment(fields, payment_state(code, is_final=False))
        case "04" | "31":  # refund, void
            return observe_refund(fields, refund_state(code))
    return Observation(channel=Channel.UNIONPAY, kind=Kind.OTHER, state=ObservedState.UNKNOWN, order_no=None)


def payment_state(code: str, *, is_final: bool) -> ObservedState:
    """Until the order's time is over the resident may try again with another card."""
    if code in SUCCESS:
        return ObservedState.PAID
    return ObservedState.FAILED if is_final and code not in UNDECIDED else ObservedState.PENDING


def refund_state(code: str) -> ObservedState:
    if code in SUCCESS:
        return ObservedState.REFUNDED
    return ObservedState.PENDING if code in UNDECIDED else ObservedState.FAILED


def observe_payment(fields: Mapping[str, str], state: ObservedState) -> Observation:
    _check_currency(fields)
    amount = fen_of_digits(field(fields, "txnAmt"))
    return Observation(
        channel=Channel.UNIONPAY,
        kind=Kind.PAYMENT,
        state=state,
        order_no=order_number(field(fields, "orderId")),
        provider_txn_id=number(field(fields, "queryId")),
        amount_fen=amount,
        total_fen=amount,
        occurred_at=occurred_at(fields),
    )


def observe_refund(fields: Mapping[str, str], state: ObservedState) -> Observation:
    """A refund that failed may have got no `queryId`; one that went through has."""
    _check_currency(fields)
    original, query_id = fields.get("origQryId", ""), fields.get("queryId", "")
    if state is ObservedState.REFUNDED and not query_id:
        raise CallbackRefused(Reason.FIELD)
    return Observation(
        channel=Channel.UNIONPAY,
        kind=Kind.REFUND,
        state=state,
        order_no=None,
        refund_no=RefundNo(number(field(fields, "orderId"))),
        provider_txn_id=number(original) if original else None,
        provider_refund_id=number(query_id) if query_id else None,
        amount_fen=fen_of_digits(field(fields, "txnAmt")),
        occurred_at=occurred_at(fields),
    )


def occurred_at(fields: Mapping[str, str]) -> datetime:
    """`traceTime` has no year: it is taken from our own `txnTime`, which lies minutes before it."""
    try:
        ordered_at = datetime.strptime(field(fields, "txnTime"), "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
        trace = fields.get("traceTime", "")
        return nearest(trace, ordered_at) if trace else ordered_at
    except ValueError:
        raise CallbackRefused(Reason.FIELD) from None


def nearest(month_to_second: str, anchor: datetime) -> datetime:
    """`MMDDhhmmss` in the year that brings it nearest to `anchor`; raises ValueError for no time of any of them."""
    if not (len(month_to_second) == 10 and month_to_second.isascii() and month_to_second.isdigit()):
        raise ValueError("not a time")
    month, day, hour, minute, second = (int(month_to_second[at : at + 2]) for at in range(0, 10, 2))
    found = []
    for year in (anchor.year - 1, anchor.year, anchor.year + 1):
        with suppress(ValueError):  # 29 February exists in some years only
            found.append(datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI))
    if not found:
        raise ValueError("not a time")
    return min(found, key=lambda each: abs(each - anchor))


def _check_currency(fields: Mapping[str, str]) -> None:
    if fields.get("currencyCode", _YUAN) != _YUAN:
        raise CallbackRefused(Reason.CURRENCY)
