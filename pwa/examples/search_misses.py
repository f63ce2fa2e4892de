"""The operators' list of what was searched in vain."""

from datetime import date

from pwa.views.search_misses import Miss, SearchMisses

SEARCH_MISSES = SearchMisses(
    days=30,
    misses=(
        Miss(query="量子纠缠", count=12, last_on=date(2026, 11, 20)),
        Miss(query="space licence", count=3, last_on=date(2026, 11, 18)),
    ),
)
