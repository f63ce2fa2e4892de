"""Loads a pack into the database, version by version, and reads the city back."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from backend.city import queries
from backend.city.city import City
from backend.city.errors import NoCityLoaded, UnknownItem, UnknownItemVersion
from backend.city.items import Item
from backend.city.pack import KINDS, Pack, assemble, entries_of
from backend.city.queries import New, Stored, Version
from backend.core.db import Database, Tx

_STRUCTS = {kind.name: kind.struct for kind in KINDS}
_ENCODER = msgspec.json.Encoder(order="deterministic")


class PackLoad(Struct, frozen=True):
    """What a load did, in numbers of entries. `changed_items`: codes of items that are new, other, or gone."""

    version: int
    added: int
    changed: int
    removed: int
    unchanged: int
    changed_items: tuple[str, ...]


class ItemVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a version was published and replaced, and from and until when it says that it applies."""

    version: int
    published_at: datetime
    superseded_at: datetime | None = None
    effective_on: date | None = None
    cancelled_on: date | None = None


async def load_pack(db: Database, pack: Pack, now: datetime) -> PackLoad:
    """Makes the pack the current one; the same pack again changes nothing.

    A changed entry becomes a new version; the old one stays, for the cases filed under it. A removed entry stays too,
    and may come back as the next version. Loads wait for one another.
    """
    entries = _as_first_versions(pack)
    digest = _digest(entries)
    async with db.transaction() as tx:
        await queries.lock_loads(tx)
        last = await queries.find_last_load(tx)
        if last is not None and last.content_hash == digest:
            return PackLoad(last.version, 0, 0, 0, len(entries), ())
        version = 1 if last is None else last.version + 1
        await queries.insert_load(tx, version, pack.profile.region, digest, now)
        return await _replace(tx, version, entries, now)


async def read_city(db: Database) -> City:
    """The current entries as one object; raises NoCityLoaded."""
    async with db.transaction(isolation="repeatable_read", readonly=True) as tx:
        last = await queries.find_last_load(tx)
        rows = await queries.list_current(tx)
    if last is None:
        raise NoCityLoaded
    pack = assemble(
        (row.kind, row.entry_key, msgspec.json.decode(row.content, type=_STRUCTS[row.kind])) for row in rows
    )
    return city_of(pack, last.version, {row.entry_key: row.version for row in rows if row.kind == "items"})


def city_of(pack: Pack, version: int = 1, item_versions: Mapping[str, int] | None = None) -> City:
    """The city of a pack that was just read; every item is at its first version unless told otherwise."""
    fields = msgspec.structs.asdict(pack)
    return City(**fields, version=version, item_versions=item_versions or dict.fromkeys(pack.items, 1))


async def find_version(db: Database) -> int | None:
    """The number of the last load, by which a process notices that its city is out of date."""
    last = await queries.find_last_load(db)
    return None if last is None else last.version


async def get_item_version(db: Database, code: str, version: int) -> Item:
    """An item as it was in that version, also where it has since been changed or removed; raises UnknownItemVersion."""
    content = await queries.find_content(db, "items", code, version)
    if content is None:
        raise UnknownItemVersion(item_code=code, version=version)
    return msgspec.json.decode(content, type=Item)


async def list_item_versions(db: Database, code: str) -> list[ItemVersion]:
    """Every version of an item, the first one first; raises UnknownItem."""
    rows = await queries.list_versions(db, "items", code)
    if not rows:
        raise UnknownItem(item_code=code)
    return [_version_of(row) for row in rows]


def _version_of(row: Version) -> ItemVersion:
    item = msgspec.json.decode(row.content, type=Item)
    return ItemVersion(
        version=row.version,
        published_at=row.loaded_at,
        superseded_at=row.superseded_at,
        effective_on=item.effective_on,
        cancelled_on=item.cancelled_on,
    )


async def _replace(tx: Tx, version: int, entries: Sequence[New], now: datetime) -> PackLoad:
    stored = {(old.kind, old.entry_key): old for old in await queries.list_stored(tx)}
    known = [(entry, stored.pop((entry.kind, entry.entry_key), None)) for entry in entries]
    added = [_after(entry, old) for entry, old in known if old is None or not old.current]
    changed = [
        _after(entry, old) for entry, old in known if old and old.current and old.content_hash != entry.content_hash
    ]
    removed = [old for old in stored.values() if old.current]
    gone: list[New | Stored] = [*changed, *removed]
    await queries.update_superseded(tx, [entry.kind for entry in gone], [entry.entry_key for entry in gone], now)
    await queries.insert_entries(tx, [*added, *changed], now)
    await queries.update_positions(tx, entries)
    items = tuple(entry.entry_key for entry in [*gone, *added] if entry.kind == "items")
    return PackLoad(version, len(added), len(changed), len(removed), len(entries) - len(added) - len(changed), items)


def _after(entry: New, old: Stored | None) -> New:
    return entry if old is None else msgspec.structs.replace(entry, version=old.version + 1)


def _as_first_versions(pack: Pack) -> list[New]:
    entries = []
    for position, (kind, key, value) in enumerate(entries_of(pack), 1):
        content = _ENCODER.encode(value)
        entries.append(New(kind, key, 1, position, content.decode(), hashlib.sha256(content).digest()))
    return entries


def _digest(entries: Sequence[New]) -> bytes:
    """Of the whole pack, the order of its entries included."""
    whole = hashlib.sha256()
    for entry in entries:
        whole.update(f"{entry.kind}/{entry.entry_key}/".encode() + entry.content_hash)
    return whole.digest()
