"""A rule tried on everybody who is there today, for the next ninety days, without telling anybody."""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from backend.city.city import City
from backend.city.service import find_entry_version
from backend.core.clock import Clock, local_date
from backend.core.db import Database
from backend.core.ids import uuid7
from backend.matching.agents import agents_of
from backend.matching.candidates import anchors, due
from backend.matching.consenting import Wishes, wishes_of
from backend.matching.desk.catalogue import get_rule
from backend.matching.desk.errors import NotComputable, NotNow, RehearsalNotFound, RuleNotFound
from backend.matching.desk.models import Finding, Rehearsal, RehearsalState, Silence
from backend.matching.desk.queries import rehearsals
from backend.matching.desk.queries.audiences import COUNTS
from backend.matching.desk.tallying import Tally, days_between, one_rule_book
from backend.matching.queries import facts, matches
from backend.matching.rulebook import AppliedRule, Rulebook
from backend.matching.streams import in_batches, merged
from backend.operators.models import OperatorSession, Role
from backend.operators.service import note_act

log = logging.getLogger(__name__)

DAYS = 90
AT_MOST = 300_000
"""Occasions that are looked at one by one; of a rule for more people the counts by index remain."""

_AT_ONCE = 500
_LEASE = timedelta(minutes=1)
_TRIES = 3
_CASES_KEPT = timedelta(days=1)
_DAY = timedelta(days=1)


async def ask(db: Database, city: City, operator: OperatorSession, code: str, now: datetime) -> None:
    """Asks the workers for a rehearsal, of a draft too. The cases of an earlier one are removed.

    Raises RoleMissing, RuleNotFound, NotComputable, NotNow where one is going on.
    """
    operator.require(Role.RULES)
    starts_on = local_date(now) + _DAY
    async with db.transaction() as tx:
        rule = await get_rule(tx, city, code)
        if rule.applied is None:
            raise NotComputable(wanted_zh="预演", wanted_en="rehearsed")
        version = await find_entry_version(tx, rule.kind, rule.key)
        if version is None:
            raise RuleNotFound
        ends_on = starts_on + timedelta(days=DAYS - 1)
        if not await rehearsals.insert_rehearsal(
            tx, uuid7(), code, version, starts_on, ends_on, operator.operator_id, now
        ):
            raise NotNow(state=RehearsalState.RUNNING)
        await rehearsals.delete_cases_of_rule(tx, code)
        await note_act(tx, operator, "rules.rehearsal_asked", code, {"version": version}, now)


async def cancel(db: Database, operator: OperatorSession, code: str, now: datetime) -> None:
    """Ends what is going on; the worker notices within a batch. Raises RoleMissing, RehearsalNotFound."""
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        latest = await rehearsals.find_latest(tx, code)
        if latest is None or not await rehearsals.update_ended(tx, latest.rehearsal_id, RehearsalState.CANCELLED, now):
            raise RehearsalNotFound
        await note_act(tx, operator, "rules.rehearsal_cancelled", code, {}, now)


async def see_cases(
    db: Database, operator: OperatorSession, rehearsal_id: UUID, now: datetime
) -> tuple[Rehearsal, Sequence[tuple[UUID, Finding]]]:
    """A few cases to look at; that they were looked at is logged. Raises RoleMissing, RehearsalNotFound."""
    operator.require(Role.RULES)
    async with db.transaction() as tx:
        rehearsal = await rehearsals.find_rehearsal(tx, rehearsal_id)
        found = await rehearsals.list_cases(tx, rehearsal_id, now)
        if rehearsal is None or not found:
            raise RehearsalNotFound
        seen = {"rehearsal": str(rehearsal_id), "cases": len(found)}
        await note_act(tx, operator, "rules.cases_seen", rehearsal.rule, seen, now)
    return rehearsal, [(subject_id, msgspec.json.decode(text, type=Finding)) for subject_id, text in found]


