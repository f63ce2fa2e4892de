"""Statements of the catalogue: one function each."""

from datetime import date

import msgspec
from msgspec import Struct

from backend.catalogue.cursors import Place
from backend.catalogue.indexing import Row
from backend.catalogue.models import Asked
from backend.catalogue.search import Query
from backend.core.db import Database, Tx, many

TOP, IMPORTANCE, LENGTH, LONGEST_TITLE = 1_000_000, 10, 30, 60
"""A score in the statement below: the rank is TOP less the score. Statements are literals: they repeat the numbers."""


class Hit(Struct, frozen=True):
    """An item of a page, encoded, with its sorting values; `total` is the number of hits on all pages.

    `words`, `name` and `importance` are the parts of its score, where words were searched.
    """

    entry: bytes
    rank: int
    length: int
    position: int
    total: int
    item_code: str = ""
    words: int = 0
    name: int = 0
    importance: int = 0


class Match(Struct, frozen=True):
    """The word by which an item has one of the things that a query names; `concept` counts from 1."""

    item_code: str
    concept: int
    term: str
    place: int
    points: int


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

    An item scores, for each thing that the query names, the best of the words that may be meant times the place where
    it stands (title 10, other names 8, office 2); what the whole query is to its names; ten times its importance;
    less 30 for every character of its title. It has to have enough of what is named, and three fifths of the best.
    """
    return await many(
        db,
        Hit,
        """
        WITH best AS (
            SELECT item_code, concept, max(points * place) AS points
              FROM unnest($1::text[], $2::int[], $3::int[]) AS wanted (term, concept, points)
              JOIN item_terms USING (term)
             GROUP BY item_code, concept
        ), scored AS (
            SELECT item_code, sum(points)::int AS words,
                   sum(CASE WHEN ($4::int[])[concept] > 0 THEN points ELSE 0 END)::int AS named
              FROM best
             GROUP BY item_code
            HAVING sum(($4::int[])[concept]) >= $5::int
        ), found AS MATERIALIZED (
            SELECT item_code, words, named
              FROM scored JOIN item_search USING (item_code)
             WHERE ($8::text IS NULL OR $8 = ANY (themes))
               AND ($9::text IS NULL OR $9 = ANY (subjects))
               AND ($10::text IS NULL OR department = $10)
               AND ($11::text IS NULL OR $11 = ANY (reach))
               AND (effective_on IS NULL OR effective_on <= $12::date)
               AND (cancelled_on IS NULL OR cancelled_on > $12::date)
        ), compared AS (
            SELECT words, importance, char_length(title_key) AS length, position,
                   CASE WHEN title_key = $6::text OR $6 = ANY (aliases) OR title_en_key = ' ' || $6 || ' ' THEN 4000
                        WHEN $7::text IN (pinyin, initials) THEN 3000
                        WHEN starts_with(title_key, $6) OR starts_with(title_en_key, ' ' || $6 || ' ')
                             OR strpos(others, E'\n' || $6) > 0 THEN 1500
                        WHEN strpos(title_key, $6) > 0 OR strpos(title_en_key, ' ' || $6 || ' ') > 0
                             OR strpos(others, $6) > 0 THEN 1200
                        WHEN strpos(initials, $7) > 0 OR strpos(pinyin, $7) > 0 THEN 1000
                        ELSE 0
                    END AS name
              FROM found JOIN item_search USING (item_code),
                   concat(E'\n', array_to_string(aliases, E'\n')) AS others
             WHERE named * 5 >= 3 * (SELECT max(named) FROM found)
        ), ranked AS MATERIALIZED (
            SELECT greatest(0, 1000000 - words - name - 10 * importance + 30 * least(length, 60)) AS rank, length,
                   position, words, name, importance
              FROM compared
        ), page AS (
            SELECT rank, length, position, words, name, importance
              FROM ranked
             WHERE (rank, length, position) > ($13::int, $14::int, $15::int)
             ORDER BY rank, length, position
             LIMIT $16::int
        )
        SELECT entry, rank, length, position, (SELECT count(*) FROM ranked)::int AS total,
               item_code, words, name, page.importance
          FROM page JOIN item_search USING (position)
         ORDER BY rank, length, position
        """,
        *_wanted(query),
        [concept.need for concept in query.concepts],
        query.enough,
        query.key,
        query.letters,
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


async def list_matches(db: Database, query: Query, item_codes: list[str]) -> list[Match]:
    """By which word each of these items has each thing that the query names: what its `words` are the sum of."""
    return await many(
        db,
        Match,
        """
        SELECT DISTINCT ON (item_code, concept) item_code, concept, term, place, points * place AS points
          FROM unnest($1::text[], $2::int[], $3::int[]) AS wanted (term, concept, points)
          JOIN item_terms USING (term)
         WHERE item_code = ANY ($4::text[])
         ORDER BY item_code, concept, points * place DESC, term
        """,
        *_wanted(query),
        item_codes,
    )


def _wanted(query: Query) -> tuple[list[str], list[int], list[int]]:
    """The words in three columns: the word, the number of what is named (from 1), the points."""
    rows = [(each, number) for number, concept in enumerate(query.concepts, start=1) for each in concept.wanted]
    return [each.term for each, _ in rows], [number for _, number in rows], [each.points for each, _ in rows]


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
               item_code, version, position, entry, digest, title_key, title_en_key, aliases, pinyin, initials,
               importance, subjects, themes, reach, department, effective_on, cancelled_on)
        SELECT item_code, version, position, convert_to(entry, 'UTF8'), decode(digest, 'hex'), title_key, title_en_key,
               aliases, pinyin, initials, importance, subjects, themes, reach, department, effective_on, cancelled_on
          FROM jsonb_to_recordset($1::jsonb) AS given (
               item_code text, version int, position int, entry text, digest text, title_key text, title_en_key text,
               aliases text[], pinyin text, initials text, importance int, subjects text[], themes text[],
               reach text[], department text, effective_on date, cancelled_on date)
            ON CONFLICT (item_code) DO UPDATE
           SET version = excluded.version, position = excluded.position, entry = excluded.entry,
               digest = excluded.digest, title_key = excluded.title_key, title_en_key = excluded.title_en_key,
               aliases = excluded.aliases, pinyin = excluded.pinyin, initials = excluded.initials,
               importance = excluded.importance, subjects = excluded.subjects, themes = excluded.themes,
               reach = excluded.reach, department = excluded.department,
               effective_on = excluded.effective_on, cancelled_on = excluded.cancelled_on
        """,
        msgspec.json.encode(rows).decode(),
    )


