"""Each day's payouts held against the bank's own list: what was lost is applied, what does not fit is listed."""

from datetime import date, datetime, time, timedelta

import msgspec

from backend.core.clock import SHANGHAI, local_date
from backend.core.db import Database, Tx
from backend.payments.payouts.bank import Bank
from backend.payments.payouts.errors import BankUnavailable
from backend.payments.payouts.models import Told
from backend.payments.payouts.queries import payouts as queries
from backend.payments.payouts.queries.payouts import DayRow
from backend.payments.payouts.service import BANK, apply
from backend.payments.queries import ledger as ledger_queries
from backend.payments.records import Source
from backend.payments.verdicts import Verdict

_READY_AFTER = timedelta(hours=2)  # of the next day
_AT_ONCE = 1_000
_MOST = 1_000_000


async def compare_due(db: Database, bank: Bank, now: datetime) -> bool:
    """The oldest day that has ended and was not compared yet; True when there may be more."""
    last, latest = await queries.find_last_day(db), local_date(now - _READY_AFTER) - timedelta(days=1)
    if last is None:
        first = await queries.find_first_paid_at(db)
        day = None if first is None else local_date(first)
    else:
        day = last + timedelta(days=1)
    if day is None or day > latest:
        return False
    return await compare_day(db, bank, day, now) is not None and day < latest


async def compare_day(db: Database, bank: Bank, day: date, now: datetime) -> int | None:
    """How many differences there are; None where the bank has not answered. Doing it again changes nothing."""
    try:
        theirs = await bank.list_day(day, now)
    except BankUnavailable:
        return None
    differences = 0
    for start in range(0, len(theirs), _AT_ONCE):
        async with db.transaction() as tx:
            differences += await _repair(tx, theirs[start : start + _AT_ONCE], now)
    start_at = datetime.combine(day, time(0), SHANGHAI)
    async with db.transaction() as tx:
        ours = await queries.list_paid_between(tx, start_at, start_at + timedelta(days=1), _MOST)
        known = {told.payout_no for told in theirs}
        missing = [row for row in ours if row.payout_no not in known]
        for row in missing:
            await _list_missing(tx, row, day, now)
        await queries.upsert_day(tx, day, len(ours), len(theirs), differences + len(missing), now)
    return differences + len(missing)


async def _repair(tx: Tx, theirs: list[Told], now: datetime) -> int:
    """What stands here as the bank says is passed over; the rest goes through the one effect."""
    ours = {row.payout_no: row for row in await queries.list_by_numbers(tx, [told.payout_no for told in theirs])}
    odd = 0
    for told in theirs:
        row = ours.get(told.payout_no)
        if row is None or (row.amount_fen, row.state) != (told.amount_fen, told.state):
            odd += await apply(tx, told, Source.BILL, now) is Verdict.EXCEPTION
    return odd


async def _list_missing(tx: Tx, row: DayRow, day: date, now: datetime) -> None:
    """Said here to be paid, and the bank's list of the day does not have it."""
    facts = msgspec.json.encode({"payout_no": row.payout_no, "day": day, "amount_fen": row.amount_fen}).decode()
    about = f"{row.payout_no}|{day}"
    await ledger_queries.insert_exception(
        tx, row.subject_id, "payout_missing_at_bank", about, BANK, None, None, facts, Source.BILL, now
    )
