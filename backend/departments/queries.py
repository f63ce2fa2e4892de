"""Statements on departments, their keys and the directory of fed records."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from backend.core.db import Database, Queryable, Tx, many
from backend.departments.answers import Counts
from backend.departments.models import Department, DepartmentId, Entry, KeyId, KeyRecord


async def insert_department(tx: Tx, department_id: DepartmentId, name: str, now: datetime) -> bool:
    """False where it exists already."""
    inserted = await tx.fetchval(
        """INSERT INTO departments (department_id, name, created_at) VALUES ($1, $2, $3)
           ON CONFLICT (department_id) DO NOTHING RETURNING true""",
        department_id,
        name,
        now,
    )
    return inserted is True


async def lock_department(tx: Tx, department_id: DepartmentId) -> bool:
    """False where there is no such department."""
    found = await tx.fetchval("SELECT true FROM departments WHERE department_id = $1 FOR NO KEY UPDATE", department_id)
    return found is True


async def list_departments(conn: Queryable, limit: int) -> list[Department]:
    return await many(
        conn,
        Department,
        "SELECT department_id, name, created_at FROM departments ORDER BY department_id LIMIT $1",
        limit,
    )


async def insert_key(
    tx: Tx, key_id: KeyId, department_id: DepartmentId, key_hash: bytes, scopes: Sequence[str], now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO department_keys (key_id, department_id, key_hash, scopes, created_at)
           VALUES ($1, $2, $3, $4, $5)""",
        key_id,
        department_id,
        key_hash,
        list(scopes),
        now,
    )


async def find_living_key(db: Database, key_id: str) -> tuple[DepartmentId, bytes, tuple[str, ...]] | None:
    """Owner, hash of the secret and scopes of a key that has not been revoked."""
    row = await db.fetchrow(
        "SELECT department_id, key_hash, scopes FROM department_keys WHERE key_id = $1 AND revoked_at IS NULL", key_id
    )
    return None if row is None else (DepartmentId(row["department_id"]), row["key_hash"], tuple(row["scopes"]))


async def update_key_revoked(tx: Tx, key_id: KeyId, now: datetime) -> KeyRecord | None:
    """Ends a living key; None where there is none."""
    row = await tx.fetchrow(
        """UPDATE department_keys SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL
           RETURNING key_id, department_id, scopes, created_at, revoked_at""",
        key_id,
        now,
    )
    return None if row is None else KeyRecord(*row)


async def list_keys(db: Database, department_id: DepartmentId, limit: int) -> list[KeyRecord]:
    return await many(
        db,
        KeyRecord,
        """SELECT key_id, department_id, scopes, created_at, revoked_at FROM department_keys
           WHERE department_id = $1 ORDER BY created_at, key_id LIMIT $2""",
        department_id,
        limit,
    )


async def lock_feed(tx: Tx, department_id: DepartmentId, feed: str) -> None:
    """One batch of a department's feed at a time, until the transaction ends.

    Plans of this transaction are made for its own numbers and by index: a batch touches a thousand rows of tables that
    a bulk load has just made a hundred times as large as the statistics say (measured: 2 to 4 times as fast).
    """
    name = f"{department_id}\0{feed}".encode()
    number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
    await tx.execute(
        """SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
                  pg_advisory_xact_lock($1)""",
        number,
    )


async def list_entries(tx: Tx, department_id: DepartmentId, feed: str, source_ids: Sequence[str]) -> dict[str, Entry]:
    """What is known of these ids; unknown ones are left out."""
    rows = await tx.fetch(
        """SELECT source_id, subject_id, object_id, owner_key, fingerprint, updated_at, run_id, line
           FROM feed_directory WHERE department_id = $1 AND feed = $2 AND source_id = ANY($3::text[])""",
        department_id,
        feed,
        source_ids,
    )
    return {row[0]: Entry(*row) for row in rows}


async def upsert_entries(tx: Tx, department_id: DepartmentId, feed: str, entries: Sequence[Entry]) -> None:
    await tx.execute(
        """INSERT INTO feed_directory AS d
               (department_id, feed, source_id, subject_id, object_id, owner_key, fingerprint, updated_at, run_id, line)
           SELECT $1, $2, source_id, subject_id, object_id, owner_key, fingerprint, updated_at, run_id, line
           FROM unnest($3::text[], $4::uuid[], $5::uuid[], $6::bytea[], $7::bytea[], $8::timestamptz[], $9::uuid[],
                       $10::bigint[])
                AS t (source_id, subject_id, object_id, owner_key, fingerprint, updated_at, run_id, line)
           ON CONFLICT (department_id, feed, source_id) DO UPDATE SET
               fingerprint = excluded.fingerprint, updated_at = excluded.updated_at,
               run_id = excluded.run_id, line = excluded.line""",
        department_id,
        feed,
        *([getattr(entry, name) for entry in entries] for name in Entry.__struct_fields__),
    )


async def upsert_feed_day(db: Database, day: date, department_id: DepartmentId, feed: str, counts: Counts) -> None:
    await db.execute(
        """INSERT INTO feed_days AS d (day, department_id, feed, accepted, unchanged, refused)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (day, department_id, feed) DO UPDATE SET
               accepted = d.accepted + excluded.accepted, unchanged = d.unchanged + excluded.unchanged,
               refused = d.refused + excluded.refused""",
        day,
        department_id,
        feed,
        *counts,
    )