async def rehearse_next(db: Database, city: City, clock: Clock) -> bool:
    """Works on the oldest rehearsal that was asked for; True where there was one."""
    now = clock.now()
    await rehearsals.delete_old_cases(db, now)
    claimed = await rehearsals.claim_rehearsal(db, now, now + _LEASE)
    if claimed is None:
        return False
    rehearsal, tries = claimed
    rule = await _applied(db, city, rehearsal)
    if rule is None or tries > _TRIES:
        await rehearsals.update_ended(db, rehearsal.rehearsal_id, RehearsalState.FAILED, clock.now())
        return True
    book = one_rule_book(city, rule)
    coming = await _count(db, book, rehearsal)
    await rehearsals.update_expected(db, rehearsal.rehearsal_id, sum(coming.values()))
    tally = Tally(book, rehearsal.starts_on, rehearsal.ends_on, rehearsal.rehearsal_id)
    is_complete = await _walk(db, rule, book, rehearsal, tally, clock)
    if is_complete is not None:
        await _finish(db, rehearsal, tally, coming, clock.now(), is_complete=is_complete)
    return True


async def _applied(db: Database, city: City, rehearsal: Rehearsal) -> AppliedRule | None:
    try:
        return (await get_rule(db, city, rehearsal.rule)).applied
    except RuleNotFound:
        return None


async def _count(db: Database, book: Rulebook, rehearsal: Rehearsal) -> dict[date, int]:
    """How many reach their day on each day, before anything is asked about them: one statement for each step."""
    coming: dict[date, int] = defaultdict(int)
    for rule in book.rules.values():
        days_of: dict[date, list[date]] = defaultdict(list)
        for day in days_between(rehearsal.starts_on, rehearsal.ends_on):
            for on in set(anchors(book, rule, day - _DAY, day)):
                days_of[on].append(day)
        if not days_of:
            continue
        for on, number in (await COUNTS[rule.anchor](db, rule.key, sorted(days_of))).items():
            for day in days_of[on]:
                coming[day] += number
    return dict(sorted(coming.items()))


async def _walk(
    db: Database, rule: AppliedRule, book: Rulebook, rehearsal: Rehearsal, tally: Tally, clock: Clock
) -> bool | None:
    """Looks at everybody, at most so many; whether that were all. None where it was cancelled."""
    async with db.transaction(readonly=True) as reading:
        streams = due(reading, book, rehearsal.starts_on - _DAY, rehearsal.ends_on, None)
        everybody: AsyncIterator[UUID] = merged(streams)
        async for subject_ids in in_batches(everybody, _AT_ONCE):
            await _look(db, rule, rehearsal, subject_ids, tally)
            until = clock.now() + _LEASE
            if not await rehearsals.update_progress(db, rehearsal.rehearsal_id, tally.looked_at, until):
                return None
            if tally.looked_at >= AT_MOST:
                return await anext(everybody, None) is None
    return True


async def _look(
    db: Database, rule: AppliedRule, rehearsal: Rehearsal, subject_ids: Sequence[UUID], tally: Tally
) -> None:
    known = await facts.list_known(db, subject_ids)
    told = await matches.list_matches(db, subject_ids)
    agents = await agents_of(db, known, rehearsal.starts_on)
    readers = [
        [addressee.recipient_id for addressee in agents.addressees(rule, each, rehearsal.starts_on)] for each in known
    ]
    wishes = await wishes_of(db, ((rule.message_class, reader) for several in readers for reader in several))
    for each, several in zip(known, readers, strict=True):
        occasions = {match.occasion for match in told.get(each.subject_id, ()) if match.rule == rule.code}
        tally.look(each, occasions, _silence(rule, several, wishes))


def _silence(rule: AppliedRule, readers: Sequence[UUID], wishes: Wishes) -> Silence | None:
    if not readers:
        return Silence.NOBODY
    is_heard = any(wishes.welcome(rule.message_class, reader) for reader in readers)
    return None if is_heard else Silence.UNWILLING


async def _finish(
    db: Database, rehearsal: Rehearsal, tally: Tally, coming: dict[date, int], now: datetime, *, is_complete: bool
) -> None:
    found = msgspec.json.encode(tally.found(coming, is_complete=is_complete)).decode()
    cases = [(subject_id, msgspec.json.encode(finding).decode()) for subject_id, finding in tally.cases()]
    async with db.transaction() as tx:
        if await rehearsals.update_done(tx, rehearsal.rehearsal_id, found, now) and cases:
            await rehearsals.insert_cases(tx, rehearsal.rehearsal_id, cases, now + _CASES_KEPT)
    log.info("rehearsed", extra={"rule": rehearsal.rule, "looked_at": tally.looked_at})