async def delete_terms(tx: Tx, item_codes: list[str]) -> None:
    await tx.execute("DELETE FROM item_terms WHERE item_code = ANY ($1::text[])", item_codes)


async def insert_terms(tx: Tx, rows: list[Row]) -> None:
    """In the order in which they are looked up, so that what belongs to a word lies together."""
    terms = [(term, row.item_code, place) for row in rows for term, place in row.terms.items()]
    await tx.execute(
        """
        INSERT INTO item_terms (term, item_code, place)
        SELECT term, item_code, place
          FROM unnest($1::text[], $2::text[], $3::int[]) AS given (term, item_code, place)
         ORDER BY term, item_code
        """,
        [term for term, _, _ in terms],
        [code for _, code, _ in terms],
        [place for _, _, place in terms],
    )


async def list_letters(db: Database, today: date, *, english: bool) -> list[str]:
    """First letters of the items on offer, `#` for what begins otherwise."""
    rows = await db.fetch(
        """WITH spelt AS (
               SELECT upper(left(CASE WHEN $2 THEN btrim(coalesce(title_en_key, pinyin)) ELSE pinyin END, 1)) AS first
               FROM item_search
               WHERE coalesce(effective_on <= $1, true) AND coalesce(cancelled_on > $1, true))
           SELECT DISTINCT CASE WHEN first ~ '^[A-Z]$' THEN first ELSE '#' END AS letter FROM spelt ORDER BY letter""",
        today,
        english,
    )
    return [row["letter"] for row in rows]


async def list_entries_by_letter(db: Database, letter: str, today: date, limit: int, *, english: bool) -> list[bytes]:
    """Items of one letter in the order of the alphabet."""
    rows = await db.fetch(
        """SELECT entry
           FROM (SELECT entry, position,
                        CASE WHEN $4 THEN btrim(coalesce(title_en_key, pinyin)) ELSE pinyin END AS spelt
                 FROM item_search
                 WHERE coalesce(effective_on <= $2, true) AND coalesce(cancelled_on > $2, true)) AS t
           WHERE CASE WHEN upper(left(spelt, 1)) ~ '^[A-Z]$' THEN upper(left(spelt, 1)) ELSE '#' END = $1
           ORDER BY spelt, position LIMIT $3""",
        letter,
        today,
        limit,
        english,
    )
    return [row["entry"] for row in rows]
