"""What residents searched in vain: for whoever keeps the pack, to add synonyms, aliases and items by."""

from datetime import date
from typing import Any

from litestar import Request, Response, get
from msgspec import Struct

from backend.catalogue.misses import list_misses
from backend.core.clock import Clock, local_date
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from pwa.views.search_misses import Miss, SearchMisses

DAYS, MOST = 30, 200


class Misses(Struct, frozen=True, kw_only=True):
    """The most frequent of the last days; words that only one person may have typed are among them."""

    days: int
    as_of: date
    misses: tuple[Miss, ...]


@get("/ops/search-misses", opt=access(Access.OPERATOR), include_in_schema=False)
async def search_misses(request: Request[Any, Any, Any], db: Given[Database], clock: Given[Clock]) -> Response[Any]:
    """A page for browsers, JSON for programs."""
    today = local_date(clock.now())
    found = await list_misses(db, today, DAYS, MOST)
    misses = tuple(Miss(query=each.query, count=each.count, last_on=each.last_on) for each in found)
    if "text/html" in request.headers.get("accept", ""):
        return await page(request, "ops/search_misses.html", SearchMisses(days=DAYS, misses=misses), tab=None)
    return Response(Misses(days=DAYS, as_of=today, misses=misses), headers={"Cache-Control": "no-store"})


HANDLERS = [search_misses]
