"""What may be meant, while it is being typed."""

from datetime import date

import msgspec

from backend.catalogue.models import Asked, ItemEntry, Suggestion, Suggestions
from backend.catalogue.search import parse_query
from backend.catalogue.service import find_hits
from backend.city.city import City
from backend.core.db import Database

MOST = 8
KEPT_S = 300  # for which a browser may keep an answer: it changes with the pack alone
_decoder = msgspec.json.Decoder(ItemEntry)


async def suggest(db: Database, city: City, typed: str, today: date) -> Suggestions:
    """At most eight items, in one statement; none where nothing can be searched. Raises QueryTooLong."""
    query = parse_query(city, typed)
    if query is None:
        return Suggestions(items=())
    hits = await find_hits(db, city, Asked(q=typed, limit=MOST), today)
    return Suggestions(items=tuple(_suggestion(hit.entry) for hit in hits[:MOST]), marks=query.marks)


def _suggestion(encoded: bytes) -> Suggestion:
    entry = _decoder.decode(encoded)
    department = entry.department.name if entry.department else None
    return Suggestion(code=entry.code, title=entry.title, url=entry.url, department=department)
