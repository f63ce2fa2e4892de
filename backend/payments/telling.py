"""What follows for a resident from what happened to a bill: told once, and taken back when there is nothing to pay."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.city.service import find_fee
from backend.core.db import Tx
from backend.core.ids import uuid7
from backend.payments import wording
from backend.payments.bills import get_bill
from backend.payments.events import BillRecorded, PaymentOverpaid, PaymentSettled, RefundSucceeded
from backend.payments.models import Channel
from backend.payments.paths import bill_path, result_path
from backend.payments.queries import bills
from backend.payments.records import Bill, BillState
from backend.payments.screens import CHANNELS
from backend.payments.wording import Matter, Said
from notifications.models import Kind, Message, Tab, Tone
from notifications.service import is_in_force, queue, withdraw
from pwa.views.parts import Text

TOPIC = "payment"
DUE, SETTLED, OVERPAID, REFUNDED = "payment-due", "payment-settled", "payment-overpaid", "payment-refunded"
_DUE_IS_NEWS = timedelta(days=30)
_REST_IS_NEWS = timedelta(days=7)


async def tell_of_bill(tx: Tx, event: BillRecorded, now: datetime) -> None:
    """Speaks of the bill as it is; of one that has changed again, the fact of that change will speak.

    Its row is locked, so that it is not paid meanwhile. Nothing is said where neither amount nor last day has changed.
    """
    bill = await bills.lock_bill(tx, event.subject_id, event.bill_id)
    if bill is None or not _is_still_so(bill, event):
        return
    this = f"{bill.bill_id}:{bill.amount_fen}:{bill.due_on or ''}:"
    if not event.withdrawn and await is_in_force(tx, bill.subject_id, DUE, prefix=this):
        return
    await _take_back(tx, bill.subject_id, bill.bill_id, now)
    if not event.withdrawn:
        stated_at = event.stated_at or now
        matter = await _matter(tx, bill, bill.amount_fen, now)
        await _tell(
            tx,
            matter,
            wording.due(matter),
            now,
            rule=DUE,
            occasion=f"{this}{stated_at.timestamp()}",
            thread=str(bill.bill_id),
            tab=Tab.TODO,
            link=bill_path(bill.bill_id),
            icon="receipt",
            tone=Tone.WARN,
            useful_until=now + _DUE_IS_NEWS,
        )


async def tell_of_payment(tx: Tx, event: PaymentSettled, now: datetime) -> None:
    """What asked for it is taken back."""
    await _take_back(tx, event.subject_id, event.bill_id, now)
    matter = await _matter_of(tx, event, now)
    await _tell(
        tx,
        matter,
        wording.settled(matter, CHANNELS[Channel(event.channel)].title),
        now,
        rule=SETTLED,
        occasion=event.order_no,
        kind=Kind.REMINDER,
        link=result_path(event.order_no),
        icon="circle-check",
        tone=Tone.OK,
    )


async def tell_of_overpayment(tx: Tx, event: PaymentOverpaid, now: datetime) -> None:
    matter = await _matter_of(tx, event, now)
    await _tell(
        tx,
        matter,
        wording.overpaid(matter),
        now,
        rule=OVERPAID,
        occasion=event.refund_no,
        link=result_path(event.order_no),
        icon="refresh-cw",
    )


async def tell_of_refund(tx: Tx, event: RefundSucceeded, now: datetime) -> None:
    """That it is under way is taken back."""
    await withdraw(tx, event.subject_id, OVERPAID, now, occasions=[event.refund_no])
    matter = await _matter_of(tx, event, now)
    await _tell(
        tx,
        matter,
        wording.refunded(matter),
        now,
        rule=REFUNDED,
        occasion=event.refund_no,
        link=result_path(event.order_no),
        icon="undo-2",
        tone=Tone.OK,
    )


def _is_still_so(bill: Bill, event: BillRecorded) -> bool:
    if event.withdrawn:
        return bill.state == BillState.WITHDRAWN
    said = (event.amount_fen, event.due_on, BillState.OPEN)
    return (bill.amount_fen, bill.due_on, bill.state) == said


async def _take_back(tx: Tx, subject_id: UUID, bill_id: UUID, now: datetime) -> None:
    await withdraw(tx, subject_id, DUE, now, prefix=f"{bill_id}:")


async def _matter_of(tx: Tx, event: PaymentSettled | PaymentOverpaid | RefundSucceeded, now: datetime) -> Matter:
    bill = await get_bill(tx, event.subject_id, event.bill_id)
    return await _matter(tx, bill, event.amount_fen, now)


async def _matter(tx: Tx, bill: Bill, amount_fen: int, now: datetime) -> Matter:
    fee = await find_fee(tx, bill.fee_code)
    return wording.matter(bill, None if fee is None else Text(fee.name.zh, fee.name.en), amount_fen, now)


async def _tell(tx: Tx, matter: Matter, said: Said, now: datetime, **facts: Any) -> None:
    """About somebody's own money: no notice of it can be stopped, unless its facts say another kind."""
    usual: dict[str, Any] = {"kind": Kind.STATUTORY, "tab": Tab.NOTICE, "useful_until": now + _REST_IS_NEWS}
    message = Message(
        recipient_id=matter.bill.subject_id,
        message_id=uuid7(),
        topic=TOPIC,
        zh=said.zh,
        en=said.en,
        **usual | facts,
    )
    await queue(tx, [message], now, published=False)
