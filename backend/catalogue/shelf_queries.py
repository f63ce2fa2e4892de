"""Statements on what residents keep at hand, and on how often items are looked at."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from backend.core.db import Database, Tx, many


class Shelved(Struct, frozen=True):
    item_code: str
    favourite: bool


async def list_shelved(db: Database, subject_id: UUID) -> list[Shelved]:
    """Favourites and recently used ones, each group with the latest first."""
    return await many(
        db,
        Shelved,
        """SELECT item_code, favourite
           FROM (SELECT item_code, true AS favourite, kept_at AS at FROM favourite_items WHERE subject_id = $1
                 UNION ALL
                 SELECT item_code, false, used_at FROM recent_items WHERE subject_id = $1) AS shelf
           ORDER BY favourite DESC, at DESC, item_code""",
        subject_id,
    )


async def upsert_recent(db: Database, subject_id: UUID, item_code: str, now: datetime, kept: int) -> bool:
    """Puts the item first among the `kept` latest and forgets the rest; returns whether it is a favourite."""
    return bool(
        await db.fetchval(
            """WITH used AS (
                   INSERT INTO recent_items AS r (subject_id, item_code, used_at) VALUES ($1, $2, $3)
                   ON CONFLICT (subject_id, item_code) DO UPDATE SET used_at = greatest(r.used_at, excluded.used_at)),
               others AS (
                   SELECT item_code, row_number() OVER (ORDER BY used_at DESC, item_code) AS place
                   FROM recent_items WHERE subject_id = $1 AND item_code <> $2),
               forgotten AS (
                   DELETE FROM recent_items r USING others
                   WHERE r.subject_id = $1 AND r.item_code = others.item_code AND others.place >= $4::int)
               SELECT EXISTS (SELECT 1 FROM favourite_items WHERE subject_id = $1 AND item_code = $2)""",
            subject_id,
            item_code,
            now,
            kept,
        )
    )


async def find_favourite(db: Database, subject_id: UUID, item_code: str) -> bool:
    return bool(
        await db.fetchval(
            "SELECT EXISTS (SELECT 1 FROM favourite_items WHERE subject_id = $1 AND item_code = $2)",
            subject_id,
            item_code,
        )
    )


async def insert_favourite(db: Database, subject_id: UUID, item_code: str, now: datetime, most: int) -> bool:
    """False where there are `most` of others already; one that is there stays as it is."""
    return bool(
        await db.fetchval(
            """INSERT INTO favourite_items AS f (subject_id, item_code, kept_at)
               SELECT $1, $2, $3
               WHERE (SELECT count(*) FROM favourite_items WHERE subject_id = $1 AND item_code <> $2) < $4::int
               ON CONFLICT (subject_id, item_code) DO UPDATE SET kept_at = f.kept_at
               RETURNING true""",
            subject_id,
            item_code,
            now,
            most,
        )
    )


async def delete_favourite(db: Database, subject_id: UUID, item_code: str) -> None:
    await db.execute("DELETE FROM favourite_items WHERE subject_id = $1 AND item_code = $2", subject_id, item_code)


async def delete_recent(db: Database, subject_id: UUID) -> None:
    await db.execute("DELETE FROM recent_items WHERE subject_id = $1", subject_id)


async def add_uses(tx: Tx, day: date, uses: Mapping[str, int]) -> None:
    """In the order of the codes, so that several processes never wait for one another in a circle."""
    codes = sorted(uses)
    await tx.execute(
        """INSERT INTO item_uses AS u (day, item_code, uses)
           SELECT $1, item_code, uses FROM unnest($2::text[], $3::bigint[]) AS given (item_code, uses)
           ON CONFLICT (day, item_code) DO UPDATE SET uses = u.uses + excluded.uses""",
        day,
        codes,
        [uses[code] for code in codes],
    )


async def delete_uses_before(tx: Tx, day: date) -> None:
    await tx.execute("DELETE FROM item_uses WHERE day < $1", day)


async def list_most_used(tx: Tx, since: date, least: int, item_codes: Sequence[str], limit: int) -> list[str]:
    """The items of `item_codes` used at least so often since that day, the most used first."""
    rows = await tx.fetch(
        """SELECT item_code FROM item_uses
           WHERE day >= $1 AND item_code = ANY ($3::text[])
           GROUP BY item_code HAVING sum(uses) >= $2::int
           ORDER BY sum(uses) DESC, item_code LIMIT $4""",
        since,
        least,
        item_codes,
        limit,
    )
    return [row[0] for row in rows]
