"""Statements on who may act for whom."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from backend.citizens.models import Mandate, Role
from backend.core.db import Queryable, Tx, many


class Right(Struct, frozen=True):
    """What follows from the words of one source; `valid_until` before `valid_from`: nothing does."""

    subject_id: UUID
    role: Role
    source: str
    valid_from: date
    valid_until: date | None


async def upsert_mandates(tx: Tx, mandates: Sequence[Mandate]) -> None:
    """The latest word by the clock of its source stays. Sorted, so that two never wait for each other in a circle."""
    ordered = sorted(mandates, key=lambda mandate: (mandate.subject_id, mandate.word_id))
    await tx.execute(
        """INSERT INTO mandates AS m (subject_id, word_id, agent_id, role, source, valid_from, valid_until, withdrawn,
                                      stated_at)
           SELECT subject_id, word_id, agent_id, role, source, valid_from, valid_until, withdrawn, stated_at
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::date[], $7::date[],
                       $8::boolean[], $9::timestamptz[])
                AS n (subject_id, word_id, agent_id, role, source, valid_from, valid_until, withdrawn, stated_at)
           ON CONFLICT (subject_id, word_id) DO UPDATE
           SET agent_id = excluded.agent_id, role = excluded.role, source = excluded.source,
               valid_from = excluded.valid_from, valid_until = excluded.valid_until, withdrawn = excluded.withdrawn,
               stated_at = excluded.stated_at
           WHERE m.stated_at <= excluded.stated_at""",
        *([getattr(mandate, name) for mandate in ordered] for name in Mandate.__struct_fields__),
    )


async def list_mandates_of(tx: Tx, agent_id: UUID, source: str) -> list[Mandate]:
    """What a source has said of this agent, in force or withdrawn."""
    return await many(
        tx,
        Mandate,
        """SELECT subject_id, word_id, agent_id, role, source, valid_from, valid_until, withdrawn, stated_at
           FROM mandates WHERE agent_id = $1 AND source = $2 ORDER BY subject_id, word_id""",
        agent_id,
        source,
    )


async def list_rights(conn: Queryable, agent_id: UUID, today: date, subjects: int | None = None) -> list[Right]:
    """Of this agent, today or to come; of so many subjects at most, each with all that is said of it."""
    return await many(
        conn,
        Right,
        """SELECT subject_id, role, source, valid_from, valid_until
           FROM (SELECT subject_id, role, source, valid_from, valid_until,
                        dense_rank() OVER (ORDER BY subject_id) AS place
                 FROM representatives
                 WHERE agent_id = $1 AND coalesce(valid_until >= greatest(valid_from, $2), true)) AS r
           WHERE $3::int IS NULL OR place <= $3
           ORDER BY subject_id, valid_from, role, source""",
        agent_id,
        today,
        subjects,
    )


async def list_rights_on(conn: Queryable, agent_id: UUID, subject_ids: Sequence[UUID], on: date) -> list[Right]:
    """Of this agent on that day, of these subjects."""
    return await many(
        conn,
        Right,
        """SELECT subject_id, role, source, valid_from, valid_until
           FROM representatives
           WHERE agent_id = $1 AND subject_id = ANY($2::uuid[])
             AND valid_from <= $3 AND coalesce(valid_until, $3) >= $3
           ORDER BY subject_id, valid_from, role, source""",
        agent_id,
        subject_ids,
        on,
    )


async def list_represented_on(conn: Queryable, agent_id: UUID, on: date) -> list[UUID]:
    """For whom this agent may act on that day."""
    rows = await conn.fetch(
        """SELECT DISTINCT subject_id FROM representatives
           WHERE agent_id = $1 AND valid_from <= $2 AND coalesce(valid_until, $2) >= $2 ORDER BY 1""",
        agent_id,
        on,
    )
    return [row["subject_id"] for row in rows]


async def list_agents(conn: Queryable, subject_ids: Sequence[UUID], on: date) -> list[tuple[UUID, UUID, str]]:
    """Subject, who may act for it on that day, and as what."""
    rows = await conn.fetch(
        """SELECT DISTINCT subject_id, agent_id, role
           FROM representatives
           WHERE subject_id = ANY($1::uuid[]) AND valid_from <= $2 AND coalesce(valid_until, $2) >= $2
           ORDER BY subject_id, agent_id, role""",
        subject_ids,
        on,
    )
    return [(row["subject_id"], row["agent_id"], row["role"]) for row in rows]


async def exists_mandate(conn: Queryable, subject_id: UUID) -> bool:
    """Whether anything was ever said of who may act for this one, in force or withdrawn."""
    found: bool = await conn.fetchval("SELECT EXISTS (SELECT FROM mandates WHERE subject_id = $1)", subject_id)
    return found


async def list_dead(conn: Queryable, subject_ids: Sequence[UUID]) -> set[UUID]:
    rows = await conn.fetch(
        "SELECT subject_id FROM subjects WHERE subject_id = ANY($1::uuid[]) AND died_on IS NOT NULL", subject_ids
    )
    return {row["subject_id"] for row in rows}


async def list_represented_ids(conn: Queryable, agent_id: UUID) -> list[UUID]:
    """For whom this person has been said to act, at any time."""
    rows = await conn.fetch("SELECT DISTINCT subject_id FROM mandates WHERE agent_id = $1 ORDER BY 1", agent_id)
    return [row["subject_id"] for row in rows]
