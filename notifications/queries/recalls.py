"""Statements on many unsent messages at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications.models import MessageState
from notifications.ports import Conn
from notifications.states import MESSAGE, before


async def lock_queued(tx: Conn, messages: Sequence[tuple[UUID, UUID]]) -> None:
    """Senders wait for what becomes of these. In the order of their keys."""
    await tx.execute(
        """
        SELECT FROM deliveries AS d
        WHERE (d.recipient_id, d.message_id) IN (
            SELECT n.recipient_id, n.message_id FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id))
          AND d.state = 'queued'
        ORDER BY d.recipient_id, d.message_id, d.channel, d.target, d.round
        FOR NO KEY UPDATE
        """,
        *_columns(messages),
    )


async def list_unsent(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> set[tuple[UUID, UUID]]:
    rows = await tx.fetch(
        """
        SELECT m.recipient_id, m.message_id
        FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id)
        JOIN messages AS m ON m.recipient_id = n.recipient_id AND m.message_id = n.message_id
        WHERE m.state = 'active' AND m.read_at IS NULL
          AND NOT EXISTS (
              SELECT 1 FROM deliveries AS d
              WHERE d.recipient_id = m.recipient_id AND d.message_id = m.message_id
                AND (d.state = 'sent' OR (d.state = 'queued' AND d.leased_until > $3)))
        """,
        *_columns(messages),
        now,
    )
    return {(row["recipient_id"], row["message_id"]) for row in rows}


async def update_queued(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Ends what is queued of them."""
    await tx.execute(
        """
        UPDATE deliveries AS d SET state = 'dropped', reason = 'withdrawn', finished_at = $3
        FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id)
        WHERE d.recipient_id = n.recipient_id AND d.message_id = n.message_id AND d.state = 'queued'
          AND (d.leased_until IS NULL OR d.leased_until <= $3)
        """,
        *_columns(messages),
        now,
    )


async def update_withdrawn(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    await tx.execute(
        """
        UPDATE messages AS m SET state = 'withdrawn', ended_at = $3
        FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id)
        WHERE m.recipient_id = n.recipient_id AND m.message_id = n.message_id AND m.state = ANY($4::text[])
        """,
        *_columns(messages),
        now,
        before(MESSAGE, MessageState.WITHDRAWN),
    )


async def update_never_repeated(tx: Conn, messages: Sequence[tuple[UUID, UUID]]) -> None:
    await tx.execute(
        """
        UPDATE messages AS m SET remind_at = NULL
        FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id)
        WHERE m.recipient_id = n.recipient_id AND m.message_id = n.message_id AND m.remind_at IS NOT NULL
        """,
        *_columns(messages),
    )


async def update_items(tx: Conn, rule: str, items: Sequence[tuple[UUID, UUID, str]]) -> None:
    await tx.execute(
        """
        UPDATE messages AS m SET
            zh = jsonb_set(m.zh, '{items}', (
                SELECT coalesce(jsonb_agg(item ORDER BY place), '[]') FROM jsonb_array_elements(m.zh -> 'items')
                    WITH ORDINALITY AS i (item, place)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL(n.keys))),
            en = CASE WHEN m.en IS NULL THEN NULL ELSE jsonb_set(m.en, '{items}', (
                SELECT coalesce(jsonb_agg(item ORDER BY place), '[]') FROM jsonb_array_elements(m.en -> 'items')
                    WITH ORDINALITY AS i (item, place)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL(n.keys))) END,
            due_on = coalesce((
                SELECT min((item ->> 'due_on')::date) FROM jsonb_array_elements(m.zh -> 'items') AS i (item)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL(n.keys)), m.due_on),
            parts = array_remove(m.parts, $4)
        FROM (SELECT recipient_id, message_id, array_agg(key) AS keys
              FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (recipient_id, message_id, key)
              GROUP BY recipient_id, message_id) AS n
        WHERE m.recipient_id = n.recipient_id AND m.message_id = n.message_id AND m.zh ? 'items'
        """,
        *[list(column) for column in zip(*items, strict=True)],
        rule,
    )


def _columns(messages: Sequence[tuple[UUID, UUID]]) -> list[list[UUID]]:
    return [list(column) for column in zip(*messages, strict=True)]
