"""Statements on callbacks: those that were verified, and the count of those that were not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from backend.core.db import Database, Tx, fetch_each, many, structs


class CallbackRow(NamedTuple):
    """A verified callback; the columns of `insert_callbacks` in order. `headers`, `observation`: JSON."""

    channel: str
    event_key: str
    received_at: datetime
    headers: str
    body: bytes
    serial: str
    observation: str


class Waiting(Struct, frozen=True):
    """A verified callback that speaks of something not known yet."""

    channel: str
    event_key: str
    observation: str
    tries: int
    received_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.channel, self.event_key


async def insert_callbacks(tx: Tx, rows: Sequence[CallbackRow]) -> set[tuple[str, str]]:
    """As applied, which they are when this transaction commits; channel and event key of those not there before.

    One that another transaction is inserting is waited for.
    """
    inserted = await fetch_each(
        tx,
        """INSERT INTO payment_callbacks (channel, event_key, received_at, headers, body, serial, observation, verdict,
                                          handled_at)
           VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7::jsonb, 'applied', $3)
           ON CONFLICT (channel, event_key) DO NOTHING RETURNING channel, event_key""",
        rows,
    )
    return {(row["channel"], row["event_key"]) for row in inserted}


async def lock_waiting(tx: Tx, keys: Sequence[tuple[str, str]]) -> list[Waiting]:
    """By channel and event key, locked in this order; those that have been handled are left out."""
    found = await fetch_each(
        tx,
        """SELECT channel, event_key, observation::text AS observation, tries, received_at
           FROM payment_callbacks
           WHERE channel = $1 AND event_key = $2 AND handled_at IS NULL FOR UPDATE""",
        keys,
    )
    return structs(Waiting, found)


async def update_verdict(
    tx: Tx, channel: str, event_key: str, verdict: str, handled_at: datetime | None, next_at: datetime | None
) -> None:
    await tx.execute(
        """UPDATE payment_callbacks SET verdict = $3, handled_at = $4, next_at = $5, tries = tries + 1
           WHERE channel = $1 AND event_key = $2""",
        channel,
        event_key,
        verdict,
        handled_at,
        next_at,
    )


async def list_waiting(db: Database, now: datetime, limit: int) -> list[Waiting]:
    return await many(
        db,
        Waiting,
        """SELECT channel, event_key, observation::text AS observation, tries, received_at
           FROM payment_callbacks WHERE handled_at IS NULL AND next_at <= $1 ORDER BY next_at LIMIT $2""",
        now,
        limit,
    )


async def upsert_refused(
    db: Database, channel: str, reason: str, minute: int, size: int, sha256: bytes, now: datetime
) -> None:
    """One row for a minute of the day; yesterday's count of that minute is forgotten."""
    await db.execute(
        """INSERT INTO payment_callbacks_refused AS r (channel, reason, minute, at, count, bytes, sha256)
           VALUES ($1, $2, $3, $6, 1, $4, $5)
           ON CONFLICT (channel, reason, minute) DO UPDATE SET
               count = CASE WHEN r.at > $6::timestamptz - interval '1 hour' THEN r.count + 1 ELSE 1 END,
               at = excluded.at, bytes = excluded.bytes, sha256 = excluded.sha256""",
        channel,
        reason,
        minute,
        size,
        sha256,
        now,
    )
