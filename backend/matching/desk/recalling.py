"""What a stopped rule has told and nobody has been sent yet is taken back, a thousand people at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.core.clock import Clock
from backend.core.db import Database, Tx
from backend.matching.desk.queries import recalls
from backend.matching.desk.queries.recalls import Told
from backend.matching.desk.releasing import REMEMBERED
from backend.matching.planning import STOPPED
from backend.matching.queries import changes, facts
from backend.matching.streams import in_batches
from notifications.recalling import hush, list_unsent, recall, take_rule_out

_AT_ONCE = 1_000
_LEASE = timedelta(minutes=1)
_STOPPED = "stopped"


async def recall_stopped(db: Database, clock: Clock, code: str | None = None) -> bool:
    """Takes back for one stopped rule (or for this one); True where there was one.

    What was sent or read stays. A crash half-way loses nothing: it begins anew and finds the rest.
    """
    now = clock.now()
    rule = await recalls.claim_recall(db, now, now + _LEASE, code)
    if rule is None:
        return False
    asked = await recalls.find_recall(db, rule)
    if asked is None:
        return True
    async with db.transaction() as reading:
        async for subject_ids in in_batches(recalls.list_told(reading, rule, now - REMEMBERED), _AT_ONCE):
            if not await _recall(db, rule, sorted(set(subject_ids)), clock.now()):
                return True
    await recalls.update_recall_done(db, rule, asked.asked_at, clock.now())
    return True


async def _recall(db: Database, rule: str, subject_ids: Sequence[UUID], now: datetime) -> bool:
    """One transaction. False where the rule speaks again."""
    async with db.transaction() as tx:
        await changes.lock_rule_states(tx)
        if (await changes.list_rule_states(tx)).get(rule) != _STOPPED:
            return False
        await facts.lock_subjects(tx, subject_ids)
        taken_back = await _take_back(tx, rule, await recalls.list_tellings(tx, rule, subject_ids), now)
        await recalls.update_taken_back(tx, rule, taken_back, now + _LEASE)
    return True


async def _take_back(tx: Tx, rule: str, told: Sequence[Told], now: datetime) -> int:
    """A match is settled when all who were told of it can be told nothing; returns how many messages went."""
    unsent = await list_unsent(tx, sorted({_message(each) for each in told}), now)
    kept = {(each.subject_id, each.occasion) for each in told if _message(each) not in unsent}
    back = [each for each in told if _message(each) in unsent]
    gone = {(each.subject_id, each.occasion) for each in back} - kept
    if gone:
        await recalls.update_settled(tx, rule, sorted(gone), STOPPED, now)
    alone = sorted({_message(each) for each in back if each.alone})
    parts = [(each.recipient_id, each.message_id, each.occasion) for each in back if not each.alone]
    if parts:
        await take_rule_out(tx, rule, parts)
    await recall(tx, alone, now)
    await hush(tx, sorted({_message(each) for each in told if each.alone and _message(each) not in unsent}), now)
    return len(alone) + len(parts)


def _message(told: Told) -> tuple[UUID, UUID]:
    return told.recipient_id, told.message_id
