"""Payouts in the bank's books: kept as the chassis keeps trades, where money goes out instead of coming in."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.records import Notice, Topic, Trade, TradeState

_FOR_EVER = timedelta(days=3650)
REFUSED, BOUNCED = "payee_refused", "account_closed"


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A payout as a client asks for it."""

    payout_no: Annotated[str, Meta(pattern="^[0-9A-Z]{8,32}$")]
    amount_fen: Annotated[int, Meta(ge=1, le=10_000_000_000_00)]
    account: Annotated[str, Meta(pattern="^[0-9]{12,19}$")]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    purpose: Annotated[str, Meta(min_length=1, max_length=200)]
    notify_url: str


class Stated(Struct, frozen=True, omit_defaults=True):
    """A payout as the bank states it."""

    payout_no: str
    amount_fen: int
    state: str
    bank_txn_id: str | None = None
    failure: str | None = None
    occurred_at: datetime | None = None


def trade_of(asked: Asked, now: datetime) -> Trade:
    """Of the account only what people at the desk may see stays; the digest knows the same request again."""
    return Trade(
        order_no=asked.payout_no,
        amount_fen=asked.amount_fen,
        subject=asked.purpose,
        notify_url=asked.notify_url,
        return_url="",
        created_at=now,
        expires_at=now + _FOR_EVER,
        request=hashlib.sha256(msgspec.json.encode(asked)).hexdigest(),
        details={"payee": f"{asked.name[:1]}* {asked.account[-4:]}"},
    )


def state_of(book: Book, trade: Trade) -> Stated:
    """As it stands."""
    if trade.state is TradeState.WAITING:
        return Stated(trade.order_no, trade.amount_fen, "accepted")
    if trade.state is TradeState.CLOSED:
        return Stated(trade.order_no, trade.amount_fen, "failed", failure=REFUSED, occurred_at=trade.closed_at)
    if book.find_refund(trade.order_no) is not None:
        return _paid(trade, "returned", BOUNCED)
    return _paid(trade, "paid", None)


def told_by(book: Book, notice: Notice) -> Stated:
    """What a notice says: how it stood when it was written, bent by its fault."""
    trade = book.get_trade(notice.number)
    stated = _paid(trade, "paid", None) if notice.topic is Topic.PAYMENT else state_of(book, trade)
    return msgspec.structs.replace(stated, amount_fen=stated.amount_fen - notice.wrong_amount)


def _paid(trade: Trade, state: str, failure: str | None) -> Stated:
    return Stated(trade.order_no, trade.amount_fen, state, trade.txn_id, failure, trade.paid_at)
