"""Whose entitlements somebody may answer: their own, and those of whom they may act for today."""

from datetime import datetime
from uuid import UUID

from backend.citizens.models import Represented
from backend.citizens.representation import represented_by, represented_today
from backend.core.crypto import Keyring
from backend.core.db import Queryable


async def list_beneficiaries(
    conn: Queryable, keyring: Keyring, reader_id: UUID, now: datetime
) -> dict[UUID, Represented | None]:
    """The reader, and whom they may act for; opened for the reader's eyes."""
    ever = await represented_by(conn, reader_id)
    return {reader_id: None, **await represented_today(conn, keyring, reader_id, ever, now)}
