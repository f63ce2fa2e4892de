"""Everything operators and their tools ask for."""

from backend.ops import api_docs, health, metrics

HANDLERS = [*health.HANDLERS, *metrics.HANDLERS, *api_docs.HANDLERS]
