"""What operators proposed, decided and changed about rules."""

from datetime import datetime
from uuid import UUID

from backend.core.db import Queryable, Tx, many, maybe
from backend.matching.desk.models import Change, Proposal


async def upsert_rule_state(
    tx: Tx, rule: str, state: str, version: int, changed_by: UUID, approved_by: UUID | None, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO rule_states (rule, state, version, changed_by, approved_by, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (rule) DO UPDATE
           SET state = excluded.state, version = excluded.version, changed_by = excluded.changed_by,
               approved_by = excluded.approved_by, changed_at = excluded.changed_at""",
        rule,
        state,
        version,
        changed_by,
        approved_by,
        now,
    )


async def insert_change(tx: Tx, change_id: UUID, change: Change) -> None:
    await tx.execute(
        """INSERT INTO rule_changes (change_id, rule, state_before, state_after, version, reason, changed_by,
                                     approved_by, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        change_id,
        change.rule,
        change.state_before,
        change.state_after,
        change.version,
        change.reason,
        change.changed_by,
        change.approved_by,
        change.changed_at,
    )


async def list_changes(conn: Queryable, rule: str, limit: int) -> list[Change]:
    """The newest first."""
    return await many(
        conn,
        Change,
        """SELECT rule, state_before, state_after, version, reason, changed_by, approved_by, changed_at
           FROM rule_changes WHERE rule = $1 ORDER BY change_id DESC LIMIT $2""",
        rule,
        limit,
    )


async def insert_proposal(tx: Tx, proposal: Proposal) -> None:
    await tx.execute(
        """INSERT INTO rule_proposals (proposal_id, rule, act, version, reason, proposed_by, proposed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        proposal.proposal_id,
        proposal.rule,
        proposal.act,
        proposal.version,
        proposal.reason,
        proposal.proposed_by,
        proposal.proposed_at,
    )


async def find_pending(conn: Queryable, rule: str) -> Proposal | None:
    return await maybe(
        conn,
        Proposal,
        """SELECT proposal_id, rule, act, version, reason, proposed_by, proposed_at, decision, decided_by, decided_at
           FROM rule_proposals WHERE rule = $1 AND decision IS NULL""",
        rule,
    )


async def list_pending_rules(conn: Queryable) -> list[str]:
    """At most one for each rule."""
    rows = await conn.fetch("SELECT rule FROM rule_proposals WHERE decision IS NULL ORDER BY proposed_at")
    return [row["rule"] for row in rows]


async def list_proposals(conn: Queryable, rule: str, limit: int) -> list[Proposal]:
    """The newest first."""
    return await many(
        conn,
        Proposal,
        """SELECT proposal_id, rule, act, version, reason, proposed_by, proposed_at, decision, decided_by, decided_at
           FROM rule_proposals WHERE rule = $1 ORDER BY proposal_id DESC LIMIT $2""",
        rule,
        limit,
    )


async def update_decided(tx: Tx, proposal_id: UUID, decision: str, decided_by: UUID, now: datetime) -> None:
    await tx.execute(
        """UPDATE rule_proposals SET decision = $2, decided_by = $3, decided_at = $4
           WHERE proposal_id = $1 AND decision IS NULL""",
        proposal_id,
        decision,
        decided_by,
        now,
    )
