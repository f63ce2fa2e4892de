"""Statements of the catalogue: one function each."""

from datetime import date

import msgspec
from msgspec import Struct

from backend.catalogue.cursors import Place
from backend.catalogue.indexing import Row
from backend.catalogue.models import Asked
from backend.catalogue.search import Query
from backend.core.db import Database, Tx, many


class Hit(Struct, frozen=True):
    """An item of a page, encoded, with its sorting values; `total` is the number of hits on all pages."""

    entry: bytes
    rank: int
    length: int
    position: int
    total: int


class Known(Struct, frozen=True):
    item_code: str
    digest: bytes
    position: int


async def list_items(db: Database, asked: Asked, after: Place, today: date) -> list[Hit]:
    """Everything that the filters let through, in the order of the pack; one row more than asked for."""
    return await many(
        db,
        Hit,
        """
        WITH found AS MATERIALIZED (
            SELECT position
              FROM item_search
             WHERE ($1::text IS NULL OR $1 = ANY (themes))
               AND ($2::text IS NULL OR $2 = ANY (subjects))
               AND ($3::text IS NULL OR department = $3)
               AND ($4::text IS NULL OR $4 = ANY (reach))
               AND (effective_on IS NULL OR effective_on <= $5::date)
               AND (cancelled_on IS NULL OR cancelled_on > $5::date)
        ), page AS (
            SELECT position
              FROM found
             WHERE position > $6::int
             ORDER BY position
             LIMIT $7::int
        )
        SELECT entry, 0 AS rank, 0 AS length, position, (SELECT count(*) FROM found)::int AS total
          FROM page JOIN item_search USING (position)
         ORDER BY position
        """,
        asked.theme,
        asked.subject,
        asked.department,
        asked.reach,
        today,
        after.position,
        asked.limit + 1,
    )


async def list_matching_items(db: Database, query: Query, asked: Asked, after: Place, today: date) -> list[Hit]:
    """What the query finds, best first; one row more than asked for.

    Ranks: 0 the name itself · 1 the title begins so · 2 the title holds it in one piece · 3 all words in the title ·
    4 all words in title and other names · 5 the words that matter in the title, or exactly its pinyin or initials ·
    6 its pinyin or initials begin so · 7 hold it · 8 found elsewhere. Then short titles first, then the pack's order.
    """
    return await many(
        db,
        Hit,
        """
        WITH found AS MATERIALIZED (
            SELECT char_length(title_key) AS length, position,
                   CASE WHEN title_key = $1::text OR $1 = ANY (aliases) OR title_en_key = ' ' || $1 || ' ' THEN 0
                        WHEN starts_with(title_key, $1) OR starts_with(title_en_key, ' ' || $1 || ' ') THEN 1
                        WHEN strpos(title_key, $1) > 0 OR strpos(title_en_key, ' ' || $1 || ' ') > 0 THEN 2
                        WHEN title_key LIKE ALL ($2::text[]) OR title_en_key LIKE ALL ($3::text[]) THEN 3
                        WHEN names LIKE ALL ($2::text[]) THEN 4
                        WHEN title_key LIKE ALL ($4::text[]) OR title_en_key LIKE ALL ($5::text[])
                             OR $6::text IN (pinyin, initials) THEN 5
                        WHEN starts_with(initials, $6) OR starts_with(pinyin, $6) THEN 6
                        WHEN strpos(initials, $6) > 0 OR strpos(pinyin, $6) > 0 THEN 7
                        ELSE 8
                    END AS rank
              FROM item_search
             WHERE (tokens @@ $7::text::tsquery OR tokens @@ to_tsquery('pg_catalog.english', $8::text))
               AND ($9::text IS NULL OR $9 = ANY (themes))
               AND ($10::text IS NULL OR $10 = ANY (subjects))
               AND ($11::text IS NULL OR department = $11)
               AND ($12::text IS NULL OR $12 = ANY (reach))
               AND (effective_on IS NULL OR effective_on <= $13::date)
               AND (cancelled_on IS NULL OR cancelled_on > $13::date)
        ), page AS (
            SELECT rank, length, position
              FROM found
             WHERE (rank, length, position) > ($14::int, $15::int, $16::int)
             ORDER BY rank, length, position
             LIMIT $17::int
        )
        SELECT entry, rank, length, position, (SELECT count(*) FROM found)::int AS total
          FROM page JOIN item_search USING (position)
         ORDER BY rank, length, position
        """,
        query.key,
        [f"%{word}%" for word in query.words],
        [f"% {word} %" for word in query.words],
        [f"%{word}%" for word in query.needed],
        [f"% {word} %" for word in query.needed],
        query.letters,
        query.tsquery,
        query.english,
        asked.theme,
        asked.subject,
        asked.department,
        asked.reach,
        today,
        after.rank,
        after.length,
        after.position,
        asked.limit + 1,
    )


async def lock_index(tx: Tx) -> None:
    """Two loads at once index one after the other; searching goes on meanwhile."""
    await tx.execute("LOCK TABLE item_search IN SHARE ROW EXCLUSIVE MODE")


async def list_known(tx: Tx) -> list[Known]:
    return await many(tx, Known, "SELECT item_code, digest, position FROM item_search")


async def delete_all_but(tx: Tx, item_codes: list[str]) -> int:
    deleted = await tx.execute("DELETE FROM item_search WHERE item_code <> ALL ($1::text[])", item_codes)
    return int(deleted.split()[-1])


async def update_positions(tx: Tx, positions: dict[str, int]) -> None:
    await tx.execute(
        """
        UPDATE item_search AS known
           SET position = given.position
          FROM unnest($1::text[], $2::int[]) AS given (item_code, position)
         WHERE known.item_code = given.item_code
        """,
        list(positions),
        list(positions.values()),
    )


async def upsert_rows(tx: Tx, rows: list[Row]) -> None:
    """All rows in one statement; they travel as JSON because lists of different lengths do not fit into an array."""
    await tx.execute(
        """
        INSERT INTO item_search AS known (
               item_code, version, position, entry, digest, title_key, title_en_key, aliases, names, pinyin, initials,
               tokens, subjects, themes, reach, department, effective_on, cancelled_on)
        SELECT item_code, version, position, convert_to(entry, 'UTF8'), decode(digest, 'hex'), title_key, title_en_key,
               aliases, names, pinyin, initials,
               array_to_tsvector(string_to_array(tokens, ' ')) || to_tsvector('pg_catalog.english', english),
               subjects, themes, reach, department, effective_on, cancelled_on
          FROM jsonb_to_recordset($1::jsonb) AS given (
               item_code text, version int, position int, entry text, digest text, title_key text, title_en_key text,
               aliases text[], names text, pinyin text, initials text, tokens text, english text, subjects text[],
               themes text[], reach text[], department text, effective_on date, cancelled_on date)
            ON CONFLICT (item_code) DO UPDATE
           SET version = excluded.version, position = excluded.position, entry = excluded.entry,
               digest = excluded.digest, title_key = excluded.title_key, title_en_key = excluded.title_en_key,
               aliases = excluded.aliases, names = excluded.names, pinyin = excluded.pinyin,
               initials = excluded.initials, tokens = excluded.tokens, subjects = excluded.subjects,
               themes = excluded.themes, reach = excluded.reach, department = excluded.department,
               effective_on = excluded.effective_on, cancelled_on = excluded.cancelled_on
        """,
        msgspec.json.encode(rows).decode(),
    )
