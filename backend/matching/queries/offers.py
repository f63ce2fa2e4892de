"""What somebody was told of a match, with what it rests on."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, maybe


class Told(Struct, frozen=True):
    """A match with what it rests on."""

    subject_id: UUID
    occasion: str
    anchor_on: date
    due_on: date
    state: str
    reason: str | None
    evidence: str


async def find_told(
    conn: Queryable, reader_id: UUID, subject_ids: Sequence[UUID], rule: str, cause_id: str
) -> Told | None:
    """Of what this reader was told and may still hear of, what is told before what was, the newest first."""
    return await maybe(
        conn,
        Told,
        """SELECT m.subject_id, m.occasion, m.anchor_on, m.due_on, m.state, m.reason, m.evidence::text AS evidence
           FROM matches m
           WHERE m.subject_id = ANY($2::uuid[]) AND m.rule = $3 AND m.cause_id = $4 AND m.state IN ('told', 'settled')
             AND EXISTS (SELECT 1 FROM match_messages t
                         WHERE t.subject_id = m.subject_id AND t.rule = m.rule AND t.occasion = m.occasion
                           AND t.recipient_id = $1 AND t.ended_at IS NULL)
           ORDER BY m.state = 'told' DESC, m.matched_at DESC, m.occasion LIMIT 1""",
        reader_id,
        subject_ids,
        rule,
        cause_id,
    )
