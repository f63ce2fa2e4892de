"""Statements on who was disturbed when."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from notifications.ports import Conn


class Asked(msgspec.Struct, frozen=True):
    """A message that would disturb its reader now."""

    recipient_id: UUID
    message_id: UUID
    round: int
    kind: str


async def insert_disturbances(
    db: Conn,
    asked: Sequence[Asked],
    caps: Sequence[tuple[str, int, int]],
    *,
    today: date,
    week_from: date,
    now: datetime,
) -> None:
    """Gives these messages the places of today that are free, as far as nothing more pressing waits for them.

    What waits is everything of the kind that is due to the person, wherever it is being handled: the nearest deadline
    first, then the oldest. `caps` are kind, places a day, places since `week_from` (not included). Who is about to take
    the same place elsewhere is waited for, and has it. Places of past weeks are removed in passing.
    """
    await db.execute(
        """
        WITH asked AS (
            SELECT a.recipient_id, a.message_id, a.round, a.kind
            FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[]) AS a (recipient_id, message_id, round, kind)
        ), caps AS (
            SELECT c.kind, c.daily, c.weekly
            FROM unnest($5::text[], $6::integer[], $7::integer[]) AS c (kind, daily, weekly)
        ), people AS (
            SELECT DISTINCT a.recipient_id, a.kind, c.daily, c.weekly FROM asked AS a JOIN caps AS c ON c.kind = a.kind
        ), past AS (
            DELETE FROM disturbances AS d USING people AS p
            WHERE d.recipient_id = p.recipient_id AND d.kind = p.kind AND d.day <= $9
        ), waiting AS (
            SELECT w.recipient_id, w.kind, w.message_id, w.round, w.daily, w.weekly,
                   row_number() OVER (
                       PARTITION BY w.recipient_id, w.kind
                       ORDER BY coalesce(w.due_on < $8, false), w.due_on, w.queued_at, w.message_id) AS nth
            FROM (
                SELECT DISTINCT p.recipient_id, p.kind, p.daily, p.weekly, m.message_id, m.round, m.due_on, m.queued_at
                FROM people AS p
                JOIN deliveries AS d ON d.recipient_id = p.recipient_id AND d.state = 'queued' AND d.due_at <= $10
                JOIN messages AS m ON m.recipient_id = d.recipient_id AND m.message_id = d.message_id
                     AND m.round = d.round AND m.kind = p.kind AND m.state = 'active' AND m.read_at IS NULL
                WHERE NOT EXISTS (SELECT 1 FROM disturbances AS t
                                  WHERE t.recipient_id = m.recipient_id AND t.message_id = m.message_id
                                    AND t.round = m.round)
            ) AS w
        )
        INSERT INTO disturbances (recipient_id, kind, day, place, message_id, round)
        SELECT a.recipient_id, a.kind, $8, free.place, a.message_id, a.round
        FROM asked AS a
        JOIN waiting AS w ON w.recipient_id = a.recipient_id AND w.message_id = a.message_id AND w.round = a.round
        CROSS JOIN LATERAL (
            SELECT s.place FROM generate_series(1, w.daily) AS s (place)
            WHERE NOT EXISTS (SELECT 1 FROM disturbances AS d
                              WHERE d.recipient_id = w.recipient_id AND d.kind = w.kind AND d.day = $8
                                AND d.place = s.place)
            ORDER BY s.place LIMIT 1 OFFSET w.nth - 1
        ) AS free
        WHERE w.nth + (SELECT count(*) FROM disturbances AS d
                       WHERE d.recipient_id = w.recipient_id AND d.kind = w.kind AND d.day > $9) <= w.weekly
        ORDER BY a.recipient_id, a.kind, free.place
        ON CONFLICT DO NOTHING
        """,
        [each.recipient_id for each in asked],
        [each.message_id for each in asked],
        [each.round for each in asked],
        [each.kind for each in asked],
        [kind for kind, _, _ in caps],
        [daily for _, daily, _ in caps],
        [weekly for _, _, weekly in caps],
        today,
        week_from,
        now,
    )


async def list_without_place(
    db: Conn, asked: Sequence[Asked], *, week_from: date
) -> dict[tuple[UUID, UUID, int], list[date]]:
    """Those of these messages that have no place, each with the days since `week_from` on which places were taken."""
    rows = await db.fetch(
        """
        SELECT a.recipient_id, a.message_id, a.round,
               ARRAY(SELECT d.day FROM disturbances AS d
                     WHERE d.recipient_id = a.recipient_id AND d.kind = a.kind AND d.day > $5) AS days
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[]) AS a (recipient_id, message_id, round, kind)
        WHERE NOT EXISTS (SELECT 1 FROM disturbances AS t
                          WHERE t.recipient_id = a.recipient_id AND t.message_id = a.message_id AND t.round = a.round)
        """,
        [each.recipient_id for each in asked],
        [each.message_id for each in asked],
        [each.round for each in asked],
        [each.kind for each in asked],
        week_from,
    )
    return {(row["recipient_id"], row["message_id"], row["round"]): list(row["days"]) for row in rows}
