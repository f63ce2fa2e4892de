"""What a channel charged on a day: booked once from its bill; what a later revision says otherwise is a difference."""

from datetime import date, datetime, timedelta
from uuid import UUID

from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.payments import ledger
from backend.payments.exceptions import HOUSE
from backend.payments.models import Channel
from backend.payments.queries.ledger import EntryRow, find_entry
from backend.payments.reconciliation.models import Class, DayKey, DifferenceState
from backend.payments.reconciliation.queries import differences, proposals, rates
from backend.payments.reconciliation.queries.differences import DifferenceRow
from backend.payments.reconciliation.windows import hours_of
from backend.payments.records import Account, Source, clearing

OF_THE_DAY = "day"
"""Kind of the difference about a day's fees as a whole."""


def fee_key(key: DayKey) -> str:
    return f"fee:{key.channel}:{key.day.isoformat()}"


async def book_fees(tx: Tx, key: DayKey, statement_id: UUID, run_id: UUID, stated_fen: int, now: datetime) -> int:
    """Returns what is booked for the day; the day is locked by the caller."""
    known = await find_entry(tx, HOUSE, fee_key(key))
    if known is None and stated_fen:
        await ledger.post(tx, _entry(key, stated_fen, now))
        return stated_fen
    booked_fen = _charged(known) + await differences.get_fees_written_off(tx, key)
    about = None if booked_fen == stated_fen else f"{fee_key(key)}={stated_fen}"
    gone = await differences.settle_other_fees(tx, key, about, now)
    await proposals.void_write_offs(tx, gone, now)
    if about is not None:
        row = DifferenceRow(
            HOUSE, uuid7(), Class.FEE, about, DifferenceState.OPEN, OF_THE_DAY, None, None, None, fee_key(key),
            stated_fen, booked_fen, booked_fen - stated_fen, None,
        )  # fmt: skip
        await differences.upsert_differences(tx, key, statement_id, run_id, [row], now)
    return booked_fen


async def set_rate(db: Database, channel: Channel, merchant: str, valid_from: date, rate_ppm: int) -> None:
    """What the contract says, in millionths: 6000 are 0.6 %. From then on every row's fee is held against it."""
    await rates.upsert_rate(db, channel, merchant, valid_from, rate_ppm)


def _entry(key: DayKey, stated_fen: int, now: datetime) -> EntryRow:
    """Charged at the day's end; where more was given back than charged, the other way round."""
    accounts = (Account.CHANNEL_FEE.value, clearing(key.channel))
    debit, credit = accounts if stated_fen > 0 else (accounts[1], accounts[0])
    end = hours_of(key.channel, key.day)[1] - timedelta(seconds=1)
    return EntryRow(
        HOUSE, uuid7(), fee_key(key), debit, credit, abs(stated_fen), None, None, None, None, Source.BILL, end, now
    )


def _charged(known: EntryRow | None) -> int:
    if known is None:
        return 0
    return known.amount_fen if known.debit == Account.CHANNEL_FEE else -known.amount_fen
