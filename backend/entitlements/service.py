"""Confirming and declining: each once for good, and what is confirmed is paid out once."""

import os
from datetime import datetime
from uuid import UUID

from backend.citizens.models import Represented, SubjectKind
from backend.city.city import City
from backend.city.rules import MessageClass, Rule, RuleState
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.core.db import Database, Queryable, Tx
from backend.entitlements import queries
from backend.entitlements.errors import (
    CannotBeReopened,
    Declined,
    Held,
    NothingToSettle,
    OfferChanged,
    OfferEnded,
    OfferNotFound,
    ReasonMissing,
)
from backend.entitlements.models import Act, Answer, Answered, Wish
from backend.entitlements.readers import list_beneficiaries
from backend.matching.events import CauseLost
from backend.matching.offers import Offer, find_offer, lock_offer
from backend.matching.service import note_change, read_rulebook
from backend.payments.money import Fen
from backend.payments.numbers import spoken
from backend.payments.payouts.cards import add_card, list_cards
from backend.payments.payouts.errors import CardNotFound
from backend.payments.payouts.models import Payout, PayoutState, Reason
from backend.payments.payouts.service import find_payout, list_payouts, order_payout

_UNPAID = frozenset({PayoutState.FAILED, PayoutState.RETURNED})
_MOST_ANSWERS = 200


async def get_offer(
    conn: Queryable, keyring: Keyring, reader_id: UUID, rule: str, cause_id: str, now: datetime
) -> tuple[Offer, Represented | None]:
    """What this reader was told, and for whom where that is not themselves. Raises OfferNotFound."""
    beneficiaries = await list_beneficiaries(conn, keyring, reader_id, now)
    offer = await find_offer(conn, reader_id, list(beneficiaries), rule, cause_id)
    if offer is None:
        raise OfferNotFound
    return offer, beneficiaries[offer.subject_id]


async def find_answer(conn: Queryable, offer: Offer) -> Answered | None:
    return await queries.find_answer(conn, offer.subject_id, offer.rule, offer.cause_id)


async def find_payout_of(conn: Queryable, answered: Answered) -> Payout | None:
    if answered.payee_id is None or answered.payout_no is None:
        return None
    return await find_payout(conn, answered.payee_id, answered.payout_no)


async def list_statement(
    conn: Queryable, keyring: Keyring, reader_id: UUID, now: datetime
) -> list[tuple[Answered, Payout | None, Represented | None]]:
    """What this reader may see of what was answered, with its last payout and for whom it is; the newest first."""
    beneficiaries = await list_beneficiaries(conn, keyring, reader_id, now)
    answers = await queries.list_answers(conn, reader_id, list(beneficiaries), _MOST_ANSWERS)
    owners = [each.payee_id for each in answers if each.payee_id is not None]
    numbers = [each.payout_no for each in answers if each.payout_no is not None]
    payouts = {payout.payout_no: payout for payout in await list_payouts(conn, owners, numbers)}
    return [(each, payouts.get(each.payout_no or ""), beneficiaries.get(each.subject_id)) for each in answers]


def payee_of(offer: Offer, beneficiary: Represented | None, reader_id: UUID) -> UUID:
    """Whose card it goes to: an organisation's own; for a child that of the guardian who confirms."""
    if beneficiary is None or beneficiary.kind is SubjectKind.ORGANISATION:
        return offer.subject_id
    return reader_id


async def confirm(db: Database, keyring: Keyring, city: City, wish: Wish, now: datetime) -> None:
    """Confirms and orders the payout in one transaction; again, or on two devices at once, it is one payout.

    A payout that the bank has refused is ordered anew, to another card. Raises OfferNotFound, OfferEnded, OfferChanged,
    Declined, Held, BadCardNumber, CardNotFound.
    """
    async with db.transaction() as tx:
        offer, beneficiary = await _lock(tx, keyring, wish.reader_id, wish.rule, wish.cause_id, now)
        answered = await queries.lock_answer(tx, offer.subject_id, offer.rule, offer.cause_id)
        if answered is not None:
            await _confirm_again(tx, keyring, offer, beneficiary, answered, wish, now)
            return
        rule = await _check_open(tx, city, offer)
        if rule.amount_fen != wish.amount_fen:
            raise OfferChanged
        payout = await _order(tx, keyring, offer, beneficiary, wish, rule.name.zh, now)
        await _answer(tx, offer, Answer.CONFIRMED, wish.reader_id, payout, now)


async def decline(
    db: Database, keyring: Keyring, city: City, reader_id: UUID, rule: str, cause_id: str, now: datetime
) -> None:
    """For good: only somebody of the office offers it again. Raises OfferNotFound, OfferEnded."""
    async with db.transaction() as tx:
        offer, _ = await _lock(tx, keyring, reader_id, rule, cause_id, now)
        answered = await queries.lock_answer(tx, offer.subject_id, offer.rule, offer.cause_id)
        if answered is None:
            await _check_open(tx, city, offer)
            await _answer(tx, offer, Answer.DECLINED, reader_id, None, now)
        elif answered.answer == Answer.CONFIRMED:
            raise OfferEnded


