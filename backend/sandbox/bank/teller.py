"""What the bank does with payouts: pays what it has accepted, refuses, and sends back, as its faults say."""

import secrets
from datetime import timedelta

from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Refund, RefundState, Topic, Trade, TradeState

_AT_ONCE = 200


class Teller:
    """`takes`: from accepting a payout to deciding it."""

    def __init__(self, counter: Counter, takes: timedelta) -> None:
        self._counter, self._takes = counter, takes

    @property
    def book(self) -> Book:
        return self._counter.book

    async def work(self) -> bool:
        """Decides what waits long enough; the answer is for `every`."""
        faults = self.book.faults()
        for trade in self.book.list_trades(_AT_ONCE):
            if trade.state is TradeState.WAITING and Fault.STUCK not in faults and self._is_due(trade):
                self._decide(trade, refused=Fault.PAYEE_REFUSED in faults)
            elif trade.state is TradeState.PAID and Fault.BOUNCES in faults:
                self.send_back(trade.order_no)
        return False

    def send_back(self, payout_no: str) -> None:
        """Money that was paid returns: once, and told."""
        trade = self.book.find_trade(payout_no)
        if trade is None or trade.state is not TradeState.PAID or self.book.find_refund(payout_no) is not None:
            return
        refund = Refund(
            refund_no=payout_no,
            order_no=payout_no,
            amount_fen=trade.amount_fen,
            notify_url=trade.notify_url,
            created_at=self._counter.now(),
            refund_id=payout_no,
        )
        self._counter.decide_refund(self.book.add_refund(refund), RefundState.DONE)

    def _is_due(self, trade: Trade) -> bool:
        return self._counter.now() >= trade.created_at + self._takes

    def _decide(self, trade: Trade, *, refused: bool) -> None:
        if not refused:
            self._counter.pay(trade.order_no, f"BK{secrets.token_hex(8).upper()}")
        elif self.book.mark_closed(trade.order_no, self._counter.now()):
            self._counter.tell(Topic.CLOSED, trade.order_no, trade.notify_url)
