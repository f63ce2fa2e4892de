"""Statements on what one operator has proposed and another has to decide."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, many, maybe


class Proposal(Struct, frozen=True):
    subject_id: UUID
    proposal_id: UUID
    difference_id: UUID
    act: str
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    decision: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    effect_key: str | None


async def insert_proposal(
    tx: Tx,
    subject_id: UUID,
    proposal_id: UUID,
    difference_id: UUID,
    act: str,
    reason: str,
    proposed_by: UUID,
    now: datetime,
) -> None:
    await tx.execute(
        """INSERT INTO difference_proposals (subject_id, proposal_id, difference_id, act, reason, proposed_by,
                                             proposed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        subject_id,
        proposal_id,
        difference_id,
        act,
        reason,
        proposed_by,
        now,
    )


async def find_pending(conn: Queryable, subject_id: UUID, difference_id: UUID) -> Proposal | None:
    return await maybe(
        conn,
        Proposal,
        """SELECT subject_id, proposal_id, difference_id, act, reason, proposed_by, proposed_at, decision, decided_by,
                  decided_at, effect_key
           FROM difference_proposals WHERE subject_id = $1 AND difference_id = $2 AND decision IS NULL""",
        subject_id,
        difference_id,
    )


async def find_last_write_off(conn: Queryable, subject_id: UUID, difference_id: UUID) -> Proposal | None:
    """The one by which a difference is written off."""
    return await maybe(
        conn,
        Proposal,
        """SELECT subject_id, proposal_id, difference_id, act, reason, proposed_by, proposed_at, decision, decided_by,
                  decided_at, effect_key
           FROM difference_proposals
           WHERE subject_id = $1 AND difference_id = $2 AND act = 'write_off' AND decision = 'approved'
           ORDER BY decided_at DESC, proposal_id DESC LIMIT 1""",
        subject_id,
        difference_id,
    )


async def list_proposals(conn: Queryable, subject_id: UUID, difference_id: UUID) -> list[Proposal]:
    """All of a difference, oldest first."""
    return await many(
        conn,
        Proposal,
        """SELECT subject_id, proposal_id, difference_id, act, reason, proposed_by, proposed_at, decision, decided_by,
                  decided_at, effect_key
           FROM difference_proposals WHERE subject_id = $1 AND difference_id = $2 ORDER BY proposal_id LIMIT 100""",
        subject_id,
        difference_id,
    )


async def list_pending(conn: Queryable, limit: int) -> list[Proposal]:
    """Of all differences, oldest first."""
    return await many(
        conn,
        Proposal,
        """SELECT subject_id, proposal_id, difference_id, act, reason, proposed_by, proposed_at, decision, decided_by,
                  decided_at, effect_key
           FROM difference_proposals WHERE decision IS NULL ORDER BY proposed_at, proposal_id LIMIT $1""",
        limit,
    )


async def update_decided(
    tx: Tx, proposal: Proposal, decision: str, decided_by: UUID, effect_key: str | None, now: datetime
) -> None:
    await tx.execute(
        """UPDATE difference_proposals SET decision = $3, decided_by = $4, effect_key = $5, decided_at = $6
           WHERE subject_id = $1 AND proposal_id = $2 AND decision IS NULL""",
        proposal.subject_id,
        proposal.proposal_id,
        decision,
        decided_by,
        effect_key,
        now,
    )


async def void_write_offs(tx: Tx, differences: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """There is nothing left to be written off."""
    await tx.execute(
        """UPDATE difference_proposals p SET decision = 'void', decided_at = $3
           FROM unnest($1::uuid[], $2::uuid[]) AS gone (subject_id, difference_id)
           WHERE p.subject_id = gone.subject_id AND p.difference_id = gone.difference_id AND p.decision IS NULL
             AND p.act = 'write_off'""",
        [subject_id for subject_id, _ in differences],
        [difference_id for _, difference_id in differences],
        now,
    )
