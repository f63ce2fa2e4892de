"""A day from its file to its picture: read, compared, repaired, listed. Any step may be repeated at any time."""

import logging
from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.crypto import Keyring
from backend.core.db import Database, Tx
from backend.core.ids import uuid7
from backend.payments.providers.errors import BillRefused
from backend.payments.providers.protocol import Provider
from backend.payments.providers.statements import StatementTotals
from backend.payments.reconciliation import judging
from backend.payments.reconciliation.alone import TAKEN_OVER_AFTER
from backend.payments.reconciliation.fees import book_fees
from backend.payments.reconciliation.keeping import read_file
from backend.payments.reconciliation.models import DayKey, DayState, DifferenceState, Outcome, Picture, StatementFile
from backend.payments.reconciliation.queries import days, differences, files, proposals, rates
from backend.payments.reconciliation.queries import judging as comparing
from backend.payments.reconciliation.reading import read_rows
from backend.payments.reconciliation.repairing import repair
from backend.payments.reconciliation.windows import hours_of
from backend.payments.records import clearing

log = logging.getLogger(__name__)

_KEPT, _READ = "kept", "read"


async def settle_day(db: Database, keyring: Keyring, provider: Provider, key: DayKey, now: datetime) -> Outcome:
    """Matches a day by its newest file that adds up; without any, what the ledger has of the day is missing there.

    Idempotent, also when it was killed half-way; the caller sees to it that it runs `alone_with` its day. A file that
    does not add up is refused as a whole, before anything of it is matched; an older one that does goes on to count.
    """
    await days.insert_day(db, key, now)
    refused = await _read_newest(db, keyring, provider, key)
    async with db.transaction() as tx:
        day = await days.lock_day(tx, key)
        if refused is not None and day.statement_id is None:
            await days.update_begun(tx, key, DayState.REFUSED, None, now + TAKEN_OVER_AFTER)
            return Outcome(channel=key.channel, day=key.day, state=DayState.REFUSED, problem=refused)
        await days.update_begun(tx, key, DayState.MATCHING, day.statement_id, now + TAKEN_OVER_AFTER)
        run_id = uuid7()
        await _compare(tx, key, day.statement_id, run_id, now)
    await repair(db, keyring, key, now)
    picture = await _finish(db, key, run_id, now)
    return Outcome(channel=key.channel, day=key.day, state=DayState.DONE, picture=picture, problem=refused)


async def _read_newest(db: Database, keyring: Keyring, provider: Provider, key: DayKey) -> str | None:
    """Reads the newest file that adds up, unless it has been read; returns why a newer one was refused."""
    problem = None
    for file in await files.list_files(db, key):
        if file.state == _READ:
            break
        refused = await _try_to_read(db, keyring, provider, file) if file.state == _KEPT else file.problem
        if refused is None:
            break
        problem = problem or refused
    return problem


async def _try_to_read(db: Database, keyring: Keyring, provider: Provider, file: StatementFile) -> str | None:
    """Returns why it was refused."""
    raw = await read_file(db, keyring, file.statement_id)
    try:
        async with db.transaction() as tx:
            await _read(tx, keyring, provider, file, raw)
    except BillRefused as refused:
        log.warning("bill refused", extra={"channel": file.channel, "day": str(file.day), "problem": str(refused)})
        async with db.transaction() as tx:
            await days.lock_day(tx, file.key)
            await files.update_refused(tx, file.statement_id, str(refused))
        return str(refused)
    return None


async def _read(tx: Tx, keyring: Keyring, provider: Provider, file: StatementFile, raw: bytes) -> None:
    """Under the day's lock; whoever comes second finds it done."""
    await days.lock_day(tx, file.key)
    again = await files.find_file_by_id(tx, file.statement_id)
    if again is None or again.state != _KEPT:
        return
    await read_rows(tx, keyring, file.key, file.statement_id, provider.read_bill(raw, file.day))
    taken_over_at = file.received_at + TAKEN_OVER_AFTER
    await days.update_begun(tx, file.key, DayState.MATCHING, file.statement_id, taken_over_at)


async def _compare(tx: Tx, key: DayKey, statement_id: UUID | None, run_id: UUID, now: datetime) -> None:
    """Both ways; what was found before and is not any more has settled itself."""
    if statement_id is not None:
        rate_ppm = await rates.find_rate(tx, key)
        async for judged in comparing.list_judged(tx, statement_id, rate_ppm):
            rows = [judging.difference_of(row) for row in judged]
            await differences.upsert_differences(tx, key, statement_id, run_id, rows, now)
        await proposals.void_write_offs(tx, await differences.settle_found_there(tx, statement_id, now), now)
    async for booked in comparing.list_unknown_there(tx, clearing(key.channel), *hours_of(key.channel, key.day)):
        rows = [judging.missing_there(row) for row in booked]
        await differences.upsert_differences(tx, key, statement_id, run_id, rows, now)
    await proposals.void_write_offs(tx, await differences.settle_unseen(tx, key, run_id, now), now)


async def _finish(db: Database, key: DayKey, run_id: UUID, now: datetime) -> Picture:
    """Fees, the picture, and the end of the wait for what the day before lacked."""
    async with db.transaction() as tx:
        day = await days.lock_day(tx, key)
        picture = await _picture(tx, key, day.statement_id, run_id, now)
        await days.update_done(tx, key, msgspec.json.encode(picture).decode(), now)
        await differences.open_overdue(tx, key)
    counts = {"matched": picture.matched, "repaired": picture.repaired, "differing": sum(picture.differing.values())}
    log.info("reconciled", extra={"channel": key.channel, "day": str(key.day), **counts})
    return picture


async def _picture(tx: Tx, key: DayKey, statement_id: UUID | None, run_id: UUID, now: datetime) -> Picture:
    start, end = hours_of(key.channel, key.day)
    here = await comparing.get_sums(tx, clearing(key.channel), start, end)
    if statement_id is None:
        return Picture(stated=None, here=here)
    stated = msgspec.json.decode(await files.get_totals(tx, statement_id), type=StatementTotals)
    fees_fen = 0
    if now >= end:  # before, they are not all there
        fees_fen = await book_fees(tx, key, statement_id, run_id, stated.fees_fen or 0, now)
    counted: Counter[str] = Counter()
    repaired = 0
    for each in await differences.count_of_statement(tx, key, statement_id):
        if each.state == DifferenceState.REPAIRED:
            repaired += each.rows
        else:
            counted[each.judged] += each.rows
    matched = (stated.rows or 0) - repaired - counted.total()
    return Picture(
        stated=stated,
        here=here,
        matched=matched,
        repaired=repaired,
        differing=dict(counted),
        fees_booked_fen=fees_fen,
    )
