"""Statements on a reader's messages: shown, counted, opened and put off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from notifications.models import InboxMessage, Kind, MessageState, Tab, Tone, UnreadCounts, Wording
from notifications.ports import Conn

_decode_wording = msgspec.json.Decoder(Wording).decode


class SnoozedMessage(msgspec.Struct, frozen=True):
    message_id: UUID
    topic: str
    round: int
    ignores_quiet_hours: bool


async def list_messages(
    conn: Conn,
    recipient_id: UUID,
    tabs: Sequence[Tab],
    *,
    now: datetime,
    before_at: datetime | None,
    before_id: UUID | None,
    limit: int,
) -> list[InboxMessage]:
    """Of these tabs together, newest first. Each is read no further than the page goes, however much is in it."""
    rows = await conn.fetch(
        """
        SELECT m.message_id, m.rule, m.occasion, m.topic, m.kind, m.tab, m.zh, m.en, m.link, m.due_on, m.icon, m.tone,
               m.state, m.queued_at, (m.read_at IS NOT NULL OR coalesce(m.snoozed_until > $6, false)) AS read,
               m.snoozed_until, m.on_behalf_of,
               EXISTS (SELECT 1 FROM stops AS s
                       WHERE s.recipient_id = m.recipient_id
                         AND ((s.scope = 'rule' AND s.name = m.rule) OR (s.scope = 'topic' AND s.name = m.topic))
               ) OR (m.parts <> '{}' AND m.parts <@ stopped.rules) AS stopped,
               ARRAY(SELECT unnest(m.parts) INTERSECT SELECT unnest(stopped.rules)) AS stopped_parts
        FROM unnest($2::text[]) AS wanted (tab)
        CROSS JOIN LATERAL (
            SELECT n.message_id, n.rule, n.occasion, n.topic, n.kind, n.tab, n.zh, n.en, n.link, n.due_on, n.icon,
                   n.tone, n.state, n.queued_at, n.read_at, n.snoozed_until, n.on_behalf_of, n.parts, n.recipient_id
            FROM messages AS n
            WHERE n.recipient_id = $1 AND n.tab = wanted.tab AND n.state <> 'withdrawn'
              AND ($3::timestamptz IS NULL OR (n.queued_at, n.message_id) < ($3, $4::uuid))
            ORDER BY n.queued_at DESC, n.message_id DESC
            LIMIT $5
        ) AS m
        CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT s.name FROM stops AS s WHERE s.recipient_id = m.recipient_id AND s.scope = 'rule')
        ) AS stopped (rules)
        ORDER BY m.queued_at DESC, m.message_id DESC
        LIMIT $5
        """,
        recipient_id,
        tabs,
        before_at,
        before_id,
        limit,
        now,
    )
    return [_inbox_message(row) for row in rows]


async def find_message(conn: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage | None:
    row = await conn.fetchrow(
        """
        SELECT m.message_id, m.rule, m.occasion, m.topic, m.kind, m.tab, m.zh, m.en, m.link, m.due_on, m.icon, m.tone,
               m.state, m.queued_at, (m.read_at IS NOT NULL OR coalesce(m.snoozed_until > $3, false)) AS read,
               m.snoozed_until, m.on_behalf_of,
               EXISTS (SELECT 1 FROM stops AS s
                       WHERE s.recipient_id = m.recipient_id
                         AND ((s.scope = 'rule' AND s.name = m.rule) OR (s.scope = 'topic' AND s.name = m.topic))
               ) OR (m.parts <> '{}' AND m.parts <@ stopped.rules) AS stopped,
               ARRAY(SELECT unnest(m.parts) INTERSECT SELECT unnest(stopped.rules)) AS stopped_parts
        FROM messages AS m
        CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT s.name FROM stops AS s WHERE s.recipient_id = m.recipient_id AND s.scope = 'rule')
        ) AS stopped (rules)
        WHERE m.recipient_id = $1 AND m.message_id = $2 AND m.state <> 'withdrawn'
        """,
        recipient_id,
        message_id,
        now,
    )
    return None if row is None else _inbox_message(row)


def _inbox_message(row: Any) -> InboxMessage:
    return InboxMessage(
        message_id=row["message_id"],
        rule=row["rule"],
        occasion=row["occasion"],
        topic=row["topic"],
        kind=Kind(row["kind"]),
        tab=Tab(row["tab"]),
        zh=_decode_wording(row["zh"]),
        en=None if row["en"] is None else _decode_wording(row["en"]),
        link=row["link"],
        due_on=row["due_on"],
        icon=row["icon"],
        tone=Tone(row["tone"]),
        state=MessageState(row["state"]),
        queued_at=row["queued_at"],
        read=row["read"],
        snoozed_until=row["snoozed_until"],
        stopped=row["stopped"],
        on_behalf_of=row["on_behalf_of"],
        stopped_parts=frozenset(row["stopped_parts"]),
    )


async def count_unread_by_tab(conn: Conn, recipient_id: UUID, now: datetime) -> UnreadCounts:
    row = await conn.fetchrow(
        """
        SELECT count(*) FILTER (WHERE tab = 'todo') AS todo, count(*) FILTER (WHERE tab = 'reminder') AS reminder,
               count(*) FILTER (WHERE tab = 'notice') AS notice
        FROM messages
        WHERE recipient_id = $1 AND state = 'active' AND read_at IS NULL
          AND (snoozed_until IS NULL OR snoozed_until <= $2)
        """,
        recipient_id,
        now,
    )
    return UnreadCounts(*row)


async def update_read(tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> None:
    await tx.execute(
        "UPDATE messages SET read_at = $3 WHERE recipient_id = $1 AND message_id = $2 AND read_at IS NULL",
        recipient_id,
        message_id,
        now,
    )


async def update_gone_on(tx: Conn, recipient_id: UUID, message_id: UUID, rules: Sequence[str]) -> None:
    await tx.execute(
        """
        UPDATE messages SET gone_on = ARRAY(SELECT unnest(gone_on) UNION SELECT unnest($3::text[]) ORDER BY 1)
        WHERE recipient_id = $1 AND message_id = $2 AND NOT gone_on @> $3::text[]
        """,
        recipient_id,
        message_id,
        rules,
    )


async def update_snoozed(tx: Conn, recipient_id: UUID, message_id: UUID, until: datetime) -> SnoozedMessage | None:
    """None if the message has ended or is of no use any more by then."""
    row = await tx.fetchrow(
        """
        UPDATE messages SET snoozed_until = $3, round = round + 1, remind_at = NULL, read_at = NULL
        WHERE recipient_id = $1 AND message_id = $2 AND state = 'active' AND useful_until > $3
        RETURNING message_id, topic, round, ignores_quiet_hours
        """,
        recipient_id,
        message_id,
        until,
    )
    return None if row is None else SnoozedMessage(*row)
