"""How far the daily sweep has come."""

from datetime import date, datetime

from msgspec import Struct

from backend.core.db import Database, Tx, maybe, one
from backend.core.ids import uuid7


class Watermark(Struct, frozen=True):
    completed_through: date | None
    snapshot_at: datetime | None


async def insert_sweep(db: Database, rule: str) -> None:
    await db.execute("INSERT INTO sweeps (rule) VALUES ($1) ON CONFLICT (rule) DO NOTHING", rule)


async def lock_watermark(tx: Tx, rule: str) -> Watermark:
    """Holds the row until the end of the transaction: a second sweep waits and then finds the work done."""
    return await one(
        tx, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1 FOR UPDATE", rule
    )


async def get_watermark(tx: Tx, rule: str) -> Watermark:
    return await one(tx, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1", rule)


async def find_watermark(db: Database, rule: str) -> Watermark | None:
    return await maybe(db, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1", rule)


async def update_watermark(tx: Tx, rule: str, as_of: date, snapshot_at: datetime, completed_at: datetime) -> None:
    await tx.execute(
        """UPDATE sweeps SET completed_through = greatest(completed_through, $2), snapshot_at = $3, completed_at = $4
           WHERE rule = $1""",
        rule,
        as_of,
        snapshot_at,
        completed_at,
    )


async def insert_sweep_run(
    tx: Tx, rule: str, as_of: date, started_at: datetime, completed_at: datetime, counts: str
) -> None:
    await tx.execute(
        """INSERT INTO sweep_runs (run_id, rule, as_of, started_at, completed_at, counts)
           VALUES ($1, $2, $3, $4, $5, $6::jsonb)""",
        uuid7(),
        rule,
        as_of,
        started_at,
        completed_at,
        counts,
    )
