"""What happens at a provider's counter: a resident pays, money goes back, and what the merchant is told of it."""

import secrets
from datetime import datetime, timedelta

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.courier import Courier
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.records import Notice, Refund, RefundState, Topic, Trade, TradeState

_LATE = timedelta(minutes=2)
_AT_ONCE = 100


class Counter:
    """Changes the books and queues the notices that follow, bent by the faults that are on."""

    def __init__(self, book: Book, courier: Courier, clock: Clock, scale: float) -> None:
        self.book, self._courier, self.clock, self._scale = book, courier, clock, scale

    def now(self) -> datetime:
        return self.clock.now()

    def has(self, fault: Fault) -> bool:
        return fault in self.book.faults()

    def is_open(self, trade: Trade) -> bool:
        return trade.state is TradeState.WAITING and self.now() < trade.expires_at

    def pay(self, order_no: str, txn_id: str) -> bool:
        """A resident has confirmed; False when there is nothing (any more) to pay."""
        trade = self.book.find_trade(order_no)
        if trade is None or not self.is_open(trade):
            return False
        paid = self.book.mark_paid(order_no, txn_id, self.now())
        if paid is not None:
            self.tell(Topic.PAYMENT, order_no, paid.notify_url)
        return paid is not None

    def settle_refund(self, refund: Refund) -> Refund:
        """The money goes back, or what the faults that are on make of it."""
        return self.decide_refund(refund, self._refund_state())

    def decide_refund(self, refund: Refund, state: RefundState) -> Refund:
        """As settled; the same as before where that had been decided for good."""
        moved = self.book.mark_refund(refund.refund_no, state, self.now())
        if moved is None:
            return refund
        self.tell(Topic.REFUND, moved.refund_no, moved.notify_url, moved.state)
        return moved

    async def settle_slowly(self, after: timedelta) -> bool:
        """Settles the refunds asked for that long ago; the answer is for `every`."""
        for refund in self.book.list_processing(self.now() - after / self._scale):
            self.settle_refund(refund)
        return False

    async def end_overdue(self) -> bool:
        """Closes orders that were not paid in time, and tells; the answer is for `every`."""
        overdue = self.book.list_overdue(self.now(), _AT_ONCE)
        for trade in overdue:
            if self.book.mark_closed(trade.order_no, self.now()):
                self.tell(Topic.CLOSED, trade.order_no, trade.notify_url)
        return len(overdue) == _AT_ONCE

    def finish(self, order_no: str) -> None:
        """Ends the time in which a paid order may be refunded, and tells."""
        trade = self.book.mark_finished(order_no)
        if trade is not None:
            self.tell(Topic.FINISHED, order_no, trade.notify_url)

    def _refund_state(self) -> RefundState:
        faults = self.book.faults()
        if Fault.REFUND_ABNORMAL in faults:
            return RefundState.ABNORMAL
        return RefundState.CLOSED if Fault.REFUND_CLOSED in faults else RefundState.DONE

    def tell(self, topic: Topic, number: str, url: str, state: RefundState | None = None) -> None:
        """Queues a notice: none without an address; kept back, late or bent where a fault says so."""
        faults = self.book.faults()
        due = self.now() + (_LATE / self._scale if Fault.CALL_BACK_LATE in faults else timedelta())
        notice = Notice(
            notice_id=secrets.token_hex(16),
            topic=topic,
            number=number,
            url=url,
            due_at=None if Fault.NEVER_CALL_BACK in faults else due,
            state=state,
            forged=Fault.FORGED in faults,
            wrong_amount=Fault.WRONG_AMOUNT in faults,
        )
        if url:
            self.book.add_notice(notice)

    async def pay_before_answer(self, order_no: str, txn_id: str) -> None:
        """With its fault on: paid, and told, while the merchant still waits for the answer to its create call."""
        if self.has(Fault.BEFORE_CREATE_RETURNS) and self.pay(order_no, txn_id):
            for notice in self.book.notices_about(order_no):
                await self._courier.send_now(notice)
