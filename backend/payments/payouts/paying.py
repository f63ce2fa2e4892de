"""Hands payouts to the bank and asks about them: after lost answers, lost notices or an outage all are paid, once."""

import asyncio
import logging
from datetime import datetime, timedelta

from backend.citizens.service import list_named
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments.payouts.bank import Bank
from backend.payments.payouts.cards import open_number
from backend.payments.payouts.errors import BankUnavailable
from backend.payments.payouts.models import Payout, PayoutState, Told
from backend.payments.payouts.queries import payouts as queries
from backend.payments.payouts.schedule import next_ask
from backend.payments.payouts.service import apply
from backend.payments.records import Source

log = logging.getLogger(__name__)

_AT_ONCE = 50
_SIDE_BY_SIDE = 8  # questions to the bank under way at a time
_CLAIMED_FOR = timedelta(minutes=2)  # another worker takes over after this long


async def pay_out(db: Database, keyring: Keyring, bank: Bank, now: datetime) -> bool:
    """One round; True when there may be more. Any number of workers may run it: the number makes it one payment."""
    until = now + _CLAIMED_FOR
    async with db.transaction() as tx:
        due = await queries.claim_payouts(tx, now, until, _AT_ONCE)
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def settle(payout: Payout) -> None:
        try:
            async with gate:
                await _settle(db, keyring, bank, payout, now)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others waiting
            log.warning("payout not settled", extra={"error": type(error).__name__, "payout_no": payout.payout_no})
        await queries.update_next_ask(db, payout, until, next_ask(payout.ordered_at, now))

    async with asyncio.TaskGroup() as round_:
        for each in due:
            round_.create_task(settle(each))
    return len(due) == _AT_ONCE


async def _settle(db: Database, keyring: Keyring, bank: Bank, payout: Payout, now: datetime) -> None:
    told = await _ask(db, keyring, bank, payout, now)
    if told is not None:
        async with db.transaction() as tx:
            await apply(tx, told, Source.QUERY, now)


async def _ask(db: Database, keyring: Keyring, bank: Bank, payout: Payout, now: datetime) -> Told | None:
    """Asks first where it was accepted; what the bank does not know (any more) is handed over under the same number."""
    try:
        told = None
        if payout.state == PayoutState.ACCEPTED:
            told = await bank.query(payout, now)
        if told is None:
            number = await open_number(db, keyring, payout.subject_id, payout.card_id)
            named = await list_named(db, keyring, [payout.subject_id])
            told = await bank.pay(payout, number, named[payout.subject_id].name, now)
    except BankUnavailable:
        return None
    return told
