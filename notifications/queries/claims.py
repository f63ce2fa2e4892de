"""Statements of the sender: lease what is due, write down what became of it, find what was forgotten."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import msgspec

from notifications.models import DeliveryState, Pointer, QuietHours
from notifications.ports import Conn
from notifications.quiet_hours import chosen_quiet_hours


class Claimed(msgspec.Struct, frozen=True):
    """A leased delivery with all that decides whether and how it is sent, as it is at this moment."""

    recipient_id: UUID
    message_id: UUID
    channel: str
    target: bytes
    round: int
    attempts: int
    rule: str
    thread: str
    topic: str
    kind: str
    due_on: date | None
    queued_at: datetime
    urgency: str
    ignores_quiet_hours: bool
    useful_until: datetime
    message_state: str
    read: bool
    message_round: int
    stopped: bool
    consented: bool | None
    enabled: bool | None
    locale: str | None
    quiet: bool | None
    quiet_starts: time | None
    quiet_ends: time | None
    endpoint: str | None
    p256dh: bytes | None
    auth: bytes | None
    vapid_key_id: str | None
    unread: int

    @property
    def quiet_hours(self) -> QuietHours | None:
        return chosen_quiet_hours(self.quiet, self.quiet_starts, self.quiet_ends)


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed delivery. `due_at`: queued again until then, else None. `tried`: a service was asked.

    `gone`: its subscription does not exist any more. `result` is the name it is counted under.
    """

    recipient_id: UUID
    message_id: UUID
    channel: str
    target: bytes
    round: int
    state: DeliveryState
    due_at: datetime | None
    attempts: int
    result: str
    tried: bool = False
    gone: bool = False
    status: int | None = None
    reason: str | None = None


async def update_claimed(
    db: Conn, pointers: Sequence[Pointer], *, lease: UUID, until: datetime, now: datetime
) -> list[Claimed]:
    """Leases what is due of these messages and nobody else is sending; the lease ends by itself after a crash."""
    ordered = sorted({(each.recipient_id, each.message_id) for each in pointers})
    rows = await db.fetch(
        """
        WITH c AS (
            UPDATE deliveries AS d SET lease = $3, leased_until = $4
            FROM unnest($1::uuid[], $2::uuid[]) AS p (recipient_id, message_id)
            WHERE d.recipient_id = p.recipient_id AND d.message_id = p.message_id
              AND d.state = 'queued' AND d.due_at <= $5 AND (d.leased_until IS NULL OR d.leased_until <= $5)
            RETURNING d.recipient_id, d.message_id, d.channel, d.target, d.round, d.attempts
        )
        SELECT c.recipient_id, c.message_id, c.channel, c.target, c.round, c.attempts,
               m.rule, m.thread, m.topic, m.kind, m.due_on, m.queued_at, m.urgency, m.ignores_quiet_hours,
               m.useful_until,
               m.state AS message_state, m.read_at IS NOT NULL AS read, m.round AS message_round,
               EXISTS (SELECT 1 FROM stops AS s
                       WHERE s.recipient_id = c.recipient_id
                         AND ((s.scope = 'rule' AND s.name = m.rule) OR (s.scope = 'topic' AND s.name = m.topic))
               ) OR (m.parts <> '{}' AND m.parts <@ ARRAY(
                       SELECT s.name FROM stops AS s WHERE s.recipient_id = c.recipient_id AND s.scope = 'rule')
               ) AS stopped,
               CASE WHEN m.kind = 'recommendation' THEN
                   coalesce((SELECT a.given FROM consents AS a
                             WHERE a.recipient_id = c.recipient_id AND a.purpose = 'recommendations'
                             ORDER BY a.said_at DESC, a.consent_id DESC LIMIT 1), false)
                   AND coalesce((SELECT a.given FROM consents AS a
                                 WHERE a.recipient_id = c.recipient_id AND a.purpose = 'features'
                                 ORDER BY a.said_at DESC, a.consent_id DESC LIMIT 1), true)
               END AS consented,
               p.enabled, r.locale, r.quiet, r.quiet_starts, r.quiet_ends,
               s.endpoint, s.p256dh, s.auth, s.vapid_key_id,
               (SELECT count(*) FROM messages AS u
                WHERE u.recipient_id = c.recipient_id AND u.state = 'active' AND u.read_at IS NULL
                  AND (u.snoozed_until IS NULL OR u.snoozed_until <= $5)) AS unread
        FROM c
        JOIN messages AS m ON m.recipient_id = c.recipient_id AND m.message_id = c.message_id
        LEFT JOIN preferences AS p
            ON p.recipient_id = c.recipient_id AND p.topic = m.topic AND p.channel = c.channel
        LEFT JOIN recipients AS r ON r.recipient_id = c.recipient_id
        LEFT JOIN push_subscriptions AS s ON s.recipient_id = c.recipient_id AND s.endpoint_hash = c.target
        """,
        [recipient_id for recipient_id, _ in ordered],
        [message_id for _, message_id in ordered],
        lease,
        until,
        now,
    )
    return [Claimed(*row) for row in rows]


