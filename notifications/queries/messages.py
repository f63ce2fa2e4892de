"""Statements on messages: told, made shorter, ended and told after all, as their cause demands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from notifications.models import Message, MessageState
from notifications.ports import Conn
from notifications.repeats import repeat_at
from notifications.states import MESSAGE, before

_encode = msgspec.json.Encoder().encode


class Recorded(msgspec.Struct, frozen=True):
    """A newly recorded message; `muted` if its rule or topic is stopped."""

    recipient_id: UUID
    message_id: UUID
    muted: bool


async def insert_messages(tx: Conn, messages: Sequence[Message], now: datetime) -> list[Recorded]:
    """Those that were not there yet. Sorted by key, so that two callers never wait for each other in a circle."""
    ordered = sorted(messages, key=lambda message: (message.recipient_id, message.rule, message.occasion))
    rows = await tx.fetch(
        """
        INSERT INTO messages (recipient_id, message_id, rule, occasion, topic, kind, tab, zh, en, link, due_on, icon,
                              tone, urgency, thread, about, parts, ignores_quiet_hours, useful_until,
                              on_behalf_of, queued_at, remind_at, read_at)
        SELECT n.recipient_id, n.message_id, n.rule, n.occasion, n.topic, n.kind, n.tab, n.zh::jsonb, n.en::jsonb,
               n.link, n.due_on, n.icon, n.tone, n.urgency, n.thread, n.about::jsonb,
               ARRAY(SELECT part FROM jsonb_array_elements_text(n.parts::jsonb) AS part), n.ignores_quiet_hours,
               n.useful_until, n.on_behalf_of, $1, n.remind_at,
               CASE WHEN n.kind <> 'statutory' AND EXISTS (
                   SELECT 1 FROM stops AS s
                   WHERE s.recipient_id = n.recipient_id
                     AND ((s.scope = 'rule' AND s.name = n.rule) OR (s.scope = 'topic' AND s.name = n.topic))
               ) THEN $1::timestamptz END
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                    $10::text[], $11::text[], $12::date[], $13::text[], $14::text[], $15::text[], $16::text[],
                    $17::text[], $18::text[], $19::boolean[], $20::timestamptz[], $21::timestamptz[],
                    $22::uuid[])
            AS n (recipient_id, message_id, rule, occasion, topic, kind, tab, zh, en, link, due_on, icon, tone,
                  urgency, thread, about, parts, ignores_quiet_hours, useful_until, remind_at, on_behalf_of)
        ON CONFLICT DO NOTHING
        RETURNING recipient_id, message_id, read_at IS NOT NULL AS muted
        """,
        now,
        *_columns(ordered, now),
    )
    return [Recorded(*row) for row in rows]


def _columns(messages: Sequence[Message], now: datetime) -> list[list[Any]]:
    rows = (
        (
            message.recipient_id,
            message.message_id,
            message.rule,
            message.occasion,
            message.topic,
            message.kind,
            message.tab,
            _encode(message.zh).decode(),
            None if message.en is None else _encode(message.en).decode(),
            message.link,
            message.due_on,
            message.icon,
            message.tone,
            message.urgency,
            message.occasion if message.thread is None else message.thread,
            _encode(message.about).decode(),
            _encode(message.parts).decode(),
            message.ignores_quiet_hours,
            message.useful_until,
            repeat_at(message, now),
            message.on_behalf_of,
        )
        for message in messages
    )
    return [list(column) for column in zip(*rows, strict=True)]


async def update_replaced(tx: Conn, recorded: Sequence[Recorded], now: datetime) -> None:
    """Reads what was unread and speaks only of things that one of these newer messages of its topic speaks of too.

    OFFSET 0 makes Postgres go from each recipient to their messages: where it has no statistics yet it takes unread
    messages for few, begins with all of them, and the ten thousandth costs a thousand times what the first did.
    """
    await tx.execute(
        """
        UPDATE messages AS m SET read_at = $3
        FROM unnest($1::uuid[], $2::uuid[]) AS n (recipient_id, message_id)
        CROSS JOIN LATERAL (
            SELECT old.message_id
            FROM messages AS new JOIN messages AS old ON old.recipient_id = new.recipient_id AND old.topic = new.topic
            WHERE new.recipient_id = n.recipient_id AND new.message_id = n.message_id
              AND old.state = 'active' AND old.read_at IS NULL AND old.queued_at < new.queued_at
              AND old.about <> '[]' AND old.about <@ new.about
            OFFSET 0
        ) AS replaced
        WHERE m.recipient_id = n.recipient_id AND m.message_id = replaced.message_id
        """,
        [each.recipient_id for each in recorded],
        [each.message_id for each in recorded],
        now,
    )


async def exists_active(conn: Conn, recipient_id: UUID, rule: str, prefix: str) -> bool:
    found: bool = await conn.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM messages
                       WHERE recipient_id = $1 AND rule = $2 AND state = 'active' AND starts_with(occasion, $3))
        """,
        recipient_id,
        rule,
        prefix,
    )
    return found


