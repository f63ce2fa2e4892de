"""The provider's own books: SQLite, so that they outlive kill -9 and share nothing with the hall."""

import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, structs

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Notice, Refund, RefundState, Trade, TradeState

_SCHEMA = """
CREATE TABLE IF NOT EXISTS trades (order_no TEXT PRIMARY KEY, txn_id TEXT, at TEXT, open_until TEXT, record BLOB);
CREATE INDEX IF NOT EXISTS trades_by_txn ON trades (txn_id);
CREATE INDEX IF NOT EXISTS trades_by_day ON trades (at);
CREATE INDEX IF NOT EXISTS trades_open ON trades (open_until) WHERE open_until IS NOT NULL;
CREATE TABLE IF NOT EXISTS refunds (refund_no TEXT PRIMARY KEY, order_no TEXT, at TEXT, record BLOB);
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (order_no);
CREATE INDEX IF NOT EXISTS refunds_by_day ON refunds (at);
CREATE INDEX IF NOT EXISTS refunds_open ON refunds (refund_no) WHERE at IS NULL;
CREATE TABLE IF NOT EXISTS notices (notice_id TEXT PRIMARY KEY, number TEXT, due_at TEXT, record BLOB);
CREATE INDEX IF NOT EXISTS notices_by_number ON notices (number);
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS faults (fault TEXT PRIMARY KEY);
"""
Record = TypeVar("Record", bound=Struct)
Value: TypeAlias = "str | bytes | int | None"


