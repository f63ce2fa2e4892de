"""POST /api/feeds/events."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.departments.event_feed import EventFeed
from backend.departments.receiving import FEED_ROUTE, receive_feed


@post("/api/feeds/events", summary="Events about persons and enterprises, one JSON object per line", **FEED_ROUTE)
async def feed_events(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    clock: NamedDependency[Clock],
    city: NamedDependency[City],
    keyring: NamedDependency[Keyring],
) -> Response[bytes]:
    """Newline-delimited JSON in, an answer for every line out; see docs/feeds.md."""
    return await receive_feed(request, db, clock, "events", lambda key: EventFeed(key, city, keyring))


HANDLERS = [feed_events]
