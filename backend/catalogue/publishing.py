"""Making a pack the city's current one: its entries versioned, its items findable."""

from datetime import datetime
from pathlib import Path

from backend.catalogue.service import index_items
from backend.city.pack import read_pack
from backend.city.service import PackLoad, load_pack, read_city
from backend.core.db import Database


async def publish_pack(db: Database, path: Path, now: datetime) -> PackLoad:
    """Loads the pack of a directory and indexes what has changed; doing it again, or after a crash, changes nothing.

    Raises FaultyPack for a pack that `pack check` finds fault with.
    """
    load = await load_pack(db, read_pack(path), now)
    city = await read_city(db)
    async with db.transaction() as tx:
        await index_items(tx, city)
    return load
