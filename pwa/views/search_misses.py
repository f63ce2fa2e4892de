"""What was searched in vain, for operators."""

from datetime import date

from msgspec import Struct


class Miss(Struct, frozen=True, kw_only=True):
    """Words that found nothing; how often, and on which day last."""

    query: str
    count: int
    last_on: date


class SearchMisses(Struct, frozen=True, kw_only=True):
    """Of the last `days`, the most frequent first."""

    days: int
    misses: tuple[Miss, ...] = ()
