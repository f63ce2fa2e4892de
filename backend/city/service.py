"""Loads a pack into the database, version by version, and reads the city back."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from backend.city import queries
from backend.city.city import City, Edition
from backend.city.comparing import SHOWN, compare
from backend.city.errors import NoCityLoaded, UnknownItem, UnknownItemVersion
from backend.city.items import Item
from backend.city.models import Fee, Strict
from backend.city.pack import KINDS, Pack, assemble, entries_of
from backend.city.queries import Current, New, Stored, Version
from backend.city.rules import Rule
from backend.core.db import Database, Queryable, Tx

_STRUCTS = {kind.name: kind.struct for kind in KINDS}
_ENCODER = msgspec.json.Encoder(order="deterministic")


class PackLoad(Struct, frozen=True):
    """What a load did, in numbers of entries. `republished` items are as they were, but something they show is not.

    `changed_items`: codes of items that are new, other, published anew, or gone.
    """

    version: int
    added: int
    changed: int
    republished: int
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

    A changed entry becomes a new version; the old one stays, for the cases filed under it. So does an item that shows
    what has changed. A removed entry stays too, and may come back as the next version. Loads wait for one another.
    """
    entries = _as_first_versions(pack)
    digest = _digest(entries)
    async with db.transaction() as tx:
        await queries.lock_loads(tx)
        last = await queries.find_last_load(tx)
        if last is not None and last.content_hash == digest:
            return PackLoad(last.version, 0, 0, 0, 0, len(entries), ())
        version = 1 if last is None else last.version + 1
        if last is not None:  # by their times it is known what was valid together, whatever the clock was set to
            now = max(now, last.loaded_at + timedelta(microseconds=1))
        await queries.insert_load(tx, version, pack.profile.region, digest, now)
        return await _replace(tx, version, pack, entries, now)


async def find_published(db: Database, source: bytes) -> PackLoad | None:
    """The last load as one that changes nothing, where it was made of this source and is published as a whole."""
    last = await queries.find_last_load(db)
    if last is None or last.source_hash != source:
        return None
    return PackLoad(last.version, 0, 0, 0, 0, await queries.count_current(db), ())


async def mark_published(tx: Tx, version: int, source: bytes) -> None:
    """Belongs into the transaction in which the last thing that follows from this load is done."""
    await queries.update_source(tx, version, source)


async def read_city(db: Database) -> City:
    """The current entries as one object; raises NoCityLoaded."""
    async with db.transaction(isolation="repeatable_read", readonly=True) as tx:
        last = await queries.find_last_load(tx)
        rows = await queries.list_current(tx)
    if last is None:
        raise NoCityLoaded
    pack = assemble((row.kind, row.entry_key, _decoded(row)) for row in rows)
    return city_of(pack, last.version, {row.entry_key: row.version for row in rows if row.kind == "items"})


def city_of(pack: Pack, version: int = 1, item_versions: Mapping[str, int] | None = None) -> City:
    """The city of a pack that was just read; every item is at its first version unless told otherwise."""
    fields = msgspec.structs.asdict(pack)
    return City(**fields, version=version, item_versions=item_versions or dict.fromkeys(pack.items, 1))


async def find_fee(conn: Queryable, code: str) -> Fee | None:
    """A fee item of the current pack, for whoever has no city at hand."""
    content = await queries.find_current(conn, "fees", code)
    return None if content is None else msgspec.json.decode(content, type=Fee)


async def find_rule(conn: Queryable, code: str) -> Rule | None:
    """A rule of the current pack, for whoever has no city at hand."""
    content = await queries.find_current(conn, "rules", code)
    return None if content is None else msgspec.json.decode(content, type=Rule)


async def find_version(db: Database) -> int | None:
    """The number of the last load, by which a process notices that its city is out of date."""
    last = await queries.find_last_load(db)
    return None if last is None else last.version


async def get_edition(db: Database, city: City, code: str, version: int) -> Edition:
    """An item as it was in that version, also where it has since been changed or removed; raises UnknownItemVersion.

    Its city is today's, but of the kinds that a guide shows it holds only what the item named, as it was then.
    """
    rows = await queries.list_named_by(db, code, version, SHOWN)
    if not rows:
        raise UnknownItemVersion(item_code=code, version=version)
    then: dict[str, dict[str, Any]] = {kind: {} for kind in SHOWN}
    for row in rows:
        then[row.kind][row.entry_key] = _decoded(row)
    return Edition(then["items"][code], version, msgspec.structs.replace(city, **then))


class EntryVersion(Struct, frozen=True):
    """An entry of any kind as it was in one version."""

    version: int
    content: Mapping[str, Any]
    loaded_at: datetime
    superseded_at: datetime | None


async def list_entry_versions(db: Database, kind: str, key: str) -> list[EntryVersion]:
    """Every version of an entry, the first one first."""
    return [
        EntryVersion(row.version, msgspec.json.decode(row.content), row.loaded_at, row.superseded_at)
        for row in await queries.list_versions(db, kind, key)
    ]


async def find_entry_version(conn: Queryable, kind: str, key: str) -> int | None:
    """The version of an entry that counts; None where the pack has no such entry (any more)."""
    return await queries.find_current_version(conn, kind, key)


async def list_current_versions(conn: Queryable, kind: str) -> Mapping[str, int]:
    """The versions that count, by the keys of the entries."""
    return dict(await queries.list_current_versions(conn, kind))


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


async def _replace(tx: Tx, version: int, pack: Pack, entries: Sequence[New], now: datetime) -> PackLoad:
    found = compare(pack, entries, await queries.list_stored(tx))
    new = [*found.changed, *found.republished]
    ended: list[New | Stored] = [*new, *found.removed]
    await queries.update_superseded(tx, [entry.kind for entry in ended], [entry.entry_key for entry in ended], now)
    await queries.insert_entries(tx, [*found.added, *new], now)
    await queries.update_positions(tx, entries)
    return PackLoad(
        version=version,
        added=len(found.added),
        changed=len(found.changed),
        republished=len(found.republished),
        removed=len(found.removed),
        unchanged=len(entries) - len(found.added) - len(new),
        changed_items=found.items,
    )


def _decoded(row: Current) -> Strict:
    return msgspec.json.decode(row.content, type=_STRUCTS[row.kind])


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
