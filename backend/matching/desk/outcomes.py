"""What came of a rule, day by day: counted when somebody looks, and kept for a while."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import msgspec
from redis.asyncio import Redis

from backend.city.rules import RuleState
from backend.core.clock import SHANGHAI, local_date
from backend.core.db import Database
from backend.matching.desk.models import ComparedDay, DeskRule, Outcome
from backend.matching.desk.queries import outcomes

DAYS = 14
_TODAY_KEPT, _PAST_KEPT = timedelta(minutes=1), timedelta(hours=1)
_GLANCES_KEPT = timedelta(minutes=1)
_DAY = timedelta(days=1)


def days_until(now: datetime) -> list[date]:
    """The last fourteen days; the last one is today."""
    today = local_date(now)
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


async def list_outcomes(db: Database, redis: Redis, rule: str, now: datetime) -> dict[date, Outcome]:
    """Of each of the last days, by when it was found: that it was read or done may have come later."""
    days = days_until(now)
    kept = await redis.mget([_key(rule, day) for day in days])
    found: dict[date, Outcome] = {}
    for day, known in zip(days, kept, strict=True):
        if isinstance(known, bytes):
            found[day] = msgspec.msgpack.decode(known, type=Outcome)
            continue
        midnight = _midnight(day)
        found[day] = await outcomes.get_outcome(db, rule, midnight, midnight + _DAY)
        lasts = _TODAY_KEPT if day == days[-1] else _PAST_KEPT
        await redis.set(_key(rule, day), msgspec.msgpack.encode(found[day]), ex=lasts)
    return found


async def count_stopped(db: Database, rule: str, now: datetime) -> int:
    return await outcomes.count_stopped(db, rule, _midnight(days_until(now)[0]))


async def list_glances(
    db: Database, redis: Redis, rules: Mapping[str, DeskRule], now: datetime
) -> Mapping[str, tuple[int, int]]:
    """Of every rule: what it found in the last days, and how much of that has been done."""
    key = "{rules}:glances"
    kept = await redis.get(key)
    if isinstance(kept, bytes):
        return msgspec.msgpack.decode(kept, type=dict[str, tuple[int, int]])
    found = await outcomes.list_glances(db, sorted(rules), _midnight(days_until(now)[0]))
    await redis.set(key, msgspec.msgpack.encode(dict(found)), ex=_GLANCES_KEPT)
    return found


def peers(rule: DeskRule, rules: Mapping[str, DeskRule]) -> list[DeskRule]:
    """Live rules that speak of the same facts: what a rule on trial may take the place of; its nearest kin first."""
    if rule.applied is None:
        return []
    target = None if rule.rule is None else rule.rule.target_item
    alike = [
        each
        for each in rules.values()
        if each.code != rule.code
        and each.state is RuleState.LIVE
        and each.applied is not None
        and (each.applied.anchor, each.applied.key) == (rule.applied.anchor, rule.applied.key)
    ]
    return sorted(alike, key=lambda each: (_target(each) != target, each.code))


async def compare(db: Database, rule: str, other: str, now: datetime) -> list[ComparedDay]:
    return await outcomes.list_compared(db, rule, other, _midnight(days_until(now)[0]))


def _target(rule: DeskRule) -> str | None:
    if rule.rule is not None:
        return rule.rule.target_item
    return None if rule.licence_type is None else rule.licence_type.renewing_item


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _key(rule: str, day: date) -> str:
    return f"{{rules}}:outcomes:{rule}:{day}"
