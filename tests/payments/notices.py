"""What the three providers send about an order of the till: signed as they do it, now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel
from backend.payments.money import Fen, format_yuan
from backend.payments.records import Order
from tests.payments.merchants import unionpay_certificate
from tests.payments.providers.alipay import gateway as alipay
from tests.payments.providers.unionpay import gateway as unionpay
from tests.payments.providers.wechat import gateway as wechat

_JSON, _FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}


class Notice(Struct, frozen=True):
    channel: Channel
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return f"/callbacks/{self.channel}"


def payment(order: Order, **changes: Any) -> Notice:
    """That the order was paid, under the number that the till gives its payments."""
    match Channel(order.channel):
        case Channel.WECHAT:
            told = {
                "out_trade_no": order.order_no,
                "transaction_id": f"T-{order.order_no}",
                "amount": _wechat_amount(total=order.amount_fen, payer_total=order.amount_fen),
            }
            return _wechat(wechat.notice(wechat.TRANSACTION | told | changes, id=f"EV-{order.order_no[:30]}"))
        case Channel.ALIPAY:
            return _alipay(_alipay_trade(order) | changes)
        case Channel.UNIONPAY:
            told = {
                "orderId": order.order_no,
                "txnAmt": str(order.amount_fen),
                "queryId": f"T-{order.order_no}",
            }
            return _unionpay(told | changes)


def refund(order: Order, refund_no: str, amount: Fen, total_so_far: Fen) -> Notice:
    """That one of its refunds went through; Alipay tells no more than the sum of all so far."""
    match Channel(order.channel):
        case Channel.WECHAT:
            told = {
                "out_trade_no": order.order_no,
                "transaction_id": f"T-{order.order_no}",
                "out_refund_no": refund_no,
                "refund_id": f"R-{refund_no}",
                "amount": _wechat_amount(total=order.amount_fen, refund=amount),
            }
            return _wechat(wechat.notice(wechat.REFUND | told, "REFUND.SUCCESS", id=f"EV-{refund_no[:30]}"))
        case Channel.ALIPAY:
            told = {
                "notify_id": f"N-{refund_no}",
                "gmt_refund": alipay.PARTIAL["gmt_refund"],
                "refund_fee": format_yuan(total_so_far),
                "out_biz_no": refund_no,
            }
            return _alipay(_alipay_trade(order) | told)
        case Channel.UNIONPAY:
            told = {
                "orderId": refund_no,
                "txnAmt": str(amount),
                "queryId": f"R-{refund_no}",
                "origQryId": f"T-{order.order_no}",
            }
            return _unionpay(unionpay.REFUND | told)


def _wechat(body: bytes) -> Notice:
    return Notice(Channel.WECHAT, _JSON | wechat.signed(body, datetime.now(UTC)), body)


def _alipay(fields: Mapping[str, str]) -> Notice:
    return Notice(Channel.ALIPAY, _FORM, alipay.notice(fields))


def _unionpay(fields: Mapping[str, str]) -> Notice:
    now = datetime.now(SHANGHAI)
    known = {
        "signPubKeyCert": unionpay_certificate(),
        "txnTime": f"{now:%Y%m%d%H%M%S}",
        "traceTime": f"{now:%m%d%H%M%S}",
    }
    return Notice(Channel.UNIONPAY, _FORM, unionpay.notice(known | fields))


def _alipay_trade(order: Order) -> dict[str, str]:
    return {
        "notify_id": f"N-{order.order_no}",
        "out_trade_no": order.order_no,
        "trade_no": f"T-{order.order_no}",
        "total_amount": format_yuan(order.amount_fen),
    }


def _wechat_amount(**fen: int) -> dict[str, Any]:
    return {**fen, "currency": "CNY"}
