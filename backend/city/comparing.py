"""A pack beside what is stored: which of its entries are new, other or gone, and which guides then read otherwise.

A version of an item stands for its whole guide as it reads: also for what it costs, and for the names of its office, of
licences and of sources. So an item is published anew where one of those has changed, though its own entry has not.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from backend.city.items import Item
from backend.city.pack import Pack
from backend.city.queries import New, Stored
from backend.city.references import references_of

NAMED = frozenset({"items", "departments", "licence_types", "sources"})
SHOWN = NAMED | {"fees"}
"""Kinds that a guide shows entries of; of NAMED ones only their names."""

Key = tuple[str, str]


class Differences(Struct, frozen=True):
    """`republished` are items that are as they were, but show something that is not."""

    added: list[New]
    changed: list[New]
    republished: list[New]
    removed: list[Stored]

    @property
    def items(self) -> tuple[str, ...]:
        """Codes of items whose guides are new, other, or gone."""
        touched: list[New | Stored] = [*self.changed, *self.republished, *self.removed, *self.added]
        return tuple(entry.entry_key for entry in touched if entry.kind == "items")


def compare(pack: Pack, entries: Sequence[New], stored: Sequence[Stored]) -> Differences:
    """`entries` are those of the pack, as first versions; what is returned of them has the number it is to get."""
    gone = {_key(old): old for old in stored}
    known = [(entry, gone.pop(_key(entry), None)) for entry in entries]
    current = [(entry, old) for entry, old in known if old is not None and old.current]
    changed = [(entry, old) for entry, old in current if entry.content_hash != old.content_hash]
    same = [(entry, old) for entry, old in current if entry.content_hash == old.content_hash]
    seen = {_key(entry) for entry, old in changed if _reads_otherwise(entry, old)}
    return Differences(
        added=[_after(entry, old) for entry, old in known if old is None or not old.current],
        changed=[_after(*pair) for pair in changed],
        republished=[_after(*pair) for pair in same if pair[0].kind == "items" and _shows(pack, pair[0], seen)],
        removed=[old for old in gone.values() if old.current],
    )


def _key(entry: New | Stored) -> Key:
    return entry.kind, entry.entry_key


def _after(entry: New, old: Stored | None) -> New:
    return entry if old is None else msgspec.structs.replace(entry, version=old.version + 1)


def _reads_otherwise(entry: New, old: Stored) -> bool:
    """Of what only its name is shown, a note or a date that is other changes nothing."""
    if entry.kind not in NAMED or old.name is None:
        return True
    facts = msgspec.json.decode(entry.content)
    return bool(msgspec.json.decode(old.name) != (facts.get("name") or facts["title"]))


def _shows(pack: Pack, entry: New, seen: set[Key]) -> bool:
    return not seen.isdisjoint(_shown_by(pack.items[entry.entry_key]))


def _shown_by(item: Item) -> Iterator[Key]:
    return ((kind, code) for _, kind, code in references_of(item) if code is not None and kind in SHOWN)
