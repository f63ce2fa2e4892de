"""Who may act for somebody has changed: who comes is told what is still owed, who goes hears no more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Tx
from backend.payments.addressees import addressees_of
from backend.payments.queries import bill_messages, bills
from backend.payments.queries.bill_messages import Told
from backend.payments.telling import ask_for
from notifications.service import reinstate, withdraw

_MOST = 20


async def follow_agents(tx: Tx, subject_id: UUID, now: datetime) -> None:
    """Of what is open those due first, at most twenty: the others are on the screen of bills.

    What a child has been told itself stays as it is.
    """
    to = (await addressees_of(tx, subject_id, now)).without([subject_id])
    told = await bill_messages.list_told(tx, subject_id)
    await _take_back(tx, subject_id, [each for each in told if each.reader_id not in to.agents], now)
    await _give_back(tx, subject_id, [each for each in told if each.reader_id in to.agents], now)
    for bill in await bills.list_open_bills(tx, subject_id, _MOST) if to.agents else ():
        await ask_for(tx, bill, to, now, now)


async def _take_back(tx: Tx, subject_id: UUID, told: Sequence[Told], now: datetime) -> None:
    former = [each for each in told if not each.ended]
    for each in former:
        await withdraw(tx, each.reader_id, each.rule, now, occasions=[each.occasion])
    if former:
        await bill_messages.update_ended(tx, subject_id, former, now)


async def _give_back(tx: Tx, subject_id: UUID, told: Sequence[Told], now: datetime) -> None:
    """As far as it is still of use; the rest is told anew."""
    returned = [
        each for each in told if each.ended and await reinstate(tx, each.reader_id, each.rule, each.occasion, now)
    ]
    if returned:
        await bill_messages.update_ended(tx, subject_id, returned, None)
