"""What departments report, as rules see it, and who has to be looked at again because something changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.db import Database, Queryable, Tx
from backend.matching.models import LifeEvent


async def upsert_life_events(tx: Tx, events: Sequence[LifeEvent], now: datetime) -> None:
    """The latest word by the department's clock stays, in whatever order they come."""
    spoken = sorted(events, key=lambda event: event.stated_at)
    latest = {(event.subject_id, event.report_id): event for event in spoken}
    await tx.execute(
        """INSERT INTO life_events AS e (subject_id, report_id, event_type, department_id, happened_on, facts,
                                         stated_at, withdrawn, changed_at)
           SELECT subject_id, report_id, event_type, department_id, happened_on, facts::jsonb, stated_at, withdrawn, $9
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[], $7::timestamptz[],
                       $8::boolean[])
               AS n (subject_id, report_id, event_type, department_id, happened_on, facts, stated_at, withdrawn)
           ORDER BY subject_id, report_id
           ON CONFLICT (subject_id, report_id) DO UPDATE
           SET event_type = excluded.event_type, happened_on = excluded.happened_on, facts = excluded.facts,
               stated_at = excluded.stated_at, withdrawn = excluded.withdrawn, changed_at = excluded.changed_at
           WHERE e.stated_at <= excluded.stated_at""",
        *zip(*(_columns(event) for event in latest.values()), strict=True),
        now,
    )


def _columns(event: LifeEvent) -> tuple[object, ...]:
    facts = msgspec.json.encode(event.facts).decode()
    return (
        event.subject_id,
        event.report_id,
        event.event_type,
        event.department_id,
        event.happened_on,
        facts,
        event.stated_at,
        event.withdrawn,
    )


async def upsert_changed(tx: Tx, subject_ids: Sequence[UUID], now: datetime) -> None:
    """Sorted, so that two never wait for each other in a circle. Who waits already keeps their turn."""
    await tx.execute(
        """INSERT INTO reconsiderations (subject_id, changed_at)
           SELECT subject_id, $2 FROM unnest($1::uuid[]) AS n (subject_id)
           ON CONFLICT (subject_id) DO UPDATE SET change_id = excluded.change_id""",
        sorted(set(subject_ids)),
        now,
    )


async def lock_changed(tx: Tx, limit: int) -> dict[UUID, UUID]:
    """Those who have been waiting longest and are not being looked at, and their last change; locks the subjects.

    What changes meanwhile is not locked, lest whoever notes it waits while we wait for a subject they hold.
    """
    rows = await tx.fetch(
        """SELECT r.subject_id, r.change_id FROM reconsiderations r JOIN subjects s ON s.subject_id = r.subject_id
           ORDER BY r.changed_at LIMIT $1 FOR NO KEY UPDATE OF s SKIP LOCKED""",
        limit,
    )
    return {row["subject_id"]: row["change_id"] for row in rows}


async def delete_changed(tx: Tx, changed: Mapping[UUID, UUID]) -> None:
    """But for those about whom something has changed since."""
    await tx.execute(
        """DELETE FROM reconsiderations r USING unnest($1::uuid[], $2::uuid[]) AS n (subject_id, change_id)
           WHERE r.subject_id = n.subject_id AND r.change_id = n.change_id""",
        list(changed.keys()),
        list(changed.values()),
    )


async def upsert_left_to_sweep(tx: Tx, subject_ids: Sequence[UUID], now: datetime) -> None:
    """Their subjects are locked by the caller."""
    await tx.execute(
        """INSERT INTO left_to_sweep (subject_id, noted_at)
           SELECT subject_id, $2 FROM unnest($1::uuid[]) AS n (subject_id)
           ON CONFLICT (subject_id) DO NOTHING""",
        subject_ids,
        now,
    )


async def list_left_to_sweep(conn: Queryable, subject_ids: Sequence[UUID]) -> list[UUID]:
    rows = await conn.fetch("SELECT subject_id FROM left_to_sweep WHERE subject_id = ANY($1::uuid[])", subject_ids)
    return [row["subject_id"] for row in rows]


async def delete_left_to_sweep(tx: Tx, subject_ids: Sequence[UUID]) -> None:
    await tx.execute("DELETE FROM left_to_sweep WHERE subject_id = ANY($1::uuid[])", subject_ids)


async def get_waiting(db: Database) -> tuple[int, datetime | None]:
    """How many wait to be looked at (counted up to a thousand), and since when."""
    row = await db.fetchrow(
        """SELECT count(*) AS waiting, min(changed_at) AS since
           FROM (SELECT changed_at FROM reconsiderations ORDER BY changed_at LIMIT 1000) AS oldest"""
    )
    return (0, None) if row is None else (row["waiting"], row["since"])


async def list_rule_states(conn: Queryable) -> dict[str, str]:
    """What operators decided about rules; a table of as many rows as there are rules."""
    rows = await conn.fetch("SELECT rule, state FROM rule_states")
    return {row["rule"]: row["state"] for row in rows}


async def lock_rule_states(tx: Tx) -> None:
    """Shared by all who tell; whoever changes a state waits for them, and they for that change."""
    await tx.execute("LOCK TABLE rule_states IN ROW SHARE MODE")


async def lock_rule_states_alone(tx: Tx) -> None:
    await tx.execute("LOCK TABLE rule_states IN EXCLUSIVE MODE")
