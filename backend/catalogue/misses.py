"""What was searched in vain: a need that nobody has told the hall of yet. Words and numbers of times, never persons."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from backend.catalogue import misses_queries as queries
from backend.catalogue.folding import fold, key
from backend.catalogue.misses_queries import Miss
from backend.catalogue.models import Asked
from backend.core.db import Database

LONGEST = 64
MOST_OF_A_DAY = 500  # different ones
KEPT_DAYS = 90
_MOST_DIGITS = 5
_DIGIT = re.compile(r"[0-9〇零一二三四五六七八九幺]")


async def note_miss(db: Database, asked: Asked, today: date) -> None:
    """Counts a search that found nothing in the whole catalogue, unless it may be about a person."""
    words = impersonal(asked.q)
    narrowed = asked.theme or asked.subject or asked.department or asked.reach or asked.after
    if words and not narrowed:
        oldest = today - timedelta(days=KEPT_DAYS)
        await queries.upsert_miss(db, today, words, MOST_OF_A_DAY, oldest)


def impersonal(typed: str) -> str | None:
    """The words as they are kept; None where nothing is left, or where digits or an @ may belong to somebody."""
    folded = fold(typed)
    if "@" in folded or len(_DIGIT.findall(folded)) > _MOST_DIGITS:
        return None
    return key(folded)[:LONGEST].strip() or None


def is_page(headers: Mapping[str, str]) -> bool:
    """A page that somebody looks at, not one that a script fetches while they are still typing (Fetch Metadata)."""
    return headers.get("sec-fetch-dest", "document") == "document"


async def list_misses(db: Database, today: date, days: int, limit: int) -> list[Miss]:
    """The most frequent of the last days."""
    return await queries.list_misses(db, today - timedelta(days=days - 1), limit)


async def count_misses(db: Database, today: date) -> int:
    """Searches in vain of this day, so far."""
    return await queries.count_misses(db, today)
