"""Making a pack the city's current one: its entries versioned, its items findable."""

import hashlib
from datetime import datetime
from pathlib import Path

from backend import catalogue, city
from backend.catalogue.service import index_items
from backend.city.pack import read_pack
from backend.city.service import PackLoad, find_published, load_pack, mark_published, read_city
from backend.core.db import Database

_READERS = (city, catalogue)  # the packages whose code decides what becomes of the files


async def publish_pack(db: Database, path: Path, now: datetime) -> PackLoad:
    """Loads the pack of a directory and indexes what has changed; doing it again, or after a crash, changes nothing.

    The same files again are not even read as a pack. Raises FaultyPack for one that `pack check` finds fault with.
    """
    source = _source_of(path)
    published = await find_published(db, source)
    if published is not None:
        return published
    load = await load_pack(db, read_pack(path), now)
    current = await read_city(db)
    async with db.transaction() as tx:
        await index_items(tx, current)
        await mark_published(tx, load.version, source)
    return load


def _source_of(path: Path) -> bytes:
    """Of every file of the pack, and of the code that reads them, each by its place and its content."""
    folders = [(path, "*.y*ml"), *((Path(package.__path__[0]), "*.py") for package in _READERS)]
    digest = hashlib.sha256()
    for folder, files in folders:
        for file in sorted(folder.rglob(files)):
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.digest()
