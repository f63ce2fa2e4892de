"""Rules that have come into use and tell what they found before."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from backend.core.db import Database, Queryable, Tx, maybe
from backend.matching.desk.models import CatchUp

_PREFETCH = 1_000


async def upsert_catch_up(tx: Tx, rule: str, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO rule_catch_ups (rule, asked_at) VALUES ($1, $2)
           ON CONFLICT (rule) DO UPDATE
           SET asked_at = excluded.asked_at, told = 0, leased_until = NULL, done_at = NULL""",
        rule,
        now,
    )


async def find_catch_up(conn: Queryable, rule: str) -> CatchUp | None:
    return await maybe(conn, CatchUp, "SELECT rule, asked_at, told, done_at FROM rule_catch_ups WHERE rule = $1", rule)


async def delete_catch_up(tx: Tx, rule: str) -> None:
    await tx.execute("DELETE FROM rule_catch_ups WHERE rule = $1", rule)


async def claim_catch_up(db: Database, now: datetime, until: datetime) -> CatchUp | None:
    """The oldest that nobody is at."""
    return await maybe(
        db,
        CatchUp,
        """UPDATE rule_catch_ups SET leased_until = $2
           WHERE rule = (SELECT rule FROM rule_catch_ups
                         WHERE done_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
                         ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING rule, asked_at, told, done_at""",
        now,
        until,
    )


async def update_told(tx: Tx, rule: str, more: int, until: datetime) -> None:
    await tx.execute("UPDATE rule_catch_ups SET told = told + $2, leased_until = $3 WHERE rule = $1", rule, more, until)


async def update_catch_up_done(db: Database, rule: str, asked_at: datetime, now: datetime) -> None:
    """Unless it was asked for anew meanwhile."""
    await db.execute("UPDATE rule_catch_ups SET done_at = $3 WHERE rule = $1 AND asked_at = $2", rule, asked_at, now)


async def list_found(tx: Tx, rule: str, since: datetime, stopped: str) -> AsyncIterator[UUID]:
    """About whom something stands that the rule has found, or that was taken back when it was stopped, in order."""
    async for row in tx.cursor(
        """SELECT DISTINCT subject_id FROM matches
           WHERE rule = $1 AND matched_at >= $2 AND (state IN ('told', 'unheard', 'shadow') OR reason = $3)
           ORDER BY subject_id""",
        rule, since, stopped, prefetch=_PREFETCH,
    ):  # fmt: skip
        yield row["subject_id"]
