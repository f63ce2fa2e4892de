"""Rehearsals: asked for, worked on, and what they found."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from backend.core.db import Database, Queryable, Tx, maybe
from backend.matching.desk.models import Rehearsal


async def insert_rehearsal(
    tx: Tx, rehearsal_id: UUID, rule: str, version: int, starts_on: date, ends_on: date, asked_by: UUID, now: datetime
) -> bool:
    """False where one of this rule is open."""
    inserted: bool | None = await tx.fetchval(
        """INSERT INTO rule_rehearsals (rehearsal_id, rule, version, starts_on, ends_on, state, asked_by, asked_at)
           VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7) ON CONFLICT DO NOTHING RETURNING true""",
        rehearsal_id,
        rule,
        version,
        starts_on,
        ends_on,
        asked_by,
        now,
    )
    return inserted is True


async def find_latest(conn: Queryable, rule: str) -> Rehearsal | None:
    return await maybe(
        conn,
        Rehearsal,
        """SELECT rehearsal_id, rule, version, starts_on, ends_on, state, asked_at, expected, looked_at,
                  found::text AS found, finished_at
           FROM rule_rehearsals WHERE rule = $1 ORDER BY rehearsal_id DESC LIMIT 1""",
        rule,
    )


async def find_latest_done(conn: Queryable, rule: str) -> Rehearsal | None:
    return await maybe(
        conn,
        Rehearsal,
        """SELECT rehearsal_id, rule, version, starts_on, ends_on, state, asked_at, expected, looked_at,
                  found::text AS found, finished_at
           FROM rule_rehearsals WHERE rule = $1 AND state = 'done' ORDER BY rehearsal_id DESC LIMIT 1""",
        rule,
    )


async def find_rehearsal(conn: Queryable, rehearsal_id: UUID) -> Rehearsal | None:
    return await maybe(
        conn,
        Rehearsal,
        """SELECT rehearsal_id, rule, version, starts_on, ends_on, state, asked_at, expected, looked_at,
                  found::text AS found, finished_at
           FROM rule_rehearsals WHERE rehearsal_id = $1""",
        rehearsal_id,
    )


async def claim_rehearsal(db: Database, now: datetime, until: datetime) -> tuple[Rehearsal, int] | None:
    """The oldest that nobody is at, and how often it has been begun."""
    row = await db.fetchrow(
        """UPDATE rule_rehearsals SET state = 'running', leased_until = $2, tries = tries + 1, looked_at = 0
           WHERE rehearsal_id = (SELECT rehearsal_id FROM rule_rehearsals
                                 WHERE state IN ('waiting', 'running')
                                   AND (leased_until IS NULL OR leased_until <= $1)
                                 ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING rehearsal_id, rule, version, starts_on, ends_on, state, asked_at, expected, looked_at,
                     found::text AS found, finished_at, tries""",
        now,
        until,
    )
    if row is None:
        return None
    *facts, tries = row
    return Rehearsal(*facts), tries


async def update_expected(db: Database, rehearsal_id: UUID, expected: int) -> None:
    await db.execute("UPDATE rule_rehearsals SET expected = $2 WHERE rehearsal_id = $1", rehearsal_id, expected)


async def update_progress(db: Database, rehearsal_id: UUID, looked_at: int, until: datetime) -> bool:
    """False where it was cancelled meanwhile."""
    going_on: bool | None = await db.fetchval(
        """UPDATE rule_rehearsals SET looked_at = $2, leased_until = $3
           WHERE rehearsal_id = $1 AND state = 'running' RETURNING true""",
        rehearsal_id,
        looked_at,
        until,
    )
    return going_on is True


async def update_done(tx: Tx, rehearsal_id: UUID, found: str, now: datetime) -> bool:
    done: bool | None = await tx.fetchval(
        """UPDATE rule_rehearsals SET state = 'done', found = $2::jsonb, leased_until = NULL, finished_at = $3
           WHERE rehearsal_id = $1 AND state = 'running' RETURNING true""",
        rehearsal_id,
        found,
        now,
    )
    return done is True


async def update_ended(conn: Queryable, rehearsal_id: UUID, state: str, now: datetime) -> bool:
    """Cancelled or failed, where it was still open."""
    ended: bool | None = await conn.fetchval(
        """UPDATE rule_rehearsals SET state = $2, leased_until = NULL, finished_at = $3
           WHERE rehearsal_id = $1 AND state IN ('waiting', 'running') RETURNING true""",
        rehearsal_id,
        state,
        now,
    )
    return ended is True


async def insert_cases(tx: Tx, rehearsal_id: UUID, cases: Sequence[tuple[UUID, str]], kept_until: datetime) -> None:
    """Subject and finding, numbered in this order."""
    await tx.execute(
        """INSERT INTO rehearsal_cases (subject_id, rehearsal_id, place, finding, kept_until)
           SELECT subject_id, $1, place, finding::jsonb, $4
           FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS n (subject_id, finding, place)""",
        rehearsal_id,
        [subject_id for subject_id, _ in cases],
        [finding for _, finding in cases],
        kept_until,
    )


async def list_cases(tx: Tx, rehearsal_id: UUID, now: datetime) -> list[tuple[UUID, str]]:
    rows = await tx.fetch(
        """SELECT subject_id, finding::text AS finding FROM rehearsal_cases
           WHERE rehearsal_id = $1 AND kept_until > $2 ORDER BY place LIMIT 20""",
        rehearsal_id,
        now,
    )
    return [(row["subject_id"], row["finding"]) for row in rows]


async def delete_cases_of_rule(tx: Tx, rule: str) -> None:
    await tx.execute(
        """DELETE FROM rehearsal_cases
           WHERE rehearsal_id IN (SELECT rehearsal_id FROM rule_rehearsals WHERE rule = $1)""",
        rule,
    )


async def delete_old_cases(db: Database, now: datetime) -> None:
    await db.execute("DELETE FROM rehearsal_cases WHERE kept_until <= $1", now)
