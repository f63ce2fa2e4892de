"""A town for sweeps: residents and licences put straight into the tables, thousands at a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from backend.core.db import Database
from backend.core.ids import uuid7

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


async def settle(db: Database, number: int) -> list[UUID]:
    """Makes residents."""
    residents = [uuid7() for _ in range(number)]
    await db.execute(
        """INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
           SELECT id, 'person', 'k', '', '', date '1988-01-17', $2, $2 FROM unnest($1::uuid[]) AS t (id)""",
        residents,
        BEFORE,
    )
    return residents


async def hold(
    db: Database,
    residents: Sequence[UUID],
    licence_type: str,
    expires_on: date | None,
    *,
    status: str = "valid",
    changed_at: datetime = BEFORE,
) -> list[UUID]:
    """Gives each resident one licence."""
    licences = [uuid7() for _ in residents]
    await db.execute(
        """INSERT INTO licences (subject_id, licence_id, licence_type, department_id, source_id, key_id, number_enc,
                                 issued_on, valid_from, expires_on, declared_status, changed_at)
           SELECT s, l, $3, 'police', l::text, 'k', '', date '2010-01-01', date '2010-01-01', $4, $5, $6
           FROM unnest($1::uuid[], $2::uuid[]) AS t (s, l)""",
        residents,
        licences,
        licence_type,
        expires_on,
        status,
        changed_at,
    )
    return licences


async def told(db: Database) -> list[tuple[UUID, str, str]]:
    """Recipient, rule and Chinese title of every message that is not withdrawn."""
    rows = await db.fetch(
        "SELECT recipient_id, rule, zh->>'title' AS title FROM messages WHERE state <> 'withdrawn' ORDER BY message_id"
    )
    return [tuple(row) for row in rows]
