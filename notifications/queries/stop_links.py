"""Statements on the directory of short addresses."""

from datetime import datetime
from uuid import UUID

from notifications.models import Pointer
from notifications.ports import Conn


async def insert_link(db: Conn, code_hash: bytes, recipient_id: UUID, message_id: UUID, now: datetime) -> None:
    await db.execute(
        """
        INSERT INTO stop_links (code_hash, recipient_id, message_id, made_at, useful_until)
        SELECT $1, recipient_id, message_id, $4, useful_until FROM messages
        WHERE recipient_id = $2 AND message_id = $3
        ON CONFLICT (code_hash) DO NOTHING
        """,
        code_hash,
        recipient_id,
        message_id,
        now,
    )


async def find_link(conn: Conn, code_hash: bytes) -> Pointer | None:
    row = await conn.fetchrow("SELECT recipient_id, message_id FROM stop_links WHERE code_hash = $1", code_hash)
    return None if row is None else Pointer(row["recipient_id"], row["message_id"])


async def list_old(conn: Conn, until: datetime, limit: int) -> list[bytes]:
    """Those whose messages were of use until then, the oldest first."""
    rows = await conn.fetch(
        "SELECT code_hash FROM stop_links WHERE useful_until <= $1 ORDER BY useful_until, code_hash LIMIT $2",
        until,
        limit,
    )
    return [row["code_hash"] for row in rows]


async def delete_links(db: Conn, code_hashes: list[bytes]) -> None:
    """Those that are gone already are passed over."""
    await db.execute("DELETE FROM stop_links WHERE code_hash = ANY($1::bytea[])", code_hashes)
