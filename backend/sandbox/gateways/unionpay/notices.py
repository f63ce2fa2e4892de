"""Back notices ("后台通知"): signed, with the certificate inside; for refunds failures are told too."""

from urllib.parse import urlencode

from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.courier import Letter
from backend.sandbox.gateways.records import Notice, Topic
from backend.sandbox.gateways.unionpay.answers import Signer
from backend.sandbox.gateways.unionpay.facts import of_refund, of_trade
from backend.sandbox.gateways.unionpay.orders import state_of
from backend.sandbox.gateways.unionpay.refusals import WORDS, Code

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}


def letter(book: Book, signer: Signer, notice: Notice) -> Letter:
    facts, code = _facts(book, notice)
    if notice.wrong_amount:
        facts["txnAmt"] = facts["settleAmt"] = str(int(facts["txnAmt"]) - 1)
    told = signer.sign(facts | {"respCode": code, "respMsg": WORDS[code]})
    return Letter(_HEADERS, urlencode(told).encode())


def _facts(book: Book, notice: Notice) -> tuple[dict[str, str], Code]:
    if notice.topic is Topic.REFUND:
        refund = book.find_refund(notice.number)
        if refund is None:
            raise LookupError(notice.number)
        paid = book.find_trade(refund.order_no)
        return of_refund(refund) | {"origQryId": paid.txn_id if paid else ""}, state_of(refund)
    trade = book.find_trade(notice.number)
    if trade is None:
        raise LookupError(notice.number)
    return of_trade(trade), Code.DONE
