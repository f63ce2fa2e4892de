"""Schema changes: plain numbered SQL files, forward only, each in its own transaction."""

import hashlib
from pathlib import Path

import asyncpg

DIRECTORY = Path(__file__).parent.parent / "migrations"
_LOCK = 7_203_114  # any number, the same in every process that migrates


_OWN_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT current_timestamp
)"""


class CannotSearchChinese(Exception):
    """The database has LC_CTYPE=C, in which Chinese text has no trigrams and search would silently find nothing."""


class MigrationChanged(Exception):
    """A file that was already applied here has other content now: write a new file instead."""


async def migrate(dsn: str, directory: Path = DIRECTORY) -> list[str]:
    """Applies what is missing, in order of name, and returns the names applied; safe when many start at once."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(_OWN_TABLE)
        applied = {
            row["name"]: row["sha256"] for row in await connection.fetch("SELECT name, sha256 FROM schema_migrations")
        }
        names = [path.name for path in sorted(directory.glob("*.sql")) if await _apply(connection, path, applied)]
        if not await connection.fetchval("SELECT show_trgm('身份证') <> '{}'"):
            raise CannotSearchChinese("create the database with the locale C.UTF-8")
        return names
    finally:
        await connection.close()


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", path: Path, applied: dict[str, str]) -> bool:
    sql = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(sql.encode()).hexdigest()
    if path.name in applied:
        if applied[path.name] != digest:
            raise MigrationChanged(path.name)
        return False
    async with connection.transaction():
        await connection.execute(sql)
        await connection.execute("INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)", path.name, digest)
    return True
