"""Statements on operators and their acts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import Database, Tx, many
from backend.operators.models import Operator, OperatorId


async def insert_operator(
    tx: Tx, operator_id: OperatorId, name: str, key_hash: bytes, roles: Sequence[str], now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO operators (operator_id, name, key_hash, roles, created_at) VALUES ($1, $2, $3, $4, $5)""",
        operator_id,
        name,
        key_hash,
        list(roles),
        now,
    )


async def find_living_operator(db: Database, operator_id: UUID) -> tuple[str, bytes, frozenset[str]] | None:
    """Name, hash of the secret and roles of an operator who has not been revoked."""
    row = await db.fetchrow(
        "SELECT name, key_hash, roles FROM operators WHERE operator_id = $1 AND revoked_at IS NULL", operator_id
    )
    return None if row is None else (row["name"], row["key_hash"], frozenset(row["roles"]))


async def list_operators(db: Database, limit: int) -> list[Operator]:
    return await many(
        db,
        Operator,
        """SELECT operator_id, name, roles, created_at, revoked_at FROM operators
           ORDER BY operator_id LIMIT $1""",
        limit,
    )


async def update_key(tx: Tx, operator_id: UUID, key_hash: bytes) -> bool:
    """Gives a living operator another key; False where there is none."""
    changed = await tx.fetchval(
        "UPDATE operators SET key_hash = $2 WHERE operator_id = $1 AND revoked_at IS NULL RETURNING true",
        operator_id,
        key_hash,
    )
    return changed is True


async def update_revoked(tx: Tx, operator_id: UUID, now: datetime) -> bool:
    """Ends a living operator; False where there is none."""
    changed = await tx.fetchval(
        "UPDATE operators SET revoked_at = $2 WHERE operator_id = $1 AND revoked_at IS NULL RETURNING true",
        operator_id,
        now,
    )
    return changed is True


async def insert_act(
    tx: Tx, act_id: UUID, operator_id: OperatorId, kind: str, about: str, facts: str, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO operator_acts (act_id, operator_id, kind, about, facts, at)
           VALUES ($1, $2, $3, $4, $5::jsonb, $6)""",
        act_id,
        operator_id,
        kind,
        about,
        facts,
        now,
    )
