"""What UnionPay tells of a trade or a refund, in notices and in answers to queries alike."""

from datetime import datetime

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.records import Refund, Trade
from backend.sandbox.gateways.unionpay.times import clearing_day, stamp

CARD = "6226********0000"


def of_trade(trade: Trade) -> dict[str, str]:
    facts = dict(trade.details) | {"orderId": trade.order_no, "txnAmt": str(trade.amount_fen), "currencyCode": "156"}
    facts.pop("tn", None)
    if trade.paid_at is None:
        return facts
    card = {"accNo": CARD, "payCardType": "01", "payType": "0001"}
    return facts | card | _moved(trade.txn_id, trade.amount_fen, trade.paid_at)


def of_refund(refund: Refund) -> dict[str, str]:
    """`txnTime` is missing where the refund was made at the desk: then it is when it was made."""
    made = {"txnType": "04", "txnSubType": "00", "bizType": "000201", "accessType": "0"}
    made |= {"txnTime": stamp(refund.created_at)} | dict(refund.details)
    made |= {"orderId": refund.refund_no, "txnAmt": str(refund.amount_fen), "currencyCode": "156"}
    return made | _moved(refund.refund_id, refund.amount_fen, refund.done_at or refund.created_at)


def trace_no(query_id: str) -> str:
    return query_id[14:20]


def trace_time(at: datetime) -> str:
    """MMDDhhmmss, without a year."""
    return f"{at.astimezone(SHANGHAI):%m%d%H%M%S}"


def _moved(query_id: str, amount: int, at: datetime) -> dict[str, str]:
    return {
        "queryId": query_id,
        "traceNo": trace_no(query_id),
        "traceTime": trace_time(at),
        "settleAmt": str(amount),
        "settleCurrencyCode": "156",
        "settleDate": f"{clearing_day(at):%m%d}",
    }
