"""What a resident keeps at hand: favourites, and the items looked at last. Nothing is noted of anybody else."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.catalogue import shelf_queries as queries
from backend.catalogue.errors import TooManyFavourites
from backend.city.city import City
from backend.core.db import Database

MOST_FAVOURITES = 50
RECENT_KEPT = 8


class Shelf(Struct, frozen=True, kw_only=True):
    """Codes of items, the latest first."""

    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


async def read_shelf(db: Database, city: City, subject_id: UUID) -> Shelf:
    """One statement; items that have left the pack meanwhile are passed over."""
    rows = [row for row in await queries.list_shelved(db, subject_id) if row.item_code in city.items]
    return Shelf(
        favourites=tuple(row.item_code for row in rows if row.favourite),
        recent=tuple(row.item_code for row in rows if not row.favourite),
    )


async def use_item(db: Database, subject_id: UUID, item_code: str, now: datetime) -> bool:
    """Notes the item as the one looked at last; returns whether it is a favourite. One statement."""
    return await queries.upsert_recent(db, subject_id, item_code, now, RECENT_KEPT)


async def is_favourite(db: Database, subject_id: UUID, item_code: str) -> bool:
    return await queries.find_favourite(db, subject_id, item_code)


async def keep_favourite(db: Database, city: City, subject_id: UUID, item_code: str, now: datetime) -> None:
    """Repeating changes nothing. Raises UnknownItem and TooManyFavourites."""
    item = city.item(item_code)
    if not await queries.insert_favourite(db, subject_id, item.code, now, MOST_FAVOURITES):
        raise TooManyFavourites(most=MOST_FAVOURITES)


async def drop_favourite(db: Database, subject_id: UUID, item_code: str) -> None:
    """Also of an item that has left the pack. Repeating changes nothing."""
    await queries.delete_favourite(db, subject_id, item_code)


async def clear_recent(db: Database, subject_id: UUID) -> None:
    await queries.delete_recent(db, subject_id)
