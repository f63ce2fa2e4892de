"""Statements on the pack tables."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct

from backend.core.db import Queryable, Tx, many, maybe


class Load(Struct, frozen=True):
    version: int
    content_hash: bytes
    loaded_at: datetime
    source_hash: bytes | None


class Stored(Struct, frozen=True):
    """The newest version of an entry; not `current` where it was removed from the pack. `name` is JSON."""

    kind: str
    entry_key: str
    version: int
    content_hash: bytes
    current: bool
    name: str | None


class Current(Struct, frozen=True):
    kind: str
    entry_key: str
    version: int
    content: str


class Version(Struct, frozen=True):
    version: int
    content: str
    loaded_at: datetime
    superseded_at: datetime | None


class New(Struct, frozen=True):
    """A version to be written."""

    kind: str
    entry_key: str
    version: int
    position: int
    content: str
    content_hash: bytes


async def lock_loads(tx: Tx) -> None:
    """One load at a time; readers are not held up."""
    await tx.execute("LOCK TABLE pack_loads IN SHARE ROW EXCLUSIVE MODE")


async def find_last_load(db: Queryable) -> Load | None:
    return await maybe(
        db, Load, "SELECT version, content_hash, loaded_at, source_hash FROM pack_loads ORDER BY version DESC LIMIT 1"
    )


async def count_current(db: Queryable) -> int:
    number: int = await db.fetchval("SELECT count(*) FROM pack_entries WHERE superseded_at IS NULL")
    return number


async def update_source(tx: Tx, version: int, source_hash: bytes) -> None:
    await tx.execute("UPDATE pack_loads SET source_hash = $2 WHERE version = $1", version, source_hash)


async def insert_load(tx: Tx, version: int, region: str, content_hash: bytes, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO pack_loads (version, region, content_hash, loaded_at) VALUES ($1, $2, $3, $4)",
        version,
        region,
        content_hash,
        now,
    )


async def list_stored(tx: Tx) -> list[Stored]:
    return await many(
        tx,
        Stored,
        """
        SELECT DISTINCT ON (kind, entry_key) kind, entry_key, version, content_hash, superseded_at IS NULL AS current,
               COALESCE(content -> 'name', content -> 'title')::text AS name
        FROM pack_entries
        ORDER BY kind, entry_key, version DESC
        """,
    )


async def list_current(db: Queryable) -> list[Current]:
    return await many(
        db,
        Current,
        """
        SELECT kind, entry_key, version, content::text AS content
        FROM pack_entries
        WHERE superseded_at IS NULL
        ORDER BY position
        """,
    )


async def find_current(conn: Queryable, kind: str, entry_key: str) -> str | None:
    content: str | None = await conn.fetchval(
        "SELECT content::text FROM pack_entries WHERE kind = $1 AND entry_key = $2 AND superseded_at IS NULL",
        kind,
        entry_key,
    )
    return content


async def find_current_version(conn: Queryable, kind: str, entry_key: str) -> int | None:
    version: int | None = await conn.fetchval(
        "SELECT version FROM pack_entries WHERE kind = $1 AND entry_key = $2 AND superseded_at IS NULL", kind, entry_key
    )
    return version


async def list_current_versions(conn: Queryable, kind: str) -> list[tuple[str, int]]:
    rows = await conn.fetch(
        "SELECT entry_key, version FROM pack_entries WHERE kind = $1 AND superseded_at IS NULL", kind
    )
    return [(row["entry_key"], row["version"]) for row in rows]


async def list_named_by(db: Queryable, item_code: str, version: int, kinds: Collection[str]) -> list[Current]:
    """A version of an item, and what it names as it was when that version ended; as it is now, where it has not.

    Any text of the item may be a code: what is none finds nothing, and one that only looks like a code does no harm.
    """
    return await many(
        db,
        Current,
        """
        WITH item AS (
            SELECT kind, entry_key, version, content, COALESCE(superseded_at, 'infinity') AS ended_at
              FROM pack_entries
             WHERE kind = 'items' AND entry_key = $1 AND version = $2
        ), named AS (
            SELECT DISTINCT value #>> '{}' AS entry_key
              FROM item, jsonb_path_query(content, '$.** ? (@.type() == "string")') AS value
        )
        SELECT kind, entry_key, version, content::text AS content
          FROM item
         UNION ALL
        SELECT entry.kind, entry.entry_key, entry.version, entry.content::text
          FROM named
          JOIN pack_entries AS entry USING (entry_key)
          JOIN item ON entry.loaded_at < ended_at AND COALESCE(entry.superseded_at, 'infinity') >= ended_at
         WHERE entry.kind = ANY ($3::text[]) AND (entry.kind, entry.entry_key) <> (item.kind, item.entry_key)
        """,
        item_code,
        version,
        list(kinds),
    )


async def list_versions(db: Queryable, kind: str, entry_key: str) -> list[Version]:
    return await many(
        db,
        Version,
        """
        SELECT version, content::text AS content, loaded_at, superseded_at
        FROM pack_entries
        WHERE kind = $1 AND entry_key = $2
        ORDER BY version
        """,
        kind,
        entry_key,
    )


async def update_superseded(tx: Tx, kinds: Sequence[str], keys: Sequence[str], now: datetime) -> None:
    await tx.execute(
        """
        UPDATE pack_entries SET superseded_at = $3
        FROM unnest($1::text[], $2::text[]) AS gone (kind, entry_key)
        WHERE pack_entries.kind = gone.kind AND pack_entries.entry_key = gone.entry_key AND superseded_at IS NULL
        """,
        kinds,
        keys,
        now,
    )


async def insert_entries(tx: Tx, entries: Sequence[New], now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO pack_entries (kind, entry_key, version, position, content, content_hash, loaded_at)
        SELECT kind, entry_key, version, position, content::jsonb, content_hash, $7
        FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[], $6::bytea[])
            AS new (kind, entry_key, version, position, content, content_hash)
        """,
        [entry.kind for entry in entries],
        [entry.entry_key for entry in entries],
        [entry.version for entry in entries],
        [entry.position for entry in entries],
        [entry.content for entry in entries],
        [entry.content_hash for entry in entries],
        now,
    )


async def update_positions(tx: Tx, entries: Sequence[New]) -> None:
    """An entry that moved in its file is shown elsewhere, but is no other version."""
    await tx.execute(
        """
        UPDATE pack_entries SET position = moved.position
        FROM unnest($1::text[], $2::text[], $3::integer[]) AS moved (kind, entry_key, position)
        WHERE pack_entries.kind = moved.kind AND pack_entries.entry_key = moved.entry_key
            AND superseded_at IS NULL AND pack_entries.position <> moved.position
        """,
        [entry.kind for entry in entries],
        [entry.entry_key for entry in entries],
        [entry.position for entry in entries],
    )