async def reopen(tx: Tx, operator_id: UUID, answer_no: str, reason: str, now: datetime) -> Answered:
    """Offers again what was declined: on the person's wish, by somebody of the office. Raises CannotBeReopened."""
    if not reason.strip():
        raise ReasonMissing
    answered = await queries.lock_by_number(tx, answer_no.strip().upper().replace(" ", ""))
    if answered is None or answered.answer != Answer.DECLINED:
        raise CannotBeReopened
    await queries.delete_answer(tx, answered)
    await queries.insert_act(
        tx,
        answered.subject_id,
        answered.rule,
        answered.cause_id,
        Act.REOPENED,
        now,
        operator_id=operator_id,
        reason=reason,
    )
    await note_change(tx, [answered.subject_id], now)
    return answered


async def settle_lost(tx: Tx, operator_id: UUID, answer_no: str, reason: str, now: datetime) -> Answered:
    """Notes what the office has found out about a payout whose cause was lost; no money moves by it."""
    if not reason.strip():
        raise ReasonMissing
    answered = await queries.lock_by_number(tx, answer_no)
    if answered is None or not answered.is_held:
        raise NothingToSettle
    await queries.update_settled(tx, answered, now)
    await queries.insert_act(
        tx,
        answered.subject_id,
        answered.rule,
        answered.cause_id,
        Act.SETTLED,
        now,
        operator_id=operator_id,
        reason=reason,
    )
    return answered


async def note_lost(tx: Tx, event: CauseLost, now: datetime) -> None:
    """What was confirmed is not taken back by a machine: it is listed for the office."""
    cause_id = await queries.update_lost(tx, event.subject_id, event.rule, event.occasion, now)
    if cause_id is not None:
        await queries.insert_act(tx, event.subject_id, event.rule, cause_id, Act.LOST, now)


async def _lock(
    tx: Tx, keyring: Keyring, reader_id: UUID, rule: str, cause_id: str, now: datetime
) -> tuple[Offer, Represented | None]:
    """Nothing about it changes until the transaction ends: neither the rules nor another device."""
    offer, beneficiary = await get_offer(tx, keyring, reader_id, rule, cause_id, now)
    locked = await lock_offer(tx, reader_id, offer.subject_id, rule, cause_id)
    if locked is None:
        raise OfferNotFound
    return locked, beneficiary


async def _check_open(tx: Tx, city: City, offer: Offer) -> Rule:
    applied = (await read_rulebook(tx, city)).rules.get(offer.rule)
    if not offer.open or applied is None or applied.rule is None or applied.state is not RuleState.LIVE:
        raise OfferEnded
    if applied.message_class is not MessageClass.ENTITLEMENT:
        raise OfferNotFound
    if await queries.is_held(tx, offer.subject_id, offer.rule):
        raise Held
    return applied.rule


async def _confirm_again(
    tx: Tx,
    keyring: Keyring,
    offer: Offer,
    beneficiary: Represented | None,
    answered: Answered,
    wish: Wish,
    now: datetime,
) -> None:
    if answered.answer == Answer.DECLINED:
        raise Declined
    before = await find_payout_of(tx, answered)
    if before is None or before.state not in _UNPAID:
        return
    if await queries.is_held(tx, offer.subject_id, offer.rule):
        raise Held
    if before.amount_fen != wish.amount_fen:
        raise OfferChanged
    payout = await _order(tx, keyring, offer, beneficiary, wish, before.purpose, now)
    await queries.update_payout(tx, answered, payout.subject_id, payout.payout_no)
    await queries.insert_act(
        tx, offer.subject_id, offer.rule, offer.cause_id, Act.PAID_AGAIN, now, person_id=wish.reader_id
    )


async def _order(
    tx: Tx,
    keyring: Keyring,
    offer: Offer,
    beneficiary: Represented | None,
    wish: Wish,
    purpose: str,
    now: datetime,
) -> Payout:
    payee_id = payee_of(offer, beneficiary, wish.reader_id)
    if wish.number is not None:
        card_id = await add_card(tx, keyring, payee_id, wish.number, now)
    elif wish.card_id in {card.card_id for card in await list_cards(tx, payee_id)}:
        card_id = wish.card_id
    else:
        raise CardNotFound
    reason = Reason(offer.subject_id, offer.rule, offer.cause_id, purpose)
    return await order_payout(tx, payee_id, card_id, reason, Fen(wish.amount_fen), now)


async def _answer(tx: Tx, offer: Offer, answer: Answer, reader_id: UUID, payout: Payout | None, now: datetime) -> None:
    answered = Answered(
        offer.subject_id,
        offer.rule,
        offer.cause_id,
        offer.occasion,
        f"MX{local_date(now):%y%m%d}{spoken(os.urandom(8))}",
        answer,
        reader_id,
        now,
        None if payout is None else payout.subject_id,
        None if payout is None else payout.payout_no,
        None,
        None,
    )
    await queries.insert_answer(tx, answered)
    await queries.insert_directory(tx, answered.answer_no, answered.subject_id)
    await queries.insert_act(tx, offer.subject_id, offer.rule, offer.cause_id, Act(answer), now, person_id=reader_id)
    await note_change(tx, [offer.subject_id], now)
