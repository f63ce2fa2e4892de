"""What was told to those who act for others, and whose right to act turns with a day."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Tx, many


class ToldFor(Struct, frozen=True):
    """Somebody who was told of a match that stands. `ended`: they might act no more, and it was taken back."""

    subject_id: UUID
    rule: str
    occasion: str
    recipient_id: UUID
    message_id: UUID
    ended: bool


async def list_told_for(tx: Tx, subject_ids: Sequence[UUID]) -> list[ToldFor]:
    return await many(
        tx,
        ToldFor,
        """SELECT m.subject_id, m.rule, m.occasion, m.recipient_id, m.message_id, m.ended_at IS NOT NULL AS ended
           FROM matches k
           JOIN match_messages m ON m.subject_id = k.subject_id AND m.rule = k.rule AND m.occasion = k.occasion
           WHERE k.subject_id = ANY($1::uuid[]) AND k.state = 'told'
           ORDER BY m.recipient_id, m.message_id, m.rule, m.occasion""",
        subject_ids,
    )


async def update_tellings_ended(tx: Tx, told: Sequence[ToldFor], ended_at: datetime | None) -> None:
    """None: they are in force again."""
    await tx.execute(
        """UPDATE match_messages m SET ended_at = $5
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) AS n (subject_id, rule, occasion, recipient_id)
           WHERE m.subject_id = n.subject_id AND m.rule = n.rule AND m.occasion = n.occasion
             AND m.recipient_id = n.recipient_id""",
        [each.subject_id for each in told],
        [each.rule for each in told],
        [each.occasion for each in told],
        [each.recipient_id for each in told],
        ended_at,
    )


async def list_turned(tx: Tx, after: date, until: date) -> list[UUID]:
    """For whom, by the dates alone, a right to act began or ended in (after, until]: one that is valid from then, valid
    until the day before, or that of the guardians of a child who is 18.

    A day more on both sides for the birthday: 29 February has none in most years.
    """
    rows = await tx.fetch(
        """SELECT subject_id FROM mandates WHERE valid_from > $1 AND valid_from <= $2
           UNION
           SELECT subject_id FROM mandates WHERE valid_until >= $1 AND valid_until < $2
           UNION
           SELECT s.subject_id FROM subjects s
           WHERE s.born_on BETWEEN ($1::date - interval '18 years 1 day')::date
                               AND ($2::date - interval '18 years' + interval '1 day')::date
             AND EXISTS (SELECT FROM mandates m WHERE m.subject_id = s.subject_id AND m.role = 'guardian')
           ORDER BY 1""",
        after,
        until,
    )
    return [row["subject_id"] for row in rows]
