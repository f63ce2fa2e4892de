"""Two ways in, one way out: what has changed is looked at within seconds, what comes due is swept every morning."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.city.city import City
from backend.city.rules import RuleState
from backend.core.clock import Clock, local_date
from backend.core.db import Database, Queryable, Tx
from backend.departments.service import with_registered
from backend.matching.candidates import due
from backend.matching.errors import DayNotCome
from backend.matching.losing import note_lost
from backend.matching.models import Decision, LifeEvent
from backend.matching.planning import Days, Plan, plan
from backend.matching.queries import changes, facts, matches
from backend.matching.queries import sweeps as queries
from backend.matching.reports import SweepReport
from backend.matching.rulebook import Rulebook
from backend.matching.streams import in_batches, merged
from backend.matching.telling import Telling, carry_out, compose
from backend.matching.wording.messages import DIGEST
from notifications.models import Pointer
from notifications.service import publish

log = logging.getLogger(__name__)

SWEEP = "rules"
DAILY_AT = timedelta(hours=8, minutes=30)
_AT_ONCE = 1_000
_CHANGED_AT_ONCE = 200
_UNCOMMITTED_FOR_AT_MOST = timedelta(hours=1)


async def record_event(tx: Tx, event: LifeEvent, now: datetime) -> None:
    """Keeps what a department reports as rules see it, and has its subject looked at."""
    await record_events(tx, [event], now)


async def record_events(tx: Tx, events: Sequence[LifeEvent], now: datetime) -> None:
    """The same of many, two statements however many there are."""
    await changes.upsert_life_events(tx, events, now)
    await changes.upsert_changed(tx, [event.subject_id for event in events], now)


async def note_change(tx: Tx, subject_ids: Sequence[UUID], now: datetime) -> None:
    """Something about these people has changed: the rules look at them within seconds."""
    await changes.upsert_changed(tx, subject_ids, now)


async def look_again(db: Database, redis: Redis, city: City, now: datetime) -> bool:
    """Looks at those about whom something has changed; True when there may be more.

    Tells what is due at once, takes back what no longer holds. What belongs to the daily sweep is left to it.
    """
    today = local_date(now)
    async with db.transaction() as tx:
        changed = await changes.lock_changed(tx, _CHANGED_AT_ONCE)
        if not changed:
            return False
        book = await hold_rulebook(tx, city)
        plans = await _plans(tx, book, sorted(changed), Days(today, today - timedelta(days=1), sweeping=False))
        _, pointers = await carry_out(tx, book, plans, today, now)
        await _leave_to_sweep(tx, plans, now)
        await note_lost(tx, plans, now)
        await changes.delete_changed(tx, changed)
    await wake(redis, pointers)
    return len(changed) == _CHANGED_AT_ONCE


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
    """Tells everybody for whom a date of a rule has come in the days since the last completed sweep, up to `as_of`.

    Of several missed rungs only the latest is told. Nothing is lost and nothing told twice by a crash half-way, by
    missed days or by two sweeps at once: the watermark moves only at the end, and a match is recorded in the
    transaction of its message under a unique key. Raises DayNotCome for a day to come, unless `may_foresee` or dry; a
    day to come never moves the watermark past today, so that the daily sweep goes on as if it had not been played.
    """
    now = clock.now()
    if as_of > local_date(now) and not (dry_run or may_foresee):
        raise DayNotCome(as_of=as_of)
    await queries.insert_sweep(db, SWEEP)
    book = await read_rulebook(db, city)
    async with db.transaction() as reading:
        mark = await (queries.get_watermark if dry_run else queries.lock_watermark)(reading, SWEEP)
        after = mark.completed_through or as_of - timedelta(days=1)
        known_since = mark.snapshot_at and mark.snapshot_at - _UNCOMMITTED_FOR_AT_MOST
        report = SweepReport(as_of=as_of, after=after, dry_run=dry_run)
        days = Days(as_of, after, sweeping=True, known_since=known_since)
        streams = due(reading, book, after, as_of, known_since)
        async for subject_ids in in_batches(merged(streams), _AT_ONCE):
            if dry_run:
                await _foresee(db, book, subject_ids, days, report)
            else:
                await wake(redis, await _tell(db, city, subject_ids, days, report, now))
        if not dry_run:
            done = clock.now()
            await queries.update_watermark(reading, SWEEP, min(as_of, local_date(now)), now, done)
            await queries.insert_sweep_run(reading, SWEEP, as_of, now, done, msgspec.json.encode(report).decode())
    log.info("swept", extra={"as_of": as_of, "residents": report.residents, "messages": report.messages})
    return report


async def sweep_if_due(db: Database, redis: Redis, city: City, clock: Clock) -> SweepReport | None:
    """The daily sweep at 08:30 in Shanghai, also late: whatever day is the last one due and not completed yet."""
    last_due = local_date(clock.now() - DAILY_AT)
    mark = await queries.find_watermark(db, SWEEP)
    if mark is not None and mark.completed_through is not None and mark.completed_through >= last_due:
        return None
    return await sweep(db, redis, city, clock, last_due)


async def read_rulebook(conn: Queryable, city: City) -> Rulebook:
    """The rules as they stand: the pack's, and what operators decided since. Its city names every department."""
    decided = await changes.list_rule_states(conn)
    named = await with_registered(conn, city)
    return Rulebook(named, {rule: RuleState(state) for rule, state in decided.items()})


