"""Matches, and in which messages they were told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.core.db import Queryable, Tx, many
from backend.matching.models import Decision, Match, MatchState, message_occasion


class NewMatch(Struct, frozen=True):
    subject_id: UUID
    decision: Decision
    state: MatchState


class Telling(Struct, frozen=True):
    """One recipient of one match. `alone`: the message speaks of nothing else that still holds."""

    subject_id: UUID
    rule: str
    occasion: str
    recipient_id: UUID
    message_id: UUID
    alone: bool

    @property
    def message_occasion(self) -> str:
        return message_occasion(self.occasion, self.subject_id, self.recipient_id)


async def list_matches(conn: Queryable, subject_ids: Sequence[UUID]) -> dict[UUID, list[Match]]:
    rows = await many(
        conn,
        Match,
        """SELECT subject_id, rule, occasion, cause_id, anchor_on, due_on, rung, state, reason, matched_at
           FROM matches WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id, rule, occasion""",
        subject_ids,
    )
    found = defaultdict(list)
    for match in rows:
        found[match.subject_id].append(match)
    return found


async def insert_matches(tx: Tx, new: Sequence[NewMatch], now: datetime) -> None:
    await tx.execute(
        """INSERT INTO matches (subject_id, rule, occasion, cause_id, anchor_on, due_on, rung, evidence, state,
                                matched_at)
           SELECT subject_id, rule, occasion, cause_id, anchor_on, due_on, rung, evidence::jsonb, state, $10
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[], $8::text[],
                       $9::text[])
               AS n (subject_id, rule, occasion, cause_id, anchor_on, due_on, rung, evidence, state)""",
        [each.subject_id for each in new],
        [each.decision.rule for each in new],
        [each.decision.occasion for each in new],
        [each.decision.cause.id for each in new],
        [each.decision.cause.on for each in new],
        [each.decision.due_on for each in new],
        [each.decision.rung for each in new],
        [msgspec.json.encode(each.decision.evidence).decode() for each in new],
        [each.state for each in new],
        now,
    )


async def insert_tellings(tx: Tx, tellings: Sequence[tuple[UUID, str, str, UUID, UUID]]) -> None:
    """Subject, rule, occasion, recipient, message. Who is told anew of the same is pointed at the newer message."""
    await tx.execute(
        """INSERT INTO match_messages AS m (subject_id, rule, occasion, recipient_id, message_id)
           SELECT subject_id, rule, occasion, recipient_id, message_id
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[])
               AS n (subject_id, rule, occasion, recipient_id, message_id)
           ON CONFLICT (subject_id, rule, occasion, recipient_id)
           DO UPDATE SET message_id = excluded.message_id, ended_at = NULL""",
        *[list(column) for column in zip(*tellings, strict=True)],
    )


async def update_state(
    tx: Tx, matches: Sequence[Match], state: MatchState, reasons: Sequence[str | None], now: datetime
) -> None:
    await tx.execute(
        """UPDATE matches m
           SET state = $5, reason = n.reason, settled_at = CASE WHEN $5 = 'settled' THEN $6::timestamptz END
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS n (subject_id, rule, occasion, reason)
           WHERE m.subject_id = n.subject_id AND m.rule = n.rule AND m.occasion = n.occasion""",
        [match.subject_id for match in matches],
        [match.rule for match in matches],
        [match.occasion for match in matches],
        list(reasons),
        state,
        now,
    )


async def list_tellings(tx: Tx, matches: Iterable[Match]) -> list[Telling]:
    """Who was told of these matches; run after their states were changed, so that `alone` counts what is left."""
    asked = list(matches)
    return await many(
        tx,
        Telling,
        """SELECT m.subject_id, m.rule, m.occasion, m.recipient_id, m.message_id,
                  NOT EXISTS (SELECT 1
                              FROM match_messages o
                              JOIN matches k ON k.subject_id = o.subject_id AND k.rule = o.rule
                                            AND k.occasion = o.occasion
                              WHERE o.recipient_id = m.recipient_id AND o.message_id = m.message_id
                                AND o.ended_at IS NULL AND k.state = 'told') AS alone
           FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (subject_id, rule, occasion)
           JOIN match_messages m ON m.subject_id = n.subject_id AND m.rule = n.rule AND m.occasion = n.occasion
           ORDER BY m.recipient_id, m.message_id""",
        [match.subject_id for match in asked],
        [match.rule for match in asked],
        [match.occasion for match in asked],
    )
