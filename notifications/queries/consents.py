"""Statements on consents: rows are added and read, never changed."""

from collections.abc import Sequence
from uuid import UUID

from notifications.models import Locale, Purpose, Word
from notifications.ports import Conn


async def insert_consent(tx: Conn, recipient_id: UUID, consent_id: UUID, word: Word) -> None:
    await tx.execute(
        """
        INSERT INTO consents (recipient_id, consent_id, purpose, given, text_version, text_hash, locale, said_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        recipient_id,
        consent_id,
        word.purpose,
        word.given,
        word.text_version,
        word.text_hash,
        word.locale,
        word.said_at,
    )


async def find_last(tx: Conn, recipient_id: UUID, purpose: str) -> bool | None:
    given: bool | None = await tx.fetchval(
        """
        SELECT given FROM consents WHERE recipient_id = $1 AND purpose = $2
        ORDER BY said_at DESC, consent_id DESC LIMIT 1
        """,
        recipient_id,
        purpose,
    )
    return given


async def list_last(conn: Conn, recipient_ids: Sequence[UUID]) -> dict[tuple[UUID, str], bool]:
    """(recipient, purpose) → the last word, where one was said."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (recipient_id, purpose) recipient_id, purpose, given
        FROM consents WHERE recipient_id = ANY($1::uuid[])
        ORDER BY recipient_id, purpose, said_at DESC, consent_id DESC
        """,
        recipient_ids,
    )
    return {(row["recipient_id"], row["purpose"]): row["given"] for row in rows}


async def list_consents(conn: Conn, recipient_id: UUID) -> list[Word]:
    rows = await conn.fetch(
        """
        SELECT purpose, given, text_version, text_hash, locale, said_at FROM consents WHERE recipient_id = $1
        ORDER BY said_at DESC, consent_id DESC
        """,
        recipient_id,
    )
    return [
        Word(
            purpose=Purpose(row["purpose"]),
            given=row["given"],
            text_version=row["text_version"],
            text_hash=row["text_hash"],
            locale=Locale(row["locale"]),
            said_at=row["said_at"],
        )
        for row in rows
    ]
