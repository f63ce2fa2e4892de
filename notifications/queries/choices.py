"""Statements on what a person chose."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from notifications.models import ChannelName, Locale, QuietHours, Reader, Stop, StopLabel, StopScope
from notifications.ports import Conn


async def list_preferences(conn: Conn, recipient_id: UUID) -> dict[tuple[str, str], bool]:
    """(topic, channel) → on or off, where it was ever chosen."""
    rows = await conn.fetch("SELECT topic, channel, enabled FROM preferences WHERE recipient_id = $1", recipient_id)
    return {(row["topic"], row["channel"]): row["enabled"] for row in rows}


async def upsert_preference(
    tx: Conn, recipient_id: UUID, topic: str, channel: ChannelName, *, enabled: bool, now: datetime
) -> None:
    await tx.execute(
        """
        INSERT INTO preferences (recipient_id, topic, channel, enabled, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (recipient_id, topic, channel) DO UPDATE SET enabled = $4, updated_at = $5
        """,
        recipient_id,
        topic,
        channel,
        enabled,
        now,
    )


async def list_stopped_topics(conn: Conn, recipient_id: UUID) -> set[str]:
    rows = await conn.fetch("SELECT name FROM stops WHERE recipient_id = $1 AND scope = 'topic'", recipient_id)
    return {row["name"] for row in rows}


async def list_stopped_rules(conn: Conn, recipient_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    rows = await conn.fetch(
        "SELECT recipient_id, name FROM stops WHERE recipient_id = ANY($1::uuid[]) AND scope = 'rule'", recipient_ids
    )
    return [(row["recipient_id"], row["name"]) for row in rows]


async def list_stops(conn: Conn, recipient_id: UUID) -> list[Stop]:
    rows = await conn.fetch(
        """
        SELECT scope, name, label_zh, label_en, stopped_at FROM stops WHERE recipient_id = $1
        ORDER BY stopped_at DESC, name
        """,
        recipient_id,
    )
    return [_stop(row) for row in rows]


def _stop(row: Any) -> Stop:
    label = None if row["label_zh"] is None else StopLabel(row["label_zh"], row["label_en"])
    return Stop(scope=StopScope(row["scope"]), name=row["name"], label=label, stopped_at=row["stopped_at"])


async def insert_stop(
    tx: Conn, recipient_id: UUID, scope: StopScope, name: str, label: StopLabel | None, now: datetime
) -> None:
    await tx.execute(
        """
        INSERT INTO stops (recipient_id, scope, name, label_zh, label_en, stopped_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (recipient_id, scope, name) DO NOTHING
        """,
        recipient_id,
        scope,
        name,
        None if label is None else label.zh,
        None if label is None else label.en,
        now,
    )


async def delete_stop(tx: Conn, recipient_id: UUID, scope: StopScope, name: str) -> None:
    await tx.execute(
        "DELETE FROM stops WHERE recipient_id = $1 AND scope = $2 AND name = $3", recipient_id, scope, name
    )


async def find_reader(conn: Conn, recipient_id: UUID) -> Reader | None:
    row = await conn.fetchrow(
        "SELECT locale, quiet, quiet_starts, quiet_ends FROM recipients WHERE recipient_id = $1", recipient_id
    )
    if row is None:
        return None
    quiet_hours = QuietHours(row["quiet_starts"], row["quiet_ends"]) if row["quiet"] else None
    return Reader(Locale(row["locale"]), quiet_hours)


async def upsert_quiet_hours(tx: Conn, recipient_id: UUID, quiet_hours: QuietHours, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO recipients (recipient_id, quiet, quiet_starts, quiet_ends, updated_at) VALUES ($1, true, $2, $3, $4)
        ON CONFLICT (recipient_id) DO UPDATE SET quiet = true, quiet_starts = $2, quiet_ends = $3, updated_at = $4
        """,
        recipient_id,
        quiet_hours.starts,
        quiet_hours.ends,
        now,
    )


async def upsert_quiet(tx: Conn, recipient_id: UUID, *, quiet: bool, now: datetime) -> None:
    """On or off; the hours stay."""
    await tx.execute(
        """
        INSERT INTO recipients (recipient_id, quiet, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (recipient_id) DO UPDATE SET quiet = $2, updated_at = $3
        """,
        recipient_id,
        quiet,
        now,
    )


async def upsert_locale(tx: Conn, recipient_id: UUID, locale: Locale, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO recipients (recipient_id, locale, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (recipient_id) DO UPDATE SET locale = $2, updated_at = $3
        """,
        recipient_id,
        locale,
        now,
    )
