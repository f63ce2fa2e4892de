"""Statements on deliveries."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

import msgspec

from notifications.models import DeliveryState, QuietHours
from notifications.ports import Conn
from notifications.quiet_hours import chosen_quiet_hours
from notifications.states import DELIVERY, before


class Wanted(msgspec.Struct, frozen=True):
    """A message that looks for targets."""

    recipient_id: UUID
    message_id: UUID
    topic: str


class Target(msgspec.Struct, frozen=True):
    """Where a message may go, and when its reader is not disturbed. `quiet` None: never chosen."""

    recipient_id: UUID
    message_id: UUID
    channel: str
    target: bytes
    quiet: bool | None
    quiet_starts: time | None
    quiet_ends: time | None

    @property
    def quiet_hours(self) -> QuietHours | None:
        return chosen_quiet_hours(self.quiet, self.quiet_starts, self.quiet_ends)


class NewDelivery(msgspec.Struct, frozen=True):
    recipient_id: UUID
    message_id: UUID
    channel: str
    target: bytes
    round: int
    due_at: datetime
    pointed_at: datetime | None


async def list_targets(tx: Conn, wanted: Sequence[Wanted]) -> list[Target]:
    """Subscribed browsers where push is not switched off, and SMS where it is switched on."""
    rows = await tx.fetch(
        """
        WITH w AS (
            SELECT w.recipient_id, w.message_id, w.topic
            FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS w (recipient_id, message_id, topic)
        ), t AS (
            SELECT w.recipient_id, w.message_id, 'web_push' AS channel, s.endpoint_hash AS target
            FROM w JOIN push_subscriptions AS s ON s.recipient_id = w.recipient_id
            LEFT JOIN preferences AS p
                ON p.recipient_id = w.recipient_id AND p.topic = w.topic AND p.channel = 'web_push'
            WHERE coalesce(p.enabled, true)
            UNION ALL
            SELECT w.recipient_id, w.message_id, 'sms', ''::bytea
            FROM w JOIN preferences AS p
                ON p.recipient_id = w.recipient_id AND p.topic = w.topic AND p.channel = 'sms' AND p.enabled
        )
        SELECT t.recipient_id, t.message_id, t.channel, t.target, r.quiet, r.quiet_starts, r.quiet_ends
        FROM t LEFT JOIN recipients AS r ON r.recipient_id = t.recipient_id
        """,
        [each.recipient_id for each in wanted],
        [each.message_id for each in wanted],
        [each.topic for each in wanted],
    )
    return [Target(*row) for row in rows]


async def insert_deliveries(tx: Conn, deliveries: Sequence[NewDelivery]) -> None:
    await tx.execute(
        """
        INSERT INTO deliveries (recipient_id, message_id, channel, target, round, due_at, pointed_at)
        SELECT n.recipient_id, n.message_id, n.channel, n.target, n.round, n.due_at, n.pointed_at
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::integer[], $6::timestamptz[],
                    $7::timestamptz[]) AS n (recipient_id, message_id, channel, target, round, due_at, pointed_at)
        ON CONFLICT DO NOTHING
        """,
        [each.recipient_id for each in deliveries],
        [each.message_id for each in deliveries],
        [each.channel for each in deliveries],
        [each.target for each in deliveries],
        [each.round for each in deliveries],
        [each.due_at for each in deliveries],
        [each.pointed_at for each in deliveries],
    )


async def update_dropped(tx: Conn, recipient_id: UUID, message_id: UUID, *, reason: str, now: datetime) -> None:
    """Ends what is queued of a message; what is just being sent gets its own result."""
    await tx.execute(
        """
        UPDATE deliveries SET state = 'dropped', reason = $3, finished_at = $4
        WHERE recipient_id = $1 AND message_id = $2 AND state = 'queued'
          AND (leased_until IS NULL OR leased_until <= $4)
        """,
        recipient_id,
        message_id,
        reason,
        now,
    )


async def update_withdrawn(
    tx: Conn, recipient_id: UUID, rule: str, *, occasions: Sequence[str] | None, prefix: str | None, now: datetime
) -> None:
    """Ends what is queued of a rule's occasions. Goes before update_ended: a sender that comes later finds nothing."""
    await tx.execute(
        """
        UPDATE deliveries AS d SET state = 'dropped', reason = 'withdrawn', finished_at = $5
        FROM messages AS m
        WHERE d.recipient_id = $1 AND m.recipient_id = $1 AND m.message_id = d.message_id AND m.rule = $2
          AND ($3::text[] IS NULL OR m.occasion = ANY($3)) AND ($4::text IS NULL OR starts_with(m.occasion, $4))
          AND d.state = 'queued' AND (d.leased_until IS NULL OR d.leased_until <= $5)
        """,
        recipient_id,
        rule,
        occasions,
        prefix,
        now,
    )


