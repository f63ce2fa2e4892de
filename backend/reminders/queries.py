"""SQL of the sweep: one function, one statement."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from backend.core.db import Database, Queryable, Tx, many, maybe, one
from backend.core.ids import uuid7
from backend.reminders.models import DueLicence, Ladder, Match

_PREFETCH = 2_000

MatchKey: TypeAlias = tuple[UUID, str, str]


class Watermark(Struct, frozen=True):
    completed_through: date | None
    snapshot_at: datetime | None


async def insert_sweep(db: Database, rule: str) -> None:
    await db.execute("INSERT INTO sweeps (rule) VALUES ($1) ON CONFLICT (rule) DO NOTHING", rule)


async def lock_watermark(tx: Tx, rule: str) -> Watermark:
    """Holds the rule's row until the end of the transaction: a second sweep waits and then finds the work done."""
    return await one(
        tx, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1 FOR UPDATE", rule
    )


async def get_watermark(tx: Tx, rule: str) -> Watermark:
    return await one(tx, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1", rule)


async def find_watermark(db: Database, rule: str) -> Watermark | None:
    return await maybe(db, Watermark, "SELECT completed_through, snapshot_at FROM sweeps WHERE rule = $1", rule)


async def update_watermark(tx: Tx, rule: str, as_of: date, snapshot_at: datetime, completed_at: datetime) -> None:
    await tx.execute(
        """UPDATE sweeps SET completed_through = greatest(completed_through, $2), snapshot_at = $3, completed_at = $4
           WHERE rule = $1""",
        rule,
        as_of,
        snapshot_at,
        completed_at,
    )


async def insert_sweep_run(
    tx: Tx, rule: str, as_of: date, started_at: datetime, completed_at: datetime, counts: str
) -> None:
    await tx.execute(
        """INSERT INTO sweep_runs (run_id, rule, as_of, started_at, completed_at, counts)
           VALUES ($1, $2, $3, $4, $5, $6::jsonb)""",
        uuid7(),
        rule,
        as_of,
        started_at,
        completed_at,
        counts,
    )


async def list_due(tx: Tx, ladder: Ladder, known_since: datetime | None) -> AsyncIterator[Match]:
    """Streams licences at a rung, by holder; its cost is that of the index entries of the days asked for.

    Without an earlier sweep (`known_since` None) every licence counts as just learnt of.
    """
    rows = tx.cursor(
        """SELECT subject_id, licence_id, licence_type, expires_on, held_back_by
           FROM remindable_licences
           WHERE licence_type = ANY($1::text[]) AND expires_on = ANY($2::date[])
             AND (expires_on = ANY($3::date[]) OR $4::timestamptz IS NULL OR changed_at >= $4)
           ORDER BY subject_id, licence_id""",
        ladder.licence_types,
        list(ladder.rung_of),
        list(ladder.fresh),
        known_since,
        prefetch=_PREFETCH,
    )
    async for row in rows:
        licence = DueLicence(*row)
        yield Match(licence, ladder.rung_of[licence.expires_on])


async def list_matched(conn: Queryable, matches: Sequence[Match]) -> set[MatchKey]:
    """Which of these have been told already."""
    rows = await conn.fetch(
        """SELECT m.subject_id, m.rule, m.occasion
           FROM unnest($1::uuid[], $2::text[], $3::text[]) AS asked (subject_id, rule, occasion)
           JOIN reminder_matches m ON m.subject_id = asked.subject_id AND m.rule = asked.rule
                                  AND m.occasion = asked.occasion""",
        [match.licence.subject_id for match in matches],
        [match.rule for match in matches],
        [match.occasion for match in matches],
    )
    return {(row["subject_id"], row["rule"], row["occasion"]) for row in rows}


async def insert_matches(tx: Tx, matches: Sequence[Match], message_ids: Sequence[UUID], now: datetime) -> set[MatchKey]:
    """Records what is told now and returns the keys that are new; the others were told before or are being told."""
    rows = await tx.fetch(
        """INSERT INTO reminder_matches
               (subject_id, rule, occasion, licence_id, rung, due_on, message_id, matched_at)
           SELECT subject_id, rule, occasion, licence_id, rung, due_on, message_id, $8
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::date[], $7::uuid[])
               AS new (subject_id, rule, occasion, licence_id, rung, due_on, message_id)
           ON CONFLICT (subject_id, rule, occasion) DO NOTHING
           RETURNING subject_id, rule, occasion""",
        [match.licence.subject_id for match in matches],
        [match.rule for match in matches],
        [match.occasion for match in matches],
        [match.licence.licence_id for match in matches],
        [match.rung for match in matches],
        [match.licence.expires_on for match in matches],
        message_ids,
        now,
    )
    return {(row["subject_id"], row["rule"], row["occasion"]) for row in rows}


class Settled(Struct, frozen=True):
    """A message that spoke of what has settled, and whether anything in it is still to be done.

    Rule and occasion are the message's own unless it is a digest; `settled` are occasions of matches.
    """

    message_id: UUID
    rule: str
    occasion: str
    digest: bool
    holds: bool
    settled: list[str]


async def settle_matches(tx: Tx, subject_id: UUID, now: datetime) -> list[Settled]:
    """Marks the person's open matches whose cause has vanished; returns the messages they were told in."""
    return await many(
        tx,
        Settled,
        """WITH open AS (
               SELECT m.rule, m.occasion, m.message_id,
                      coalesce(r.held_back_by IS NULL AND r.expires_on = m.due_on, false) AS holds
               FROM reminder_matches m
               LEFT JOIN remindable_licences r ON r.subject_id = $1 AND r.licence_id = m.licence_id
               WHERE m.subject_id = $1 AND m.settled_at IS NULL
           ), settled AS (
               UPDATE reminder_matches m SET settled_at = $2
               FROM open
               WHERE m.subject_id = $1 AND m.rule = open.rule AND m.occasion = open.occasion AND NOT open.holds
               RETURNING m.message_id
           )
           SELECT open.message_id, min(open.rule) AS rule, min(open.occasion) AS occasion,
                  (SELECT count(*) > 1 FROM reminder_matches a
                   WHERE a.subject_id = $1 AND a.message_id = open.message_id) AS digest,
                  bool_or(open.holds) AS holds,
                  array_agg(open.occasion) FILTER (WHERE NOT open.holds) AS settled
           FROM open WHERE open.message_id IN (SELECT settled.message_id FROM settled)
           GROUP BY open.message_id""",
        subject_id,
        now,
    )
