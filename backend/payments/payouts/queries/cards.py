"""Statements on bank cards."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, many, maybe
from backend.payments.payouts.models import Card


class Sealed(Struct, frozen=True):
    key_id: str
    number_enc: bytes


async def upsert_card(
    tx: Tx,
    subject_id: UUID,
    card_id: UUID,
    number_hash: bytes,
    key_id: str,
    number_enc: bytes,
    last_four: str,
    source: str,
    now: datetime,
) -> UUID:
    """The id under which this number is kept; a department's word about it outweighs the holder's."""
    return UUID(
        str(
            await tx.fetchval(
                """INSERT INTO bank_cards AS c (subject_id, card_id, number_hash, key_id, number_enc, last_four, source,
                                                added_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (subject_id, number_hash) DO UPDATE
                   SET removed_at = NULL,
                       source = CASE WHEN excluded.source = 'holder' THEN c.source ELSE excluded.source END
                   RETURNING card_id""",
                subject_id,
                card_id,
                number_hash,
                key_id,
                number_enc,
                last_four,
                source,
                now,
            )
        )
    )


async def list_cards(conn: Queryable, subject_id: UUID, limit: int) -> list[Card]:
    return await many(
        conn,
        Card,
        """SELECT card_id, last_four, source, added_at FROM bank_cards
           WHERE subject_id = $1 AND removed_at IS NULL
           ORDER BY source = 'holder', added_at DESC, card_id LIMIT $2""",
        subject_id,
        limit,
    )


async def find_card(conn: Queryable, subject_id: UUID, card_id: UUID) -> Card | None:
    return await maybe(
        conn,
        Card,
        "SELECT card_id, last_four, source, added_at FROM bank_cards WHERE subject_id = $1 AND card_id = $2",
        subject_id,
        card_id,
    )


async def find_sealed(conn: Queryable, subject_id: UUID, card_id: UUID) -> Sealed | None:
    return await maybe(
        conn,
        Sealed,
        "SELECT key_id, number_enc FROM bank_cards WHERE subject_id = $1 AND card_id = $2",
        subject_id,
        card_id,
    )
