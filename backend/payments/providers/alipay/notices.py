"""A notice of Alipay: payments, refunds, closings and endings all come to the payment's address ("异步通知说明")."""

from collections.abc import Mapping
from datetime import datetime

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel, Kind, Observation, ObservedState, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.alipay.keys import AlipayKeys
from backend.payments.providers.alipay.signing import verify_notice
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.intake import (
    check_ours,
    check_size,
    fen_of_yuan,
    field,
    number,
    order_number,
    parse_form,
)
from backend.payments.providers.protocol import Callback

_CHARSETS = {"": "utf-8", "utf-8": "utf-8", "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030"}
_TRADE = "trade_status_sync"


def read_notice(config: AlipayConfig, keys: AlipayKeys, body: bytes, now: datetime) -> Callback:
    """Raises CallbackRefused and nothing else. `notify_id` stays the same over all deliveries of one notice."""
    check_size(body)
    charset = _CHARSETS.get(parse_form(body, "latin-1").get("charset", "").lower())
    if charset is None:
        raise CallbackRefused(Reason.FORMAT)
    fields = parse_form(body, charset)
    signer = verify_notice(fields, charset, keys, now)
    check_ours(field(fields, "app_id"), config.app_id)
    return Callback(number(field(fields, "notify_id")), _observe(config, fields), signer)


def _observe(config: AlipayConfig, fields: Mapping[str, str]) -> Observation:
    if fields.get("notify_type") != _TRADE:
        return Observation(channel=Channel.ALIPAY, kind=Kind.OTHER, state=ObservedState.UNKNOWN, order_no=None)
    check_ours(field(fields, "seller_id"), config.seller_id)
    total, refunded = fen_of_yuan(field(fields, "total_amount")), _refunded(fields)
    if refunded is not None and refunded > total:
        raise CallbackRefused(Reason.AMOUNT)
    kind, state = _classify(fields, total, refunded)
    is_refund = kind is Kind.REFUND
    request_no = fields.get("out_biz_no", "")
    return Observation(
        channel=Channel.ALIPAY,
        kind=kind,
        state=state,
        order_no=order_number(field(fields, "out_trade_no")),
        refund_no=RefundNo(number(request_no)) if is_refund and request_no else None,
        provider_txn_id=number(field(fields, "trade_no")),
        amount_fen=None if is_refund else total,  # the notice tells the sum of all refunds, not this one
        total_fen=total,
        refunded_total_fen=refunded,
        occurred_at=_occurred_at(fields, kind),
    )


def _classify(fields: Mapping[str, str], total: Fen, refunded: Fen | None) -> tuple[Kind, ObservedState]:
    """Refunds keep TRADE_SUCCESS (partial) or make TRADE_CLOSED (full); an unpaid order closes without any refund."""
    refunding = bool(fields.get("gmt_refund")) or bool(refunded)
    match fields.get("trade_status"):
        case "TRADE_FINISHED":
            return Kind.PAYMENT, ObservedState.FINISHED
        case "TRADE_SUCCESS" if refunding:
            return Kind.REFUND, ObservedState.REFUNDED if refunded == total else ObservedState.PARTIALLY_REFUNDED
        case "TRADE_SUCCESS":
            return Kind.PAYMENT, ObservedState.PAID
        case "TRADE_CLOSED" if refunding:
            return Kind.REFUND, ObservedState.REFUNDED
        case "TRADE_CLOSED":
            return Kind.CLOSED, ObservedState.CLOSED
        case "WAIT_BUYER_PAY":
            return Kind.PAYMENT, ObservedState.PENDING
    raise CallbackRefused(Reason.FIELD)


def _refunded(fields: Mapping[str, str]) -> Fen | None:
    told = fields.get("refund_fee", "")
    return fen_of_yuan(told) if told else None


def _occurred_at(fields: Mapping[str, str], kind: Kind) -> datetime:
    name = {Kind.REFUND: "gmt_refund", Kind.CLOSED: "gmt_close"}.get(kind, "gmt_payment")
    return instant(fields.get(name) or field(fields, "notify_time"))


def instant(text: str) -> datetime:
    """`2026-11-20 10:00:00`, with or without fractions, on Shanghai's clocks."""
    try:
        return datetime.strptime(text.partition(".")[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise CallbackRefused(Reason.FIELD) from None
