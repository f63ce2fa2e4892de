"""What a rule has found for somebody, opened for the screen where they answer to it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.core.db import Queryable, Tx
from backend.matching.models import Evidence, MatchState
from backend.matching.queries import facts
from backend.matching.queries import offers as queries

_decode = msgspec.json.Decoder(tuple[Evidence, ...]).decode


class Offer(Struct, frozen=True, kw_only=True):
    """`open`: it was told and still holds; else `reason` names what has become of it."""

    subject_id: UUID
    rule: str
    occasion: str
    cause_id: str
    anchor_on: date
    due_on: date
    evidence: tuple[Evidence, ...]
    open: bool
    reason: str | None


async def find_offer(
    conn: Queryable, reader_id: UUID, subject_ids: Sequence[UUID], rule: str, cause_id: str
) -> Offer | None:
    """What this reader was told of one of these people, as it stands now.

    Where a cause was corrected, what holds comes before what did.
    """
    found = await queries.find_told(conn, reader_id, subject_ids, rule, cause_id)
    if found is None:
        return None
    return Offer(
        subject_id=found.subject_id,
        rule=rule,
        occasion=found.occasion,
        cause_id=cause_id,
        anchor_on=found.anchor_on,
        due_on=found.due_on,
        evidence=_decode(found.evidence),
        open=found.state == MatchState.TOLD,
        reason=found.reason,
    )


async def lock_offer(tx: Tx, reader_id: UUID, subject_id: UUID, rule: str, cause_id: str) -> Offer | None:
    """As it stands until the transaction ends: the rules look at nobody whom somebody else has locked."""
    await facts.lock_subjects(tx, [subject_id])
    return await find_offer(tx, reader_id, [subject_id], rule, cause_id)