async def update_reinstated(tx: Conn, recipient_id: UUID, message_id: UUID) -> None:
    """Queues again what the withdrawal ended; the sweep of the queue points at it."""
    await tx.execute(
        """
        UPDATE deliveries SET state = 'queued', reason = NULL, finished_at = NULL, pointed_at = NULL
        WHERE recipient_id = $1 AND message_id = $2 AND state = ANY($3::text[]) AND reason = 'withdrawn'
        """,
        recipient_id,
        message_id,
        before(DELIVERY, DeliveryState.QUEUED),
    )


async def update_unconsented(tx: Conn, recipient_id: UUID, now: datetime) -> None:
    """Ends what is queued of recommendations."""
    await tx.execute(
        """
        UPDATE deliveries AS d SET state = 'dropped', reason = 'no consent', finished_at = $2
        FROM messages AS m
        WHERE d.recipient_id = $1 AND m.recipient_id = $1 AND m.message_id = d.message_id
          AND m.kind = 'recommendation'
          AND d.state = 'queued' AND (d.leased_until IS NULL OR d.leased_until <= $2)
        """,
        recipient_id,
        now,
    )


async def update_stopped(tx: Conn, recipient_id: UUID, *, rule: str | None, topic: str | None, now: datetime) -> int:
    """Ends what is queued of a rule or a topic, save statutory notices; a digest when all it speaks of is stopped."""
    rows = await tx.fetch(
        """
        UPDATE deliveries AS d SET state = 'dropped', reason = 'stopped', finished_at = $4
        FROM messages AS m
        WHERE d.recipient_id = $1 AND m.recipient_id = $1 AND m.message_id = d.message_id
          AND (m.rule = $2 OR m.topic = $3 OR ($2 = ANY(m.parts) AND m.parts <@ ARRAY(
              SELECT s.name FROM stops AS s WHERE s.recipient_id = $1 AND s.scope = 'rule')))
          AND m.kind <> 'statutory' AND d.state = 'queued' AND (d.leased_until IS NULL OR d.leased_until <= $4)
        RETURNING d.message_id
        """,
        recipient_id,
        rule,
        topic,
        now,
    )
    return len(rows)


async def update_resumed(tx: Conn, recipient_id: UUID, *, rule: str | None, topic: str | None, now: datetime) -> int:
    """Queues again what a stop ended, where it is unread, still of use and no other stop covers it."""
    rows = await tx.fetch(
        """
        UPDATE deliveries AS d
        SET state = 'queued', reason = NULL, finished_at = NULL, pointed_at = NULL
        FROM messages AS m
        WHERE d.recipient_id = $1 AND m.recipient_id = $1 AND m.message_id = d.message_id
          AND (m.rule = $2 OR m.topic = $3 OR $2 = ANY(m.parts))
          AND m.state = 'active' AND m.read_at IS NULL AND m.useful_until > $4
          AND d.state = ANY($5::text[]) AND d.reason = 'stopped' AND d.round = m.round
          AND NOT EXISTS (
              SELECT 1 FROM stops AS s
              WHERE s.recipient_id = $1
                AND ((s.scope = 'rule' AND s.name = m.rule) OR (s.scope = 'topic' AND s.name = m.topic))
          )
          AND NOT (m.parts <> '{}' AND m.parts <@ ARRAY(
              SELECT s.name FROM stops AS s WHERE s.recipient_id = $1 AND s.scope = 'rule'))
        RETURNING d.message_id
        """,
        recipient_id,
        rule,
        topic,
        now,
        before(DELIVERY, DeliveryState.QUEUED),
    )
    return len(rows)
