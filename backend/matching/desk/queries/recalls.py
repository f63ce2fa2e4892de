"""What stopped rules have told and nobody has been sent."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Database, Queryable, Tx, many, maybe
from backend.matching.desk.models import Recall

_PREFETCH = 1_000


class Told(Struct, frozen=True):
    """One reader of one match. `alone`: nothing else that still holds is told in the message, but by this rule."""

    subject_id: UUID
    occasion: str
    recipient_id: UUID
    message_id: UUID
    alone: bool


async def upsert_recall(tx: Tx, rule: str, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO rule_recalls (rule, asked_at) VALUES ($1, $2)
           ON CONFLICT (rule) DO UPDATE
           SET asked_at = excluded.asked_at, taken_back = 0, leased_until = NULL, done_at = NULL""",
        rule,
        now,
    )


async def find_recall(conn: Queryable, rule: str) -> Recall | None:
    return await maybe(
        conn, Recall, "SELECT rule, asked_at, taken_back, done_at FROM rule_recalls WHERE rule = $1", rule
    )


async def delete_recall(tx: Tx, rule: str) -> None:
    await tx.execute("DELETE FROM rule_recalls WHERE rule = $1", rule)


async def claim_recall(db: Database, now: datetime, until: datetime, rule: str | None = None) -> str | None:
    """The oldest (or this rule's) that nobody is at."""
    found: str | None = await db.fetchval(
        """UPDATE rule_recalls SET leased_until = $2
           WHERE rule = (SELECT rule FROM rule_recalls
                         WHERE done_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
                           AND ($3::text IS NULL OR rule = $3)
                         ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING rule""",
        now,
        until,
        rule,
    )
    return found


async def update_taken_back(tx: Tx, rule: str, more: int, until: datetime) -> None:
    await tx.execute(
        "UPDATE rule_recalls SET taken_back = taken_back + $2, leased_until = $3 WHERE rule = $1", rule, more, until
    )


async def update_recall_done(db: Database, rule: str, asked_at: datetime, now: datetime) -> None:
    """Unless it was asked for anew meanwhile."""
    await db.execute("UPDATE rule_recalls SET done_at = $3 WHERE rule = $1 AND asked_at = $2", rule, asked_at, now)


async def list_told(tx: Tx, rule: str, since: datetime) -> AsyncIterator[UUID]:
    """Of whom the rule has told, what was told last first; who was told of several things comes several times."""
    async for row in tx.cursor(
        """SELECT subject_id FROM matches
           WHERE rule = $1 AND matched_at >= $2 AND state = 'told' ORDER BY matched_at DESC""",
        rule, since, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]


async def list_tellings(tx: Tx, rule: str, subject_ids: Sequence[UUID]) -> list[Told]:
    return await many(
        tx,
        Told,
        """SELECT m.subject_id, m.occasion, t.recipient_id, t.message_id,
                  NOT EXISTS (SELECT 1
                              FROM match_messages o
                              JOIN matches k ON k.subject_id = o.subject_id AND k.rule = o.rule
                                            AND k.occasion = o.occasion
                              WHERE o.recipient_id = t.recipient_id AND o.message_id = t.message_id
                                AND o.rule <> $1 AND k.state = 'told') AS alone
           FROM matches m
           JOIN match_messages t ON t.subject_id = m.subject_id AND t.rule = m.rule AND t.occasion = m.occasion
           WHERE m.subject_id = ANY($2::uuid[]) AND m.rule = $1 AND m.state = 'told'
           ORDER BY t.recipient_id, t.message_id""",
        rule,
        subject_ids,
    )


async def update_settled(tx: Tx, rule: str, matches: Sequence[tuple[UUID, str]], reason: str, now: datetime) -> None:
    await tx.execute(
        """UPDATE matches m SET state = 'settled', reason = $4, settled_at = $5
           FROM unnest($2::uuid[], $3::text[]) AS n (subject_id, occasion)
           WHERE m.subject_id = n.subject_id AND m.rule = $1 AND m.occasion = n.occasion AND m.state = 'told'""",
        rule,
        [subject_id for subject_id, _ in matches],
        [occasion for _, occasion in matches],
        reason,
        now,
    )
