"""What came due while a rule was on trial or stopped is told once it speaks, a thousand people at a time: what still
holds and is not too late. What it told before and does not hold any more is taken back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from backend.city.city import City
from backend.city.rules import RuleState
from backend.core.clock import Clock, local_date
from backend.core.db import Database
from backend.matching.candidates import streams
from backend.matching.desk.queries import catch_ups
from backend.matching.desk.releasing import REMEMBERED
from backend.matching.planning import STOPPED, Days, plan
from backend.matching.queries import facts, matches
from backend.matching.rulebook import AppliedRule, Rulebook
from backend.matching.service import hold_rulebook, read_rulebook, wake
from backend.matching.streams import in_batches, merged
from backend.matching.telling import carry_out
from notifications.models import Pointer

_AT_ONCE = 1_000
_LEASE = timedelta(minutes=1)
_DAY = timedelta(days=1)


async def catch_up(db: Database, redis: Redis, city: City, clock: Clock) -> bool:
    """Tells for one rule that has come into use; True where there was one.

    A crash half-way loses nothing and tells nothing twice: it begins anew and finds the rest.
    """
    now = clock.now()
    asked = await catch_ups.claim_catch_up(db, now, now + _LEASE)
    if asked is None:
        return False
    rule = _live(await read_rulebook(db, city), asked.rule)
    if rule is not None and not await _catch_up(db, redis, city, rule, clock):
        return True
    await catch_ups.update_catch_up_done(db, asked.rule, asked.asked_at, clock.now())
    return True


async def _catch_up(db: Database, redis: Redis, city: City, rule: AppliedRule, clock: Clock) -> bool:
    """Everybody for whom it came due in the days for which it may still be told, and everybody it has spoken of. False
    where it fell silent meanwhile.
    """
    now = clock.now()
    today = local_date(now)
    alone = Rulebook(city, {}, [rule])
    since = today - max(_DAY, timedelta(days=rule.late))
    async with db.transaction(readonly=True) as reading:
        everybody = merged(
            [
                *streams(reading, alone, since, today, None),
                catch_ups.list_found(reading, rule.code, now - REMEMBERED, STOPPED),
            ]
        )
        async for subject_ids in in_batches(everybody, _AT_ONCE):
            pointers = await _tell(db, city, rule.code, subject_ids, clock.now())
            if pointers is None:
                return False
            await wake(redis, pointers)
    return True


async def _tell(
    db: Database, city: City, code: str, subject_ids: Sequence[UUID], now: datetime
) -> list[Pointer] | None:
    """One transaction; of what else these people are to be told nothing is looked at. None where the rule is silent."""
    today = local_date(now)
    async with db.transaction() as tx:
        whole = await hold_rulebook(tx, city)
        rule = _live(whole, code)
        if rule is None:
            return None
        await facts.lock_subjects(tx, subject_ids)
        alone, days = Rulebook(whole.city, {}, [rule]), Days(today, today - _DAY, sweeping=True)
        known, told = await facts.list_known(tx, subject_ids), await matches.list_matches(tx, subject_ids)
        plans = [plan(alone, each, told.get(each.subject_id, ()), days) for each in known]
        telling, pointers = await carry_out(tx, alone, plans, today, now, whole=whole)
        await catch_ups.update_told(tx, code, len(telling.messages), now + _LEASE)
    return pointers


def _live(book: Rulebook, code: str) -> AppliedRule | None:
    rule = book.rules.get(code)
    return rule if rule is not None and rule.state is RuleState.LIVE else None
