"""The expiry sweep: finds whose licences reached a rung since the last sweep and tells each of them once."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.city.city import City
from backend.core.clock import Clock, local_date
from backend.core.db import Database, Queryable, Tx
from backend.core.ids import uuid7
from backend.reminders import queries
from backend.reminders.errors import DayNotCome
from backend.reminders.ladders import ladders
from backend.reminders.models import Match, SweepReport
from backend.reminders.streams import in_batches, merged
from backend.reminders.wording import DIGEST, digest_occasion, reminder
from notifications.models import Pointer
from notifications.preferences import list_stopped_rules
from notifications.service import publish, queue, take_items_back, withdraw

log = logging.getLogger(__name__)

RULE = "licence-expiry"
DAILY_AT = timedelta(hours=8, minutes=30)
_RESIDENTS_AT_ONCE = 1_000
_UNCOMMITTED_FOR_AT_MOST = timedelta(hours=1)


async def sweep(
    db: Database,
    redis: Redis,
    city: City,
    clock: Clock,
    as_of: date,
    *,
    dry_run: bool = False,
    may_foresee: bool = False,
) -> SweepReport:
    """Tells every resident whose licence reached a rung in the days since the last completed sweep, up to `as_of`.

    Of several missed rungs only the latest is told. Nothing is lost and nothing told twice by a crash half-way, by
    missed days or by two sweeps at once: the watermark moves only at the end, and a match is recorded in the
    transaction of its message under a unique key. Raises DayNotCome for a day to come, unless `may_foresee` or dry; a
    day to come never moves the watermark past today, so that the daily sweep goes on as if it had not been played.
    """
    now = clock.now()
    if as_of > local_date(now) and not (dry_run or may_foresee):
        raise DayNotCome(as_of=as_of)
    await queries.insert_sweep(db, RULE)
    async with db.transaction() as reading:
        mark = await (queries.get_watermark if dry_run else queries.lock_watermark)(reading, RULE)
        after = mark.completed_through or as_of - timedelta(days=1)
        report = SweepReport(as_of=as_of, after=after, dry_run=dry_run)
        known_since = mark.snapshot_at and mark.snapshot_at - _UNCOMMITTED_FOR_AT_MOST
        async for matches in in_batches(_due(reading, city, after, as_of, known_since), _RESIDENTS_AT_ONCE):
            if dry_run:
                await _foresee(db, matches, report)
            else:
                await _wake(redis, await _tell(db, city, matches, report, now))
        if not dry_run:
            done = clock.now()
            await queries.update_watermark(reading, RULE, min(as_of, local_date(now)), now, done)
            await queries.insert_sweep_run(reading, RULE, as_of, now, done, msgspec.json.encode(report).decode())
    log.info("swept", extra={"as_of": as_of, "residents": report.residents, "messages": report.messages})
    return report


async def sweep_if_due(db: Database, redis: Redis, city: City, clock: Clock) -> SweepReport | None:
    """The daily sweep at 08:30 in Shanghai, also late: whatever day is the last one due and not completed yet."""
    last_due = local_date(clock.now() - DAILY_AT)
    mark = await queries.find_watermark(db, RULE)
    if mark is not None and mark.completed_through is not None and mark.completed_through >= last_due:
        return None
    return await sweep(db, redis, city, clock, last_due)


async def settle_reminders(tx: Tx, subject_id: UUID, now: datetime) -> None:
    """Takes back what no longer holds for a person after any change: renewed, revoked, renewal filed, died.

    A digest that still speaks of something to be done loses the rest; unsent messages vanish, sent ones are marked.
    """
    for told in await queries.settle_matches(tx, subject_id, now):
        if told.holds:
            await take_items_back(tx, subject_id, told.message_id, told.settled)
        else:
            rule, occasion = (DIGEST, digest_occasion(told.message_id)) if told.digest else (told.rule, told.occasion)
            await withdraw(tx, subject_id, rule, now, occasions=[occasion])


def _due(reading: Tx, city: City, after: date, as_of: date, known_since: datetime | None) -> AsyncIterator[Match]:
    steps = ladders(city.licence_types.values(), after=after, as_of=as_of)
    return merged([queries.list_due(reading, ladder, known_since) for ladder in steps])


async def _wake(redis: Redis, pointers: Sequence[Pointer]) -> None:
    """Without Redis the sweep goes on: what is committed is found and pointed at again when Redis is back."""
    try:
        await publish(redis, pointers)
    except RedisError as error:
        log.warning("senders could not be woken", extra={"error": type(error).__name__})


async def _tell(
    db: Database, city: City, matches: Sequence[Match], report: SweepReport, now: datetime
) -> list[Pointer]:
    """One transaction: the matches, and the messages for those of them that are new."""
    due = _not_held_back(matches, report)
    if not due:
        return []
    async with db.transaction() as tx:
        groups = await _groups(tx, due)
        message_ids = [message_id for message_id, group in groups.items() for _ in group]
        new = await queries.insert_matches(
            tx, [match for group in groups.values() for match in group], message_ids, now
        )
        messages = [
            reminder(message_id, own, report.as_of, city)
            for message_id, group in groups.items()
            if (own := [match for match in group if match.key in new])
        ]
        pointers = await queue(tx, messages, now)
    _count(due, new, [(message.recipient_id, message.rule == DIGEST) for message in messages], report)
    return pointers


async def _foresee(db: Database, matches: Sequence[Match], report: SweepReport) -> None:
    """Counts what `_tell` would do."""
    due = _not_held_back(matches, report)
    new = {match.key for match in due} - await queries.list_matched(db, due)
    told = []
    for group in (await _groups(db, due)).values():
        own = [match for match in group if match.key in new]
        if own:
            told.append((own[0].licence.subject_id, len(own) > 1))
    _count(due, new, told, report)


async def _groups(conn: Queryable, due: Sequence[Match]) -> dict[UUID, list[Match]]:
    """What goes into one message, by the id that the message will have: all of a resident, except what was stopped.

    A stopped rule keeps a message of its own, which stays in the inbox unannounced; who stopped digests gets none.
    """
    stopped = await list_stopped_rules(conn, sorted({match.licence.subject_id for match in due}))
    groups: dict[UUID, list[Match]] = {}
    for subject_id, found in groupby(due, key=lambda match: match.licence.subject_id):
        rules = stopped.get(subject_id, set())
        together = []
        for match in found:
            if DIGEST in rules or match.rule in rules:
                groups[uuid7()] = [match]
            else:
                together.append(match)
        if together:
            groups[uuid7()] = together
    return groups


def _not_held_back(matches: Sequence[Match], report: SweepReport) -> list[Match]:
    """Those to tell; the others are counted by their reason."""
    due = []
    for match in matches:
        reason = match.licence.held_back_by
        if reason is None:
            due.append(match)
        else:
            held_back = report.of(match.rule).held_back
            held_back[reason] = held_back.get(reason, 0) + 1
    return due


def _count(
    due: Sequence[Match], new: set[queries.MatchKey], told: Sequence[tuple[UUID, bool]], report: SweepReport
) -> None:
    """`told`: recipient of each message, and whether it is a digest. Residents never span two batches."""
    for match in due:
        counts = report.of(match.rule)
        counts.matched += 1
        if match.key in new:
            counts.reminded += 1
            counts.by_rung[match.rung] = counts.by_rung.get(match.rung, 0) + 1
        else:
            counts.already_reminded += 1
    report.residents += len({recipient_id for recipient_id, _ in told})
    report.messages += len(told)
    report.digests += sum(digest for _, digest in told)
