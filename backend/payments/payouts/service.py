"""Ordering a payout, and THE effect of what the bank tells of it: the same by answer, notice, query and day's list."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.core.clock import local_date
from backend.core.db import Queryable, Tx
from backend.core.events import record
from backend.core.ids import uuid7
from backend.payments import ledger
from backend.payments.exceptions import HOUSE
from backend.payments.ledger import Posting
from backend.payments.money import Fen
from backend.payments.numbers import spoken
from backend.payments.payouts.events import PayoutFailed, PayoutPaid
from backend.payments.payouts.models import Day, Payout, PayoutState, Reason, Told, Word
from backend.payments.payouts.queries import payouts as queries
from backend.payments.payouts.states import PAYOUTS
from backend.payments.queries import ledger as ledger_queries
from backend.payments.queries.ledger import EntryRow
from backend.payments.records import Account, Source
from backend.payments.verdicts import Verdict

BANK = "bank"
_LEADS_TO = {
    Word.ACCEPTED: PayoutState.ACCEPTED,
    Word.PAID: PayoutState.PAID,
    Word.FAILED: PayoutState.FAILED,
    Word.RETURNED: PayoutState.RETURNED,
}
_OPEN = frozenset({PayoutState.ORDERED, PayoutState.ACCEPTED})


def effect_key(payout_no: str) -> str:
    return f"payout:{payout_no}"


async def order_payout(tx: Tx, payee_id: UUID, card_id: UUID, reason: Reason, amount_fen: Fen, now: datetime) -> Payout:
    """Joins the caller's transaction, in which the answer is given: once that commits, the worker hands it to the bank.

    The card must be the payee's own.
    """
    payout = Payout(
        payee_id,
        f"FF{local_date(now):%y%m%d}{spoken(os.urandom(10))}",
        card_id,
        reason.beneficiary_id,
        reason.rule,
        reason.cause_id,
        reason.purpose,
        amount_fen,
        PayoutState.ORDERED,
        None,
        now,
        None,
        0,
    )
    await queries.insert_payout(tx, payout, now)
    await queries.insert_directory(tx, payout.payout_no, payee_id)
    return payout


async def find_payout(conn: Queryable, payee_id: UUID, payout_no: str) -> Payout | None:
    return await queries.find_payout(conn, payee_id, payout_no)


async def list_payouts(conn: Queryable, owners: Sequence[UUID], numbers: Sequence[str]) -> list[Payout]:
    """Owner and number of each in turn; two lists of one length."""
    return await queries.list_payouts(conn, owners, numbers) if numbers else []


async def list_unpaid(conn: Queryable, limit: int) -> list[Payout]:
    """Refused by the bank or come back, the newest first, for operators."""
    return await queries.list_unpaid(conn, limit)


async def list_days(conn: Queryable, limit: int) -> list[Day]:
    """The last days that were held against the bank's list, the newest first."""
    return await queries.list_days(conn, limit)


async def apply(tx: Tx, told: Told, source: Source, now: datetime) -> Verdict:
    """Brings payout and ledger to where this fact puts them; idempotent, whatever comes in whatever order.

    Nothing moves unless the number is ours and the amount is its own; what does not fit is listed once.
    """
    owner = await queries.find_owner(tx, told.payout_no)
    payout = None if owner is None else await queries.lock_payout(tx, owner, told.payout_no)
    if payout is None:
        await _list_odd(tx, HOUSE, "unknown_payout", told, source, now)
        return Verdict.EXCEPTION
    if told.amount_fen != payout.amount_fen:
        await _list_odd(tx, payout.subject_id, "wrong_payout_amount", told, source, now)
        return Verdict.EXCEPTION
    before, after = PayoutState(payout.state), _LEADS_TO[told.state]
    if after is before:
        return Verdict.REPEATED
    if after not in PAYOUTS[before]:
        return await _against(tx, payout, told, source, now)
    return await _move(tx, payout, after, told, source, now)


async def _move(tx: Tx, payout: Payout, after: PayoutState, told: Told, source: Source, now: datetime) -> Verdict:
    """Money that has come back was paid before, told or not."""
    at = told.occurred_at or now
    given = after in {PayoutState.PAID, PayoutState.RETURNED}
    if payout.paid_at is None and given and await _book(tx, payout, source, at, now) is not Posting.NEW:
        await _list_odd(tx, payout.subject_id, "payout_booked_differently", told, source, now)
        return Verdict.EXCEPTION
    if after is PayoutState.RETURNED:
        await ledger.reverse(tx, payout.subject_id, effect_key(payout.payout_no), now)
    await queries.update_payout(
        tx,
        payout,
        after,
        bank_txn_id=told.bank_txn_id,
        failure=told.failure,
        paid_at=at if given else None,
        ended=after not in _OPEN,
    )
    await queries.insert_history(tx, payout, after, source, now)
    await _record(tx, payout, after, now)
    return Verdict.APPLIED


async def _book(tx: Tx, payout: Payout, source: Source, at: datetime, now: datetime) -> Posting:
    """What was given is the city's expense, out of the treasury."""
    row = EntryRow(
        payout.subject_id,
        uuid7(),
        effect_key(payout.payout_no),
        Account.PAYOUT,
        Account.TREASURY,
        payout.amount_fen,
        None,
        None,
        None,
        None,
        source,
        at,
        now,
    )
    return await ledger.post(tx, row)


async def _record(tx: Tx, payout: Payout, after: PayoutState, now: datetime) -> None:
    facts: dict[str, Any] = {"payout_no": payout.payout_no, "amount_fen": payout.amount_fen}
    if after is PayoutState.PAID:
        await record(tx, [PayoutPaid(subject_id=payout.subject_id, **facts)], now)
    elif after not in _OPEN:
        returned = after is PayoutState.RETURNED
        await record(tx, [PayoutFailed(subject_id=payout.subject_id, returned=returned, **facts)], now)


async def _against(tx: Tx, payout: Payout, told: Told, source: Source, now: datetime) -> Verdict:
    """Older news, or a bank that contradicts itself: a payout it had refused may have been ordered anew since."""
    if told.state is Word.ACCEPTED or payout.state == PayoutState.RETURNED:
        return Verdict.REPEATED
    await _list_odd(tx, payout.subject_id, "payout_contradicted", told, source, now)
    return Verdict.EXCEPTION


async def _list_odd(tx: Tx, subject_id: UUID, kind: str, told: Told, source: Source, now: datetime) -> None:
    about = f"{told.payout_no}|{told.state}|{told.amount_fen}"
    facts = {"payout_no": told.payout_no, "told_fen": told.amount_fen, "told_state": told.state}
    encoded = msgspec.json.encode(facts).decode()
    await ledger_queries.insert_exception(tx, subject_id, kind, about, BANK, None, None, encoded, source, now)
