"""What somebody is told of a payout: that it has arrived, or that another card is needed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.city.models import Text
from backend.city.service import find_rule
from backend.core.db import Tx
from backend.core.ids import uuid7
from backend.entitlements import queries, wording
from backend.entitlements.models import Answered
from backend.entitlements.paths import offer_path
from backend.entitlements.wording import Given
from backend.payments.payouts.cards import get_card
from backend.payments.payouts.events import PayoutFailed, PayoutPaid
from backend.payments.payouts.models import Payout
from backend.payments.payouts.service import find_payout
from notifications.models import Kind, Message, Tab, Tone, Wording
from notifications.service import queue, withdraw

TOPIC = "payment"
PAID, FAILED = "payout-paid", "payout-failed"
_IS_NEWS = timedelta(days=30)


async def tell_of_payout(tx: Tx, event: PayoutPaid, now: datetime) -> None:
    """That another card was needed is taken back."""
    payout, answered = await _matter(tx, event.subject_id, event.payout_no)
    if answered is None:
        return
    await withdraw(tx, answered.answered_by, FAILED, now, prefix=f"{answered.answer_no}:")
    zh, en = wording.paid(await _given(tx, payout))
    facts: dict[str, Any] = {"kind": Kind.REMINDER, "tab": Tab.NOTICE, "icon": "circle-check", "tone": Tone.OK}
    await _tell(tx, answered, payout, PAID, zh, en, now, **facts)


async def tell_of_failed_payout(tx: Tx, event: PayoutFailed, now: datetime) -> None:
    """Unless another card has been given meanwhile. Where it came back, that it had arrived is taken back."""
    payout, answered = await _matter(tx, event.subject_id, event.payout_no)
    if answered is None or answered.payout_no != event.payout_no:
        return
    await withdraw(tx, answered.answered_by, PAID, now, prefix=f"{answered.answer_no}:")
    zh, en = wording.failed(await _given(tx, payout), returned=event.returned)
    facts: dict[str, Any] = {"kind": Kind.STATUTORY, "tab": Tab.TODO, "icon": "wallet-cards", "tone": Tone.WARN}
    await _tell(tx, answered, payout, FAILED, zh, en, now, **facts)


async def _matter(tx: Tx, payee_id: UUID, payout_no: str) -> tuple[Payout, Answered | None]:
    payout = await find_payout(tx, payee_id, payout_no)
    if payout is None:
        raise LookupError("no such payout")
    return payout, await queries.find_answer(tx, payout.beneficiary_id, payout.rule, payout.cause_id)


async def _given(tx: Tx, payout: Payout) -> Given:
    card = await get_card(tx, payout.subject_id, payout.card_id)
    rule = await find_rule(tx, payout.rule)
    return Given(Text(payout.purpose) if rule is None else rule.name, payout.amount_fen, card.last_four)


async def _tell(
    tx: Tx, answered: Answered, payout: Payout, rule: str, zh: Wording, en: Wording, now: datetime, **facts: Any
) -> None:
    """To whoever confirmed it, about whose it is."""
    of_another = answered.subject_id != answered.answered_by
    message = Message(
        recipient_id=answered.answered_by,
        message_id=uuid7(),
        rule=rule,
        occasion=f"{answered.answer_no}:{payout.payout_no}",
        topic=TOPIC,
        zh=zh,
        en=en,
        link=offer_path(answered.rule, answered.cause_id),
        useful_until=now + _IS_NEWS,
        thread=answered.answer_no,
        on_behalf_of=answered.subject_id if of_another else None,
        **facts,
    )
    await queue(tx, [message], now, published=False)
