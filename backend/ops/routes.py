"""Everything operators and their tools ask for."""

from backend.ops import api_docs, health, metrics, overview, search_misses

HANDLERS = [*health.HANDLERS, *metrics.HANDLERS, *api_docs.HANDLERS, *overview.HANDLERS, *search_misses.HANDLERS]
