"""Everything operators and their tools ask for."""

from backend.ops import api_docs, health, metrics, search_misses

HANDLERS = [*health.HANDLERS, *metrics.HANDLERS, *api_docs.HANDLERS, *search_misses.HANDLERS]
