"""Statements on what was told about bills to those who act for who owes them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Tx, many


class Told(Struct, frozen=True):
    """`ended`: this reader might act no more, and it was taken back."""

    bill_id: UUID
    reader_id: UUID
    rule: str
    occasion: str
    ended: bool


async def insert_told(
    tx: Tx, subject_id: UUID, bill_id: UUID, readers: Sequence[UUID], rule: str, occasion: str, useful_until: datetime
) -> None:
    await tx.execute(
        """INSERT INTO bill_messages (subject_id, bill_id, reader_id, rule, occasion, useful_until)
           SELECT $1, $2, reader_id, $4, $5, $6 FROM unnest($3::uuid[]) AS t (reader_id)
           ON CONFLICT (subject_id, bill_id, reader_id, rule, occasion) DO NOTHING""",
        subject_id,
        bill_id,
        readers,
        rule,
        occasion,
        useful_until,
    )


async def list_told(tx: Tx, subject_id: UUID) -> list[Told]:
    """By reader, so that two never wait for each other in a circle."""
    return await many(
        tx,
        Told,
        """SELECT bill_id, reader_id, rule, occasion, ended_at IS NOT NULL AS ended
           FROM bill_messages WHERE subject_id = $1 ORDER BY reader_id, rule, occasion""",
        subject_id,
    )


async def delete_told(
    tx: Tx, subject_id: UUID, bill_id: UUID, rule: str, prefix: str, but: Sequence[UUID], standing: str | None
) -> set[UUID]:
    """Of one bill, for occasions that begin so. Returns the readers, of whom these are left out.

    `standing`: what has ended for a reader stays where its occasion begins so, to be given back.
    """
    rows = await tx.fetch(
        """DELETE FROM bill_messages
           WHERE subject_id = $1 AND bill_id = $2 AND rule = $3 AND starts_with(occasion, $4)
             AND reader_id <> ALL($5::uuid[])
             AND ($6::text IS NULL OR ended_at IS NULL OR NOT starts_with(occasion, $6))
           RETURNING reader_id""",
        subject_id,
        bill_id,
        rule,
        prefix,
        but,
        standing,
    )
    return {row["reader_id"] for row in rows}


async def delete_useless(tx: Tx, subject_id: UUID, but: str, now: datetime) -> None:
    """What goes nowhere any more, but for this rule."""
    await tx.execute(
        "DELETE FROM bill_messages WHERE subject_id = $1 AND rule <> $2 AND useful_until <= $3", subject_id, but, now
    )


async def update_ended(tx: Tx, subject_id: UUID, told: Sequence[Told], ended_at: datetime | None) -> None:
    """None: they hold again."""
    await tx.execute(
        """UPDATE bill_messages m SET ended_at = $6
           FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS n (bill_id, reader_id, rule, occasion)
           WHERE m.subject_id = $1 AND m.bill_id = n.bill_id AND m.reader_id = n.reader_id AND m.rule = n.rule
             AND m.occasion = n.occasion""",
        subject_id,
        [each.bill_id for each in told],
        [each.reader_id for each in told],
        [each.rule for each in told],
        [each.occasion for each in told],
        ended_at,
    )