async def update_ended(
    tx: Conn, recipient_id: UUID, rule: str, *, occasions: Sequence[str] | None, prefix: str | None, now: datetime
) -> list[UUID]:
    """Superseded where it was read, is being sent or was sent; withdrawn where nobody can have seen it outside."""
    rows = await tx.fetch(
        """
        UPDATE messages AS m SET ended_at = $5, state = CASE WHEN m.read_at IS NOT NULL OR EXISTS (
            SELECT 1 FROM deliveries AS d
            WHERE d.recipient_id = m.recipient_id AND d.message_id = m.message_id
              AND (d.state = 'sent' OR (d.state = 'queued' AND d.leased_until > $5))
        ) THEN 'superseded' ELSE 'withdrawn' END
        WHERE m.recipient_id = $1 AND m.rule = $2 AND m.state = ANY($6::text[])
          AND ($3::text[] IS NULL OR m.occasion = ANY($3)) AND ($4::text IS NULL OR starts_with(m.occasion, $4))
        RETURNING m.message_id
        """,
        recipient_id,
        rule,
        occasions,
        prefix,
        now,
        before(MESSAGE, MessageState.SUPERSEDED),
    )
    return [row["message_id"] for row in rows]


async def update_reinstated(tx: Conn, recipient_id: UUID, rule: str, occasion: str, now: datetime) -> UUID | None:
    found: UUID | None = await tx.fetchval(
        """
        UPDATE messages SET state = 'active', ended_at = NULL
        WHERE recipient_id = $1 AND rule = $2 AND occasion = $3 AND state = ANY($4::text[]) AND useful_until > $5
        RETURNING message_id
        """,
        recipient_id,
        rule,
        occasion,
        before(MESSAGE, MessageState.ACTIVE),
        now,
    )
    return found


async def update_items(tx: Conn, recipient_id: UUID, message_id: UUID, without: Sequence[str]) -> None:
    await tx.execute(
        """
        UPDATE messages SET
            zh = jsonb_set(zh, '{items}', (
                SELECT coalesce(jsonb_agg(item ORDER BY place), '[]') FROM jsonb_array_elements(zh -> 'items')
                    WITH ORDINALITY AS i (item, place)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL($3::text[]))),
            en = CASE WHEN en IS NULL THEN NULL ELSE jsonb_set(en, '{items}', (
                SELECT coalesce(jsonb_agg(item ORDER BY place), '[]') FROM jsonb_array_elements(en -> 'items')
                    WITH ORDINALITY AS i (item, place)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL($3::text[]))) END,
            parts = CASE WHEN parts = '{}' THEN parts ELSE ARRAY(
                SELECT DISTINCT item ->> 'rule' FROM jsonb_array_elements(zh -> 'items') AS i (item)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL($3::text[]) ORDER BY 1) END,
            due_on = coalesce((
                SELECT min((item ->> 'due_on')::date) FROM jsonb_array_elements(zh -> 'items') AS i (item)
                WHERE item ->> 'key' IS NULL OR item ->> 'key' <> ALL($3::text[])), due_on)
        WHERE recipient_id = $1 AND message_id = $2 AND zh ? 'items'
        """,
        recipient_id,
        message_id,
        without,
    )