async def update_settled(tx: Conn, settled: Sequence[Settled], *, lease: UUID, now: datetime) -> None:
    """Writes the results of a batch. A row whose lease has meanwhile gone to another sender is left to that one."""
    await tx.execute(
        """
        UPDATE deliveries AS d
        SET state = n.state, due_at = coalesce(n.due_at, d.due_at), attempts = n.attempts,
            last_status = coalesce(n.status, d.last_status),
            reason = n.reason, tried_at = CASE WHEN n.tried THEN $12 ELSE d.tried_at END,
            finished_at = CASE WHEN n.state = 'queued' THEN NULL ELSE $12 END,
            lease = NULL, leased_until = NULL, pointed_at = NULL
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::integer[], $6::text[], $7::timestamptz[],
                    $8::integer[], $9::boolean[], $10::integer[], $11::text[])
            AS n (recipient_id, message_id, channel, target, round, state, due_at, attempts, tried, status, reason)
        WHERE d.recipient_id = n.recipient_id AND d.message_id = n.message_id AND d.channel = n.channel
          AND d.target = n.target AND d.round = n.round AND d.lease = $13 AND d.state = 'queued'
        """,
        [each.recipient_id for each in settled],
        [each.message_id for each in settled],
        [each.channel for each in settled],
        [each.target for each in settled],
        [each.round for each in settled],
        [each.state for each in settled],
        [each.due_at for each in settled],
        [each.attempts for each in settled],
        [each.tried for each in settled],
        [each.status for each in settled],
        [each.reason for each in settled],
        now,
        lease,
    )


async def update_pointed(db: Conn, *, now: datetime, pointed_before: datetime, limit: int) -> list[Pointer]:
    """What is due, unsent, leased by nobody and was last pointed at before `pointed_before`; oldest first."""
    rows = await db.fetch(
        """
        WITH late AS (
            SELECT recipient_id, message_id, channel, target, round
            FROM deliveries
            WHERE state = 'queued' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
              AND (pointed_at IS NULL OR pointed_at < $2)
            ORDER BY due_at
            LIMIT $3
        )
        UPDATE deliveries AS d SET pointed_at = $1
        FROM late
        WHERE d.recipient_id = late.recipient_id AND d.message_id = late.message_id AND d.channel = late.channel
          AND d.target = late.target AND d.round = late.round
          AND d.state = 'queued' AND (d.pointed_at IS NULL OR d.pointed_at < $2)
        RETURNING d.recipient_id, d.message_id
        """,
        now,
        pointed_before,
        limit,
    )
    return [Pointer(*key) for key in sorted({(row["recipient_id"], row["message_id"]) for row in rows})]


async def find_oldest_due(db: Conn, now: datetime) -> datetime | None:
    oldest: datetime | None = await db.fetchval(
        "SELECT min(due_at) FROM deliveries WHERE state = 'queued' AND due_at <= $1", now
    )
    return oldest
