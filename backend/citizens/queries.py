"""The statements of this feature."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct, convert

from backend.citizens.models import DeathWord, Subject, SubjectId, SubjectKind
from backend.core.db import Queryable, Tx, many, maybe


class SealedSubject(Struct, frozen=True):
    subject_id: SubjectId
    kind: str
    key_id: str
    number_enc: bytes
    name_enc: bytes
    phone_enc: bytes | None
    born_on: date | None


class NewSubject(NamedTuple):
    subject_id: SubjectId
    kind: SubjectKind
    number_enc: bytes
    name_enc: bytes
    born_on: date | None


async def list_directory(conn: Queryable, hashes: Sequence[bytes]) -> dict[bytes, SubjectId]:
    """Known owners of these number hashes; what is unknown is left out."""
    rows = await conn.fetch(
        "SELECT number_hash, subject_id FROM subject_directory WHERE number_hash = ANY($1::bytea[])", hashes
    )
    return {row["number_hash"]: SubjectId(row["subject_id"]) for row in rows}


async def insert_directory(tx: Tx, entries: Sequence[tuple[bytes, SubjectId]]) -> set[bytes]:
    """Claims hashes that are still free and returns them; waits for another transaction that is claiming one."""
    rows = await tx.fetch(
        """INSERT INTO subject_directory (number_hash, subject_id)
           SELECT number_hash, subject_id FROM unnest($1::bytea[], $2::uuid[]) AS t (number_hash, subject_id)
           ORDER BY number_hash
           ON CONFLICT (number_hash) DO NOTHING
           RETURNING number_hash""",
        [number_hash for number_hash, _ in entries],
        [subject_id for _, subject_id in entries],
    )
    return {row["number_hash"] for row in rows}


async def insert_subjects(tx: Tx, subjects: Sequence[NewSubject], key_id: str, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, created_at, updated_at)
           SELECT subject_id, kind, $6, number_enc, name_enc, born_on, $7, $7
           FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::date[])
                AS t (subject_id, kind, number_enc, name_enc, born_on)""",
        *([getattr(subject, field) for subject in subjects] for field in NewSubject._fields),
        key_id,
        now,
    )


async def find_subject(conn: Queryable, subject_id: UUID) -> Subject | None:
    row = await conn.fetchrow(
        "SELECT subject_id, kind, born_on, died_on, moved_out_on FROM subjects WHERE subject_id = $1", subject_id
    )
    return None if row is None else convert(dict(row), Subject)


async def find_sealed(conn: Queryable, subject_id: UUID) -> SealedSubject | None:
    return await maybe(
        conn,
        SealedSubject,
        """SELECT subject_id, kind, key_id, number_enc, name_enc, phone_enc, born_on
           FROM subjects WHERE subject_id = $1""",
        subject_id,
    )


async def list_sealed(conn: Queryable, subject_ids: Sequence[UUID]) -> list[SealedSubject]:
    return await many(
        conn,
        SealedSubject,
        """SELECT subject_id, kind, key_id, number_enc, name_enc, phone_enc, born_on
           FROM subjects WHERE subject_id = ANY($1::uuid[])""",
        subject_ids,
    )


async def lock_sealed(tx: Tx, subject_id: UUID) -> SealedSubject | None:
    return await maybe(
        tx,
        SealedSubject,
        """SELECT subject_id, kind, key_id, number_enc, name_enc, phone_enc, born_on
           FROM subjects WHERE subject_id = $1 FOR UPDATE""",
        subject_id,
    )


async def lock_alone(tx: Tx, subject_id: UUID) -> None:
    await tx.execute("SELECT FROM subjects WHERE subject_id = $1 FOR UPDATE", subject_id)


async def lock_turn(tx: Tx, subject_id: UUID) -> None:
    await tx.execute("SELECT FROM subjects WHERE subject_id = $1 FOR NO KEY UPDATE", subject_id)


async def lock_shared(tx: Tx, subject_ids: Sequence[UUID]) -> None:
    """Sorted, so that two feeds never wait for each other in a circle."""
    await tx.execute(
        "SELECT FROM subjects WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id FOR KEY SHARE", subject_ids
    )


async def update_sealed(
    tx: Tx, subject_id: UUID, *, key_id: str, number: bytes, name: bytes, phone: bytes | None, now: datetime
) -> None:
    """All sealed columns at once, since one key id speaks for the row."""
    await tx.execute(
        """UPDATE subjects SET key_id = $2, number_enc = $3, name_enc = $4, phone_enc = $5, updated_at = $6
           WHERE subject_id = $1""",
        subject_id,
        key_id,
        number,
        name,
        phone,
        now,
    )


async def upsert_death_word(tx: Tx, word: DeathWord) -> None:
    """The latest word under one id stays. Only persons die."""
    await tx.execute(
        """INSERT INTO death_words AS w (subject_id, word_id, died_on, withdrawn, stated_at)
           SELECT subject_id, $2, $3, $4, $5 FROM subjects WHERE subject_id = $1 AND kind = 'person'
           ON CONFLICT (subject_id, word_id) DO UPDATE
           SET died_on = excluded.died_on, withdrawn = excluded.withdrawn, stated_at = excluded.stated_at
           WHERE w.stated_at <= excluded.stated_at""",
        word.subject_id,
        word.word_id,
        word.died_on,
        word.withdrawn,
        word.stated_at,
    )


async def find_death(tx: Tx, subject_id: UUID) -> date | None:
    """What follows from all words, in whatever order they came; of two of one moment, that somebody lives."""
    died_on: date | None = await tx.fetchval(
        """SELECT died_on FROM death_words WHERE subject_id = $1 AND NOT withdrawn
           ORDER BY stated_at DESC, died_on IS NULL DESC, word_id DESC LIMIT 1""",
        subject_id,
    )
    return died_on


async def update_death(tx: Tx, subject_id: UUID, died_on: date | None, now: datetime) -> bool:
    """True when this is news."""
    updated: bool | None = await tx.fetchval(
        """UPDATE subjects SET died_on = $2, updated_at = $3
           WHERE subject_id = $1 AND died_on IS DISTINCT FROM $2 RETURNING true""",
        subject_id,
        died_on,
        now,
    )
    return updated is True


async def update_move_out(
    tx: Tx, subject_id: UUID, moved_out_on: date | None, stated_at: datetime, now: datetime
) -> bool:
    """True when this is news; what was stated earlier than what is known changes nothing."""
    return bool(
        await tx.fetchval(
            """UPDATE subjects s SET moved_out_on = $2, move_stated_at = $3, updated_at = $4
               FROM (SELECT moved_out_on FROM subjects WHERE subject_id = $1 FOR UPDATE) AS before
               WHERE s.subject_id = $1 AND s.kind = 'person' AND coalesce(s.move_stated_at <= $3, true)
               RETURNING before.moved_out_on IS DISTINCT FROM s.moved_out_on""",
            subject_id,
            moved_out_on,
            stated_at,
            now,
        )
    )
