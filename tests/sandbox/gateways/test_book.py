"""A provider's books: what is decided stays decided, and days end where the provider ends them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.records import Refund, RefundState, Trade, TradeState

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
TRADE = Trade(
    order_no="PAY1",
    amount_fen=2000,
    subject="签注费",
    notify_url="",
    return_url="",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=30),
)
REFUND = Refund(
    refund_no="REF1", order_no="PAY1", amount_fen=500, notify_url="", created_at=NOW, refund_id="5030", request="a"
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = Book(tmp_path / "book.db")
    yield opened
    opened.close()


def test_a_number_is_taken_once(book: Book) -> None:
    first = book.add_trade(TRADE)
    again = book.add_trade(structs.replace(TRADE, amount_fen=1))
    refund = book.add_refund(REFUND)

    assert first == again == TRADE
    assert book.add_refund(structs.replace(REFUND, amount_fen=1)) == refund == REFUND


def test_paid_once_and_never_closed_after(book: Book) -> None:
    book.add_trade(TRADE)
    paid = book.mark_paid("PAY1", "4200", NOW)

    assert paid is not None
    assert book.mark_paid("PAY1", "4201", NOW + timedelta(days=1)) is None
    assert book.mark_closed("PAY1", NOW) is None
    assert book.find_trade_by_txn("4200") == book.get_trade("PAY1") == paid
    assert paid.state is TradeState.PAID


@pytest.mark.parametrize("final", [RefundState.DONE, RefundState.CLOSED])
def test_a_decided_refund_stays_decided(book: Book, final: RefundState) -> None:
    book.add_trade(TRADE)
    book.add_refund(REFUND)
    stuck = book.mark_refund("REF1", RefundState.ABNORMAL, NOW)
    decided = book.mark_refund("REF1", final, NOW)

    assert stuck is not None
    assert book.mark_refund("REF1", RefundState.DONE, NOW + timedelta(days=1)) is None
    assert book.get_refund("REF1") == decided
    assert book.refunded_fen("PAY1") == (500 if final is RefundState.DONE else 0)


def test_refunds_are_settled_after_their_time(book: Book) -> None:
    book.add_refund(REFUND)

    assert book.list_processing(NOW - timedelta(microseconds=1)) == []
    assert book.list_processing(NOW) == [REFUND]
    book.mark_refund("REF1", RefundState.ABNORMAL, NOW)
    assert book.list_processing(NOW) == []


@pytest.mark.parametrize(
    ("at", "cut_h", "day"),
    [
        (datetime(2026, 11, 20, 0, 0, tzinfo=SHANGHAI), 0, date(2026, 11, 20)),
        (datetime(2026, 11, 19, 23, 59, 59, 999_999, tzinfo=SHANGHAI), 0, date(2026, 11, 19)),
        (datetime(2026, 11, 19, 23, 0, tzinfo=SHANGHAI), -1, date(2026, 11, 20)),
        (datetime(2026, 11, 19, 22, 59, 59, tzinfo=SHANGHAI), -1, date(2026, 11, 19)),
    ],
)
def test_a_day_has_what_moved_between_its_borders(book: Book, at: datetime, cut_h: int, day: date) -> None:
    book.add_trade(TRADE)
    book.mark_paid("PAY1", "4200", at)
    book.add_refund(REFUND)
    book.mark_refund("REF1", RefundState.DONE, at)
    cut = timedelta(hours=cut_h)

    trades, refunds = book.day(day, cut)
    assert ([each.order_no for each in trades], [each.refund_no for each in refunds]) == (["PAY1"], ["REF1"])
    for other in (day - timedelta(days=1), day + timedelta(days=1)):
        assert book.day(other, cut) == ([], [])


def test_who_is_not_there(book: Book) -> None:
    for missing in (book.get_trade, book.get_refund):
        with pytest.raises(KeyError):
            missing("X")
