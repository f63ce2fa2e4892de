"""Orders at UnionPay: brought by the phone's form or the app's call, alive until payTimeout, and asked about."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.records import Refund, Trade, TradeState
from backend.sandbox.gateways.unionpay.facts import of_refund, of_trade
from backend.sandbox.gateways.unionpay.refusals import WORDS, Code, Refused
from backend.sandbox.gateways.unionpay.requests import amount_of, order_id_of, require, require_kind, time_of
from backend.sandbox.gateways.unionpay.signing import joined

_UNLESS_SAID = timedelta(hours=2)
_NOT_COMPARED = {"signature", "certId"}
KEPT = ("txnType", "txnSubType", "bizType", "accessType", "txnTime", "reqReserved", "origQryId")


def open_order(counter: Counter, fields: Mapping[str, str]) -> Trade:
    """The same request again finds the same order, while that can still be paid; any other is a duplicate."""
    require_kind(fields, "01", "01")
    order_id, amount, now = order_id_of(fields), amount_of(fields), counter.now()
    until = time_of(fields, "payTimeout") if fields.get("payTimeout") else now + _UNLESS_SAID
    known, request = counter.book.find_trade(order_id), request_of(fields)
    if known is not None:
        if known.request != request or not counter.is_open(known):
            raise Refused(Code.DUPLICATE)
        return known
    if until <= now:
        raise Refused(Code.OUT_OF_TIME, "payTimeout")
    trade = Trade(
        order_no=order_id,
        amount_fen=amount,
        subject=fields.get("orderDesc", "") or f"商户订单 {order_id}",
        notify_url=fields["backUrl"],
        return_url=fields.get("frontUrl", ""),
        created_at=now,
        expires_at=until,
        request=request,
        details=kept_of(fields) | {"tn": f"{now:%y%m%d%H%M%S}{secrets.randbelow(10**9):09}"},
    )
    return counter.book.add_trade(trade)


def request_of(fields: Mapping[str, str]) -> str:
    return joined({name: value for name, value in fields.items() if name not in _NOT_COMPARED})


def kept_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What is repeated in answers and notices."""
    return {name: fields[name] for name in KEPT if fields.get(name)}


def query(counter: Counter, fields: Mapping[str, str]) -> dict[str, str]:
    """About a trade or a refund, named by its number and time or by UnionPay's number. Raises Refused."""
    require_kind(fields, "00", "00")
    if not fields.get("queryId"):
        require(fields, "orderId")
    trade, refund = _find(counter, fields)
    if trade is not None and trade.state is TradeState.PAID:
        return of_trade(trade) | _outcome(Code.DONE)
    if trade is not None:
        return of_trade(trade) | _outcome(Code.ACCEPTED if counter.is_open(trade) else Code.FAILED)
    if refund is not None:
        return of_refund(refund) | _outcome(state_of(refund))
    raise Refused(Code.NOT_FOUND)


def state_of(refund: Refund) -> Code:
    """A refund that got stuck is one that the card's bank did not take."""
    return {"done": Code.DONE, "processing": Code.ACCEPTED}.get(refund.state, Code.BANK)


def _find(counter: Counter, fields: Mapping[str, str]) -> tuple[Trade | None, Refund | None]:
    order_id, query_id = fields.get("orderId", ""), fields.get("queryId", "")
    trade = counter.book.find_trade_by_txn(query_id) if query_id else counter.book.find_trade(order_id)
    refund = None if trade or not order_id else counter.book.find_refund(order_id)
    found = trade or refund
    if found is None or (not query_id and found.details.get("txnTime") != fields["txnTime"]):
        return None, None
    return trade, refund


def _outcome(code: Code) -> dict[str, str]:
    return {"origRespCode": code, "origRespMsg": WORDS[code]}
