"""What follows for a resident from what happened to a bill: told once, and taken back when there is nothing to pay."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import structs

from backend.city.service import find_fee
from backend.core.db import Tx
from backend.core.ids import uuid7
from backend.payments import wording
from backend.payments.addressees import Addressees, addressees_of
from backend.payments.bills import get_bill
from backend.payments.events import BillRecorded, PaymentOverpaid, PaymentSettled, RefundSucceeded
from backend.payments.models import Channel
from backend.payments.paths import bill_path, result_path
from backend.payments.queries import bill_messages, bills
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
    to = await addressees_of(tx, bill.subject_id, now)
    if event.withdrawn:
        await _take_back(tx, to, bill.bill_id, DUE, f"{bill.bill_id}:", now)
    else:
        await ask_for(tx, bill, to, event.stated_at or now, now)


async def ask_for(tx: Tx, bill: Bill, to: Addressees, stated_at: datetime, now: datetime) -> None:
    """Asks those who are not asked for just this amount by just this day; what asked for another is taken back."""
    this = f"{bill.bill_id}:{bill.amount_fen}:{bill.due_on or ''}:"
    asked = [reader for reader in to.readers if await is_in_force(tx, reader, DUE, prefix=this)]
    await _take_back(tx, to, bill.bill_id, DUE, f"{bill.bill_id}:", now, but=asked, standing=this)
    await _tell(
        tx,
        await _matter(tx, bill, bill.amount_fen, now),
        wording.due,
        to.without(asked),
        now,
        rule=DUE,
        occasion=f"{this}{stated_at.timestamp()}",
        thread=str(bill.bill_id),
        tab=Tab.TODO,
        due_on=bill.due_on,
        link=bill_path(bill.bill_id),
        icon="receipt",
        tone=Tone.WARN,
        useful_until=now + _DUE_IS_NEWS,
    )


async def tell_of_payment(tx: Tx, event: PaymentSettled, now: datetime) -> None:
    """What asked for it is taken back."""
    to = await addressees_of(tx, event.subject_id, now)
    await _take_back(tx, to, event.bill_id, DUE, f"{event.bill_id}:", now)
    await _tell(
        tx,
        await _matter_of(tx, event, now),
        partial(wording.settled, channel=CHANNELS[Channel(event.channel)].title),
        to,
        now,
        rule=SETTLED,
        occasion=event.order_no,
        kind=Kind.REMINDER,
        link=result_path(event.order_no),
        icon="circle-check",
        tone=Tone.OK,
    )


async def tell_of_overpayment(tx: Tx, event: PaymentOverpaid, now: datetime) -> None:
    to = await addressees_of(tx, event.subject_id, now)
    await _tell(
        tx,
        await _matter_of(tx, event, now),
        wording.overpaid,
        to,
        now,
        rule=OVERPAID,
        occasion=event.refund_no,
        link=result_path(event.order_no),
        icon="refresh-cw",
    )


async def tell_of_refund(tx: Tx, event: RefundSucceeded, now: datetime) -> None:
    """That it is under way is taken back."""
    to = await addressees_of(tx, event.subject_id, now)
    await _take_back(tx, to, event.bill_id, OVERPAID, event.refund_no, now)
    await _tell(
        tx,
        await _matter_of(tx, event, now),
        wording.refunded,
        to,
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


async def _take_back(
    tx: Tx,
    to: Addressees,
    bill_id: UUID,
    rule: str,
    prefix: str,
    now: datetime,
    *,
    but: Sequence[UUID] = (),
    standing: str | None = None,
) -> None:
    """From everybody but these, also from those who might act once; they keep track of what is `standing`.

    Where nobody might, what was told is not looked at: who has been named meanwhile was told of the bill as it is.
    """
    told: Iterable[UUID] = ()
    if to.is_represented:
        told = await bill_messages.delete_told(tx, to.subject_id, bill_id, rule, prefix, but, standing)
    for reader in sorted({*to.own, *told} - set(but)):
        await withdraw(tx, reader, rule, now, prefix=prefix)


async def _matter_of(tx: Tx, event: PaymentSettled | PaymentOverpaid | RefundSucceeded, now: datetime) -> Matter:
    bill = await get_bill(tx, [event.subject_id], event.bill_id)
    return await _matter(tx, bill, event.amount_fen, now)


async def _matter(tx: Tx, bill: Bill, amount_fen: int, now: datetime) -> Matter:
    fee = await find_fee(tx, bill.fee_code)
    name = None if fee is None else Text(fee.name.zh, fee.name.en)
    return wording.matter(bill, name, amount_fen, now)


async def _tell(
    tx: Tx, matter: Matter, say: Callable[[Matter], Said], to: Addressees, now: datetime, **facts: Any
) -> None:
    """About somebody's own money: no notice of it can be stopped, unless its facts say another kind."""
    usual: dict[str, Any] = {"kind": Kind.STATUTORY, "tab": Tab.NOTICE, "useful_until": now + _REST_IS_NEWS}
    known = usual | facts
    to_agents = _messages(
        say(structs.replace(matter, on_behalf=to.kind)), to.agents, known | {"on_behalf_of": to.subject_id}
    )
    await queue(tx, [*_messages(say(matter), to.own, known), *to_agents], now, published=False)
    if to.agents:
        rule, occasion, until = known["rule"], known["occasion"], known["useful_until"]
        await bill_messages.delete_useless(tx, to.subject_id, DUE, now)
        await bill_messages.insert_told(tx, to.subject_id, matter.bill.bill_id, to.agents, rule, occasion, until)


def _messages(said: Said, readers: Sequence[UUID], known: dict[str, Any]) -> list[Message]:
    return [
        Message(recipient_id=reader, message_id=uuid7(), topic=TOPIC, zh=said.zh, en=said.en, **known)
        for reader in readers
    ]
