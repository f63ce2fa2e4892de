"""What the catalogue does for others: index a pack, find items, describe one."""

from datetime import date

import msgspec

from backend.catalogue import queries
from backend.catalogue.cursors import Place, cursor_for, place_after
from backend.catalogue.indexing import Index
from backend.catalogue.lexicon import lexicon_of
from backend.catalogue.models import Alphabet, Asked, Indexed, ItemPage
from backend.catalogue.search import parse_query
from backend.city.city import City, Edition
from backend.city.service import get_edition
from backend.core.db import Database, Tx

MOST_OF_A_LETTER = 500


async def index_items(tx: Tx, city: City) -> Indexed:
    """Makes the items of the city findable; belongs into the transaction that loads the pack.

    Only what has changed is indexed again: a second run with the same pack writes nothing.
    """
    await queries.lock_index(tx)
    known = {row.item_code: row for row in await queries.list_known(tx)}
    index = Index(city)
    places = {code: position for position, code in enumerate(city.items, start=1)}
    digests = {code: row.digest for code, row in known.items()}
    changed = [item for code, item in city.items.items() if digests.get(code) != index.digest_of(item)]
    moved = {code: places[code] for code in places.keys() & known.keys() if known[code].position != places[code]}
    removed = await queries.delete_all_but(tx, list(places)) if known.keys() - places.keys() else 0
    if moved:
        await queries.update_positions(tx, moved)
    if changed:
        rows = [index.row_of(item) for item in changed]
        await queries.upsert_rows(tx, rows)
        await queries.delete_terms(tx, [row.item_code for row in rows])
        await queries.insert_terms(tx, rows)
    return Indexed(changed=len(changed), removed=removed, unchanged=len(places) - len(changed))


async def find_items(db: Database, city: City, asked: Asked, today: date) -> ItemPage:
    """One page of what was asked for, in one statement. Raises QueryTooLong, BadCursor and StaleCursor."""
    return page_of(await find_hits(db, city, asked, today), city, asked)


async def find_hits(db: Database, city: City, asked: Asked, today: date) -> list[queries.Hit]:
    """The rows of the page, and one more where there are further ones. Raises as `find_items`."""
    after = place_after(asked, city.version)
    if not asked.q.strip():
        return await queries.list_items(db, asked, after, today)
    query = parse_query(city, asked.q)
    return await queries.list_matching_items(db, query, asked, after, today) if query else []


def page_of(hits: list[queries.Hit], city: City, asked: Asked) -> ItemPage:
    page = hits[: asked.limit]
    more = len(hits) > asked.limit
    last = Place(page[-1].rank, page[-1].length, page[-1].position) if more else None
    return ItemPage(
        items=[msgspec.Raw(hit.entry) for hit in page],
        next=cursor_for(asked, city.version, last) if last else None,
        total=hits[0].total if hits else 0,
    )


async def read_alphabet(db: Database, letter: str, today: date, *, english: bool) -> Alphabet:
    """One letter of the index, the first there is when the one asked for has none."""
    letters = await queries.list_letters(db, today, english=english)
    chosen = letter if letter in letters else next(iter(letters), "")
    entries = await queries.list_entries_by_letter(db, chosen, today, MOST_OF_A_LETTER, english=english)
    return Alphabet(tuple(letters), chosen, tuple(entries))


async def read_item(db: Database, city: City, code: str, version: int | None = None) -> Edition:
    """An item in one of its versions: the current one from memory, an earlier one in one statement.

    Raises UnknownItem and UnknownItemVersion.
    """
    if version is None or version == city.item_versions.get(code):
        return Edition(city.item(code), city.item_version(code), city)
    return await get_edition(db, city, code, version)


def warm_up(city: City) -> None:
    """Loads the dictionary and makes the city's lexicon (some 150 ms), so that no visitor waits for it."""
    lexicon_of(city)
