"""POST /api/feeds/cards."""

from typing import Any

from litestar import Request, Response, post

from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.given import Given
from backend.departments.receiving import FEED_ROUTE, receive_feed
from backend.payments.payouts.card_feed import NAME, CardFeed


@post("/api/feeds/cards", summary="Bank cards of somebody, one JSON object per line", **FEED_ROUTE)
async def feed_cards(
    request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock], keyring: Given[Keyring]
) -> Response[bytes]:
    """Newline-delimited JSON in, an answer for every line out; see docs/feeds.md."""
    return await receive_feed(request, db, clock, NAME, lambda key: CardFeed(key, keyring))


HANDLERS = [feed_cards]