class Book:
    """Every method is one committed transaction. `at` of a row is when money moved, for the bill of the day."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def add_trade(self, trade: Trade) -> Trade:
        """The trade of this number: this one, or the one that was made before."""
        self._db.execute(
            "INSERT INTO trades (order_no, txn_id, open_until, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (trade.order_no, trade.txn_id or None, _stamp(trade.expires_at), msgspec.json.encode(trade)),
        )
        return self.find_trade(trade.order_no) or trade

    def find_trade(self, order_no: str) -> Trade | None:
        return self._one(Trade, "SELECT record FROM trades WHERE order_no = ?", order_no)

    def get_trade(self, order_no: str) -> Trade:
        """One that is known to be there; raises KeyError."""
        return _there(self.find_trade(order_no))

    def find_trade_by_txn(self, txn_id: str) -> Trade | None:
        return self._one(Trade, "SELECT record FROM trades WHERE txn_id = ?", txn_id)

    def list_trades(self, limit: int) -> list[Trade]:
        return self._many(Trade, "SELECT record FROM trades ORDER BY rowid DESC LIMIT ?", limit)

    def list_overdue(self, now: datetime, limit: int) -> list[Trade]:
        """Trades whose time is over while they wait."""
        sql = "SELECT record FROM trades WHERE open_until <= ? ORDER BY open_until LIMIT ?"
        return self._many(Trade, sql, _stamp(now), limit)

    def remember_return(self, order_no: str, url: str) -> None:
        """Where the resident goes back to; some learn it only when the resident comes."""
        trade = self.find_trade(order_no)
        if trade is not None:
            self._keep_trade(structs.replace(trade, return_url=url))

    def mark_paid(self, order_no: str, txn_id: str, now: datetime) -> Trade | None:
        """None unless it was waiting. A number of its own that the trade has already stays."""
        trade = self.find_trade(order_no)
        return trade and self._move(order_no, TradeState.PAID, txn_id=trade.txn_id or txn_id, paid_at=now)

    def mark_closed(self, order_no: str, now: datetime) -> Trade | None:
        """None unless it was waiting."""
        return self._move(order_no, TradeState.CLOSED, closed_at=now)

    def mark_finished(self, order_no: str) -> Trade | None:
        """None unless it was paid."""
        return self._move(order_no, TradeState.FINISHED, TradeState.PAID)

    def add_refund(self, refund: Refund) -> Refund:
        """The refund of this number: this one, or the one that was made before."""
        self._db.execute(
            "INSERT INTO refunds (refund_no, order_no, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (refund.refund_no, refund.order_no, msgspec.json.encode(refund)),
        )
        return self.find_refund(refund.refund_no) or refund

    def find_refund(self, refund_no: str) -> Refund | None:
        return self._one(Refund, "SELECT record FROM refunds WHERE refund_no = ?", refund_no)

    def get_refund(self, refund_no: str) -> Refund:
        """One that is known to be there; raises KeyError."""
        return _there(self.find_refund(refund_no))

    def list_refunds(self, order_no: str) -> list[Refund]:
        return self._many(Refund, "SELECT record FROM refunds WHERE order_no = ? ORDER BY rowid", order_no)

    def refunded_fen(self, order_no: str) -> int:
        """What has gone back or is on its way."""
        refunds = self.list_refunds(order_no)
        return sum(refund.amount_fen for refund in refunds if refund.state is not RefundState.CLOSED)

    def list_processing(self, before: datetime) -> list[Refund]:
        """Refunds asked for until then and not decided yet."""
        undecided = self._many(Refund, "SELECT record FROM refunds WHERE at IS NULL")
        return [each for each in undecided if each.state is RefundState.PROCESSING and each.created_at <= before]

    def mark_refund(self, refund_no: str, state: RefundState, now: datetime) -> Refund | None:
        """None unless it was still being processed or stuck."""
        refund = self.find_refund(refund_no)
        if refund is None or refund.state in {RefundState.DONE, RefundState.CLOSED}:
            return None
        done = now if state is RefundState.DONE else None
        refund = structs.replace(refund, state=state, done_at=done)
        self._db.execute(
            "UPDATE refunds SET record = ?, at = ? WHERE refund_no = ?",
            (msgspec.json.encode(refund), _stamp(done), refund_no),
        )
        return refund

    def day(self, day: date, cut: timedelta = timedelta()) -> tuple[list[Trade], list[Refund]]:
        """Money that moved on a Shanghai day; `cut` moves the day's borders (-1 h: from 23:00 to 23:00)."""
        start = datetime.combine(day, datetime.min.time(), SHANGHAI) + cut
        span = (_stamp(start), _stamp(start + timedelta(days=1)))
        trades = self._many(Trade, "SELECT record FROM trades WHERE at >= ? AND at < ? ORDER BY at", *span)
        return trades, self._many(Refund, "SELECT record FROM refunds WHERE at >= ? AND at < ? ORDER BY at", *span)

    def add_notice(self, notice: Notice) -> None:
        self._db.execute(
            "INSERT INTO notices (notice_id, number, due_at, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (notice.notice_id, notice.number, _stamp(notice.due_at), msgspec.json.encode(notice)),
        )

    def keep_notice(self, notice: Notice) -> None:
        """What became of a notice."""
        self._db.execute(
            "UPDATE notices SET due_at = ?, record = ? WHERE notice_id = ?",
            (_stamp(notice.due_at), msgspec.json.encode(notice), notice.notice_id),
        )

    def due_notices(self, now: datetime, limit: int) -> list[Notice]:
        return self._many(
            Notice, "SELECT record FROM notices WHERE due_at <= ? ORDER BY due_at LIMIT ?", _stamp(now), limit
        )

    def notices_about(self, number: str) -> list[Notice]:
        """Of one order, or of one refund; oldest first."""
        return self._many(Notice, "SELECT record FROM notices WHERE number = ? ORDER BY rowid", number)

    def faults(self) -> frozenset[Fault]:
        return frozenset(Fault(row[0]) for row in self._db.execute("SELECT fault FROM faults"))

    def set_faults(self, faults: frozenset[Fault]) -> None:
        with self._db:
            self._db.execute("BEGIN")  # one transaction: whoever asks meanwhile sees the old ones or the new ones
            self._db.execute("DELETE FROM faults")
            self._db.executemany("INSERT INTO faults (fault) VALUES (?)", [(fault,) for fault in sorted(faults)])

    def _move(
        self, order_no: str, state: TradeState, before: TradeState = TradeState.WAITING, **facts: Any
    ) -> Trade | None:
        trade = self.find_trade(order_no)
        if trade is None or trade.state is not before:
            return None
        trade = structs.replace(trade, state=state, **facts)
        self._keep_trade(trade)
        return trade

    def _keep_trade(self, trade: Trade) -> None:
        self._db.execute(
            "UPDATE trades SET txn_id = ?, at = ?, open_until = ?, record = ? WHERE order_no = ?",
            (
                trade.txn_id or None,
                _stamp(trade.paid_at),
                _stamp(trade.expires_at if trade.state is TradeState.WAITING else None),
                msgspec.json.encode(trade),
                trade.order_no,
            ),
        )

    def _one(self, kind: type[Record], sql: str, *values: Value) -> Record | None:
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=kind)

    def _many(self, kind: type[Record], sql: str, *values: Value) -> list[Record]:
        return [msgspec.json.decode(row[0], type=kind) for row in self._db.execute(sql, values)]


def _there(record: Record | None) -> Record:
    if record is None:
        raise KeyError
    return record


def _stamp(instant: datetime | None) -> str | None:
    """Sorts as text: all in one zone, all with microseconds."""
    return None if instant is None else instant.astimezone(SHANGHAI).isoformat(timespec="microseconds")
