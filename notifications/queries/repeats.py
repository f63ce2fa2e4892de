"""The statement that finds what is told once more."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from notifications.ports import Conn


class Repeated(msgspec.Struct, frozen=True):
    """A message that goes out once more, as its `round`-th time."""

    recipient_id: UUID
    message_id: UUID
    topic: str
    ignores_quiet_hours: bool
    round: int


async def update_repeated(
    tx: Conn, *, now: datetime, today: date, after: timedelta, look_again_at: datetime, limit: int
) -> list[Repeated]:
    """Messages whose moment has come, each at most once; what is still waiting to go out is looked at again later.

    Repeated is what reached some channel at least `after` ago, is unread, in force, wanted, of use, and whose day is
    still to come. Two sweeps at once take different messages.
    """
    rows = await tx.fetch(
        """
        WITH come AS (
            SELECT recipient_id, message_id FROM messages
            WHERE remind_at <= $1
            ORDER BY remind_at LIMIT $5
            FOR UPDATE SKIP LOCKED
        ), told AS (
            SELECT m.recipient_id, m.message_id, t.waits, t.sent_at,
                   m.state = 'active' AND m.read_at IS NULL AND m.snoozed_until IS NULL
                   AND m.due_on > $2 AND m.useful_until > $1
                   AND (m.kind = 'statutory' OR NOT (
                       EXISTS (SELECT 1 FROM stops AS s
                               WHERE s.recipient_id = m.recipient_id
                                 AND ((s.scope = 'rule' AND s.name = m.rule)
                                      OR (s.scope = 'topic' AND s.name = m.topic)))
                       OR (m.parts <> '{}' AND m.parts <@ ARRAY(
                               SELECT s.name FROM stops AS s
                               WHERE s.recipient_id = m.recipient_id AND s.scope = 'rule')))) AS wanted
            FROM come
            JOIN messages AS m ON m.recipient_id = come.recipient_id AND m.message_id = come.message_id
            CROSS JOIN LATERAL (
                SELECT bool_or(d.state = 'queued') AS waits,
                       max(d.finished_at) FILTER (WHERE d.state = 'sent') AS sent_at
                FROM deliveries AS d
                WHERE d.recipient_id = m.recipient_id AND d.message_id = m.message_id AND d.round = m.round
            ) AS t
        ), judged AS (
            SELECT recipient_id, message_id,
                   wanted AND sent_at <= $1::timestamptz - $3::interval AND NOT waits AS repeats,
                   CASE WHEN NOT wanted THEN NULL
                        WHEN waits THEN $4::timestamptz
                        WHEN sent_at > $1::timestamptz - $3::interval THEN sent_at + $3::interval
                   END AS later
            FROM told
        ), moved AS (
            UPDATE messages AS m
            SET remind_at = j.later, round = CASE WHEN j.repeats THEN m.round + 1 ELSE m.round END
            FROM judged AS j
            WHERE m.recipient_id = j.recipient_id AND m.message_id = j.message_id
            RETURNING m.recipient_id, m.message_id, m.topic, m.ignores_quiet_hours, m.round, j.repeats
        )
        SELECT recipient_id, message_id, topic, ignores_quiet_hours, round FROM moved WHERE repeats
        """,
        now,
        today,
        after,
        look_again_at,
        limit,
    )
    return [Repeated(*row) for row in rows]
