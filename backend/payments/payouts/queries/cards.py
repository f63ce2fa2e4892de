"""Statements on bank cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from backend.core.db import Queryable, Tx, many, maybe
from backend.payments.payouts.models import Card


class Sealed(Struct, frozen=True):
    key_id: str
    number_enc: bytes


class CardRow(NamedTuple):
    """A card as a department names it; `object_id` is its own entry."""

    subject_id: UUID
    card_id: UUID
    object_id: UUID
    number_hash: bytes
    number_enc: bytes
    last_four: str


async def update_removed(tx: Tx, rows: Sequence[CardRow], now: datetime) -> None:
    """What these entries named before."""
    await tx.execute(
        """UPDATE bank_cards c SET removed_at = $3, object_id = NULL
           FROM unnest($1::uuid[], $2::uuid[]) AS n (subject_id, object_id)
           WHERE c.subject_id = n.subject_id AND c.object_id = n.object_id""",
        [row.subject_id for row in rows],
        [row.object_id for row in rows],
        now,
    )


async def upsert_named(tx: Tx, rows: Sequence[CardRow], key_id: str, source: str, now: datetime) -> None:
    """A card that its holder had given keeps its id, and is the department's from now on."""
    await tx.execute(
        """INSERT INTO bank_cards AS c (subject_id, card_id, number_hash, key_id, number_enc, last_four, source,
                                        object_id, added_at)
           SELECT DISTINCT ON (subject_id, number_hash)
                  subject_id, card_id, number_hash, $7, number_enc, last_four, $8, object_id, $9
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::text[])
                AS n (subject_id, card_id, object_id, number_hash, number_enc, last_four)
           ORDER BY subject_id, number_hash, object_id
           ON CONFLICT (subject_id, number_hash) DO UPDATE
           SET removed_at = NULL, source = excluded.source, object_id = excluded.object_id""",
        *([getattr(row, name) for row in rows] for name in CardRow._fields),
        key_id,
        source,
        now,
    )


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
    """The id under which this number is kept. One that a department names stays named by it."""
    return UUID(
        str(
            await tx.fetchval(
                """INSERT INTO bank_cards AS c (subject_id, card_id, number_hash, key_id, number_enc, last_four, source,
                                                added_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (subject_id, number_hash) DO UPDATE
                   SET removed_at = NULL,
                       source = CASE WHEN c.object_id IS NULL THEN excluded.source ELSE c.source END
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
