"""How well search finds: every query of the list, what it was meant to find, and where that came."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from backend.catalogue.models import Asked, ItemEntry
from backend.catalogue.service import find_items
from backend.city.city import City
from backend.core.db import Database

FIRST, FIRST_THREE = 0.80, 0.95
_QUERIES = Path(__file__).parent / "queries.yaml"
_LOOKED_AT = 10


class Said(Struct, frozen=True):
    """What is typed, the codes of the items of which one is meant, and why."""

    typed: str
    meant: tuple[str, ...]
    why: str


class Result(Struct, frozen=True):
    """`place` of the first item that was meant, from 1; None where it is not among the first ten."""

    said: Said
    place: int | None
    found: tuple[str, ...]

    def __str__(self) -> str:
        instead = "、".join(self.found[:3]) or "nothing"
        return f"{self.said.typed} ({self.said.why}): {self.place or 'not found'}; first {instead}"


class Quality(Struct, frozen=True):
    results: Sequence[Result]

    def within(self, places: int) -> float:
        """The share of queries of which what is meant is among the first."""
        return sum(1 for each in self.results if each.place and each.place <= places) / len(self.results)

    def beyond(self, places: int) -> list[Result]:
        return [each for each in self.results if not each.place or each.place > places]


def queries(kind: str) -> list[Said]:
    """`tuned` or `held_out`."""
    listed = yaml.safe_load(_QUERIES.read_text())[kind]
    return [Said(str(typed), tuple(map(str, meant)), why) for typed, meant, why in listed]


async def measure(db: Database, city: City, said: Sequence[Said], today: date) -> Quality:
    return Quality([await _search(db, city, each, today) for each in said])


async def _search(db: Database, city: City, said: Said, today: date) -> Result:
    page = await find_items(db, city, Asked(q=said.typed, limit=_LOOKED_AT), today)
    entries = [msgspec.json.decode(entry, type=ItemEntry) for entry in page.items]
    place = next((place for place, entry in enumerate(entries, start=1) if entry.code in said.meant), None)
    return Result(said, place, tuple(entry.title.zh for entry in entries))