async def hold_rulebook(tx: Tx, city: City) -> Rulebook:
    """The same for whoever tells by it: no rule is stopped before this transaction has ended."""
    await changes.lock_rule_states(tx)
    return await read_rulebook(tx, city)


async def _plans(tx: Queryable, book: Rulebook, subject_ids: Sequence[UUID], days: Days) -> list[Plan]:
    """In a sweep, those that were left to it are looked at as if everything about them had just been learnt of."""
    known = await facts.list_known(tx, subject_ids)
    told = await matches.list_matches(tx, subject_ids)
    left = set(await changes.list_left_to_sweep(tx, subject_ids)) if days.sweeping else set()
    anew = msgspec.structs.replace(days, known_since=None)
    return [
        plan(book, each, told.get(each.subject_id, ()), anew if each.subject_id in left else days) for each in known
    ]


async def _leave_to_sweep(tx: Tx, plans: Sequence[Plan], now: datetime) -> None:
    """What the daily sweep tells together, though it has come to hold only now: perhaps its day is swept already."""
    left = [each.known.subject_id for each in plans if each.left]
    if left:
        await changes.upsert_left_to_sweep(tx, left, now)


async def _tell(
    db: Database, city: City, subject_ids: Sequence[UUID], days: Days, report: SweepReport, now: datetime
) -> list[Pointer]:
    """One transaction of the sweep. A rule that was stopped since the sweep began is silent from here on."""
    async with db.transaction() as tx:
        book = await hold_rulebook(tx, city)
        await facts.lock_subjects(tx, subject_ids)
        plans = await _plans(tx, book, subject_ids, days)
        telling, pointers = await carry_out(tx, book, plans, days.today, now)
        await changes.delete_left_to_sweep(tx, subject_ids)
        await note_lost(tx, plans, now)
    _count(plans, telling, report)
    return pointers


async def _foresee(db: Database, book: Rulebook, subject_ids: Sequence[UUID], days: Days, report: SweepReport) -> None:
    """Counts what `_tell` would do."""
    plans = await _plans(db, book, subject_ids, days)
    found: list[tuple[Plan, Decision]] = [(each, decision) for each in plans for decision in each.new]
    _count(plans, await compose(db, book, found, days.today), report)


async def wake(redis: Redis, pointers: Sequence[Pointer]) -> None:
    """Without Redis it goes on: what is committed is found and pointed at again when Redis is back."""
    try:
        await publish(redis, pointers)
    except RedisError as error:
        log.warning("senders could not be woken", extra={"error": type(error).__name__})


def _count(plans: Sequence[Plan], telling: Telling, report: SweepReport) -> None:
    for each in plans:
        for decision in each.new:
            report.count_new(decision)
        for decision in each.repeated:
            report.count_repeated(decision)
        for decision in each.against:
            report.count_held_back(decision)
    report.residents += len({message.recipient_id for message in telling.messages})
    report.messages += len(telling.messages)
    report.digests += sum(message.rule == DIGEST for message in telling.messages)
