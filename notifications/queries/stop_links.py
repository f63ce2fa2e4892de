"""Statements on the directory of short addresses."""

from datetime import datetime
from uuid import UUID

from notifications.models import Pointer
from notifications.ports import Conn


async def insert_link(db: Conn, code_hash: bytes, recipient_id: UUID, message_id: UUID, now: datetime) -> None:
    await db.execute(
        """
        INSERT INTO stop_links (code_hash, recipient_id, message_id, made_at) VALUES ($1, $2, $3, $4)
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
