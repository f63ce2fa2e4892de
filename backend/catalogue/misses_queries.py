"""Statements on what was searched in vain."""

from datetime import date

from msgspec import Struct

from backend.core.db import Database, many


class Miss(Struct, frozen=True):
    """Words that found nothing, how often, and on which day last."""

    query: str
    count: int
    last_on: date


async def upsert_miss(db: Database, day: date, query: str, most: int, oldest: date) -> None:
    """One more; a day that is full takes no new words. Deletes what is older than `oldest`."""
    await db.execute(
        """
        WITH outdated AS (
            DELETE FROM search_misses WHERE day < $4::date
        )
        INSERT INTO search_misses AS known (day, query, count)
        SELECT $1::date, $2::text, 1
         WHERE (SELECT count(*) FROM search_misses WHERE day = $1) < $3::int
            OR EXISTS (SELECT 1 FROM search_misses WHERE day = $1 AND query = $2)
            ON CONFLICT (day, query) DO UPDATE SET count = known.count + 1
        """,
        day,
        query,
        most,
        oldest,
    )


async def list_misses(db: Database, since: date, limit: int) -> list[Miss]:
    return await many(
        db,
        Miss,
        """
        SELECT query, sum(count)::int AS count, max(day) AS last_on
          FROM search_misses
         WHERE day >= $1
         GROUP BY query
         ORDER BY sum(count) DESC, max(day) DESC, query
         LIMIT $2
        """,
        since,
        limit,
    )


async def count_misses(db: Database, day: date) -> int:
    return int(await db.fetchval("SELECT coalesce(sum(count), 0) FROM search_misses WHERE day = $1", day))
