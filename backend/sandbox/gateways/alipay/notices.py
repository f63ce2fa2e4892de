"""What Alipay tells: payment, refund, closing and ending, all to the payment's address ("异步通知参数说明")."""

from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.alipay.amounts import fen, local, yuan
from backend.sandbox.gateways.alipay.contract import Contract
from backend.sandbox.gateways.alipay.signing import notice_text, sign
from backend.sandbox.gateways.alipay.trades import BUYER
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.courier import Letter
from backend.sandbox.gateways.records import Notice, Refund, RefundState, Topic, Trade

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def fields_of(book: Book, contract: Contract, notice: Notice, notify_time: str) -> dict[str, str]:
    """All fields but the signature. `notify_id` stays the same however often the notice is sent."""
    refund = book.find_refund(notice.number) if notice.topic is Topic.REFUND else None
    trade = book.find_trade(refund.order_no if refund else notice.number)
    if trade is None:
        raise LookupError(notice.number)
    common = {
        "notify_time": notify_time,
        "notify_type": "trade_status_sync",
        "notify_id": notice.notice_id,
        "app_id": contract.app_id,
        "auth_app_id": contract.app_id,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
    }
    facts = _paid(contract, trade) | _of_topic(book, notice.topic, trade, refund)
    if notice.wrong_amount:
        told = "refund_fee" if refund else "total_amount"
        facts[told] = yuan(fen(facts[told]) - 1)
    return {name: value for name, value in (common | facts | dict(trade.details)).items() if value}


def letter(fields: dict[str, str], key: RSAPrivateKey) -> Letter:
    return Letter(_HEADERS, urlencode(fields | {"sign": sign(key, notice_text(fields))}).encode())


def _paid(contract: Contract, trade: Trade) -> dict[str, str]:
    facts = {
        "trade_no": trade.txn_id,
        "out_trade_no": trade.order_no,
        "seller_id": contract.seller_id,
        "seller_email": "hall@sandbox.example",
        "buyer_id": BUYER["buyer_user_id"],
        "buyer_logon_id": BUYER["buyer_logon_id"],
        "total_amount": yuan(trade.amount_fen),
        "subject": trade.subject,
        "gmt_create": local(trade.created_at),
    }
    if trade.paid_at is None:
        return facts
    amount = yuan(trade.amount_fen)
    return facts | {
        "receipt_amount": amount,
        "invoice_amount": amount,
        "buyer_pay_amount": amount,
        "point_amount": "0.00",
        "gmt_payment": local(trade.paid_at),
        "fund_bill_list": f'[{{"amount":"{amount}","fundChannel":"ALIPAYACCOUNT"}}]',
    }


def _of_topic(book: Book, topic: Topic, trade: Trade, refund: Refund | None) -> dict[str, str]:
    if topic is Topic.CLOSED and trade.closed_at is not None:
        return {"trade_status": "TRADE_CLOSED", "gmt_close": local(trade.closed_at)}
    if topic is Topic.FINISHED:
        return {"trade_status": "TRADE_FINISHED", "refund_fee": yuan(_back_by(book, trade, None))}
    if refund is None or refund.done_at is None:
        return {"trade_status": "TRADE_SUCCESS"}
    back, at = _back_by(book, trade, refund), refund.done_at.astimezone(SHANGHAI)
    return {
        "trade_status": "TRADE_CLOSED" if back == trade.amount_fen else "TRADE_SUCCESS",
        "out_biz_no": refund.refund_no,
        "refund_fee": yuan(back),
        "gmt_refund": f"{local(at)}.{at.microsecond // 1000:03}",
    }


def _back_by(book: Book, trade: Trade, refund: Refund | None) -> int:
    """Fen of all refunds made until this one, itself included: the notice of each keeps telling the same sum."""
    done = [each for each in book.list_refunds(trade.order_no) if each.state is RefundState.DONE]
    in_order = sorted(done, key=lambda each: each.done_at or each.created_at)
    total = 0
    for each in in_order:
        total += each.amount_fen
        if refund is not None and each.refund_no == refund.refund_no:
            break
    return total
