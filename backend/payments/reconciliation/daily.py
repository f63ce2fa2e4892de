"""Every day's bill of every channel: asked for from 10:30 of the next day until it is there, days missed included."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import structs

from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.payments.channels import Providers
from backend.payments.providers.errors import BillUnavailable, ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Provider
from backend.payments.reconciliation.alone import TAKEN_OVER_AFTER, alone_with
from backend.payments.reconciliation.errors import DayNotOver
from backend.payments.reconciliation.forgetting import forget_rows
from backend.payments.reconciliation.keeping import keep_file, reread_refused
from backend.payments.reconciliation.matching import settle_day
from backend.payments.reconciliation.models import TRADES, DayKey, DayState, Origin, Outcome
from backend.payments.reconciliation.queries import days
from backend.payments.reconciliation.queries.judging import find_first_movement, get_sums
from backend.payments.reconciliation.windows import (
    day_of,
    first_kept,
    hours_of,
    last_published,
    published_at,
)
from backend.payments.records import clearing

log = logging.getLogger(__name__)

NO_BILL_YET = "the provider has no bill for this day yet"
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=10), timedelta(hours=2)
_GIVEN_UP_AFTER = timedelta(hours=24)
_QUIET_DAY_ENDS_AFTER = timedelta(hours=2)  # providers make no bill where there was no trade


async def reconcile_due(db: Database, keyring: Keyring, providers: Providers, now: datetime) -> bool:
    """One day of each channel that is due, and the rows of one that is long settled; True when there may be more.

    Any number of workers may run it.
    """
    worked = await forget_rows(db, now)
    for provider in providers.values():
        for key in await list_due(db, provider, now):
            tries = await days.claim_day(db, key, now, now + TAKEN_OVER_AFTER)
            if tries is not None:
                await _run_claimed(db, keyring, provider, key, tries, now)
                worked = True
                break
    return worked


async def run_day(
    db: Database, keyring: Keyring, provider: Provider, day: date, now: datetime, *, may_foresee: bool = False
) -> Outcome:
    """Asks for a day's bill now, also if it was done before, and matches it; a file that was refused is read once more.

    Raises ProviderUnavailable, ProviderRefused, and DayNotOver unless the caller `may_foresee` (the sandbox's providers
    give the bill of the running day): then the day is done once more when it is over.
    """
    key = day_key(provider, day)
    if not may_foresee:
        _require_over(key, now)
    await days.insert_day(db, key, now)
    async with db.transaction() as tx:
        await reread_refused(tx, key)
    try:
        raw = await provider.download_bill(day, now)
    except BillUnavailable:
        return await _without_new_file(db, keyring, provider, key, now)
    return await import_bill(db, keyring, provider, day, raw, Origin.DOWNLOADED, now, may_foresee=may_foresee)


async def import_bill(
    db: Database,
    keyring: Keyring,
    provider: Provider,
    day: date,
    raw: bytes,
    origin: Origin,
    now: datetime,
    *,
    imported_by: UUID | None = None,
    may_foresee: bool = False,
) -> Outcome:
    """Keeps a file and matches the day by it. Raises DayNotOver; a file that does not add up is an outcome."""
    key = day_key(provider, day)
    if not may_foresee:
        _require_over(key, now)
    async with alone_with(db, key):
        kept = await keep_file(db, keyring, key, raw, origin, now, imported_by=imported_by)
        outcome = await settle_day(db, keyring, provider, key, now)
        if not _is_over(key, now):
            await days.reopen_day(db, key, published_at(day))
    return structs.replace(outcome, revision=kept.revision, is_new=kept.is_new)


async def list_due(db: Database, provider: Provider, now: datetime) -> Sequence[DayKey]:
    """Oldest first: every day since the first one known that is not done, as far back as the provider keeps bills."""
    since, until = first_kept(now), last_published(now)
    known = {row.day: row for row in await days.list_days(db, provider.channel, provider.merchant, TRADES, since)}
    begun = await days.find_first_day(db, provider.channel, provider.merchant, TRADES)
    first = await _first_day(db, provider, now) if begun is None else max(begun, since)
    due = []
    for offset in range((until - first).days + 1):
        key = day_key(provider, first + timedelta(days=offset))
        row = known.get(key.day)
        if row is None:
            await days.insert_day(db, key, now)
        if row is None or (row.next_try_at is not None and row.next_try_at <= now):
            due.append(key)
    return due


def day_key(provider: Provider, day: date) -> DayKey:
    return DayKey(provider.channel, provider.merchant, TRADES, day)


async def _first_day(db: Database, provider: Provider, now: datetime) -> date:
    """Of a channel that was never reconciled: the day of the first movement that a bill can still be had for."""
    since = hours_of(provider.channel, first_kept(now))[0]
    at = await find_first_movement(db, clearing(provider.channel), since)
    return last_published(now) if at is None else min(day_of(provider.channel, at), last_published(now))


async def _run_claimed(
    db: Database, keyring: Keyring, provider: Provider, key: DayKey, tries: int, now: datetime
) -> None:
    """A day that does not end as done is tried again, less and less often."""
    try:
        await _run_due(db, keyring, provider, key, now)
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("bill not downloaded", extra={"channel": key.channel, "day": str(key.day), "error": error.code})
    finally:
        pause = min(_FIRST_RETRY * 2 ** min(tries, 10), _LONGEST_RETRY)
        await days.update_next_try(db, key, now + pause)


async def _run_due(db: Database, keyring: Keyring, provider: Provider, key: DayKey, now: datetime) -> None:
    try:
        raw = await provider.download_bill(key.day, now)
    except BillUnavailable:
        await _without_new_file(db, keyring, provider, key, now)
    except (ProviderUnavailable, ProviderRefused):
        if await _has_begun(db, key):
            await _settle(db, keyring, provider, key, now)
        raise
    else:
        await import_bill(db, keyring, provider, key.day, raw, Origin.DOWNLOADED, now)


async def _without_new_file(db: Database, keyring: Keyring, provider: Provider, key: DayKey, now: datetime) -> Outcome:
    """A file that an operator brought counts; else the wait goes on, shorter where the ledger has nothing either."""
    if not await _has_begun(db, key) and not await _is_given_up(db, key, now):
        return Outcome(channel=key.channel, day=key.day, state=DayState.WAITING, problem=NO_BILL_YET)
    return await _settle(db, keyring, provider, key, now)


async def _settle(db: Database, keyring: Keyring, provider: Provider, key: DayKey, now: datetime) -> Outcome:
    async with alone_with(db, key):
        return await settle_day(db, keyring, provider, key, now)


async def _has_begun(db: Database, key: DayKey) -> bool:
    [row, *_] = await days.list_days(db, key.channel, key.merchant, key.bill_type, key.day)
    return row.state != DayState.WAITING


async def _is_given_up(db: Database, key: DayKey, now: datetime) -> bool:
    here = await get_sums(db, clearing(key.channel), *hours_of(key.channel, key.day))
    patience = _GIVEN_UP_AFTER if here.payments or here.refunds else _QUIET_DAY_ENDS_AFTER
    return now >= published_at(key.day) + patience


def _is_over(key: DayKey, now: datetime) -> bool:
    return now >= hours_of(key.channel, key.day)[1]


def _require_over(key: DayKey, now: datetime) -> None:
    if not _is_over(key, now):
        raise DayNotOver(day=key.day)
