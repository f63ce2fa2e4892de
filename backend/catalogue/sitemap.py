"""What search engines are told: every guide in the sitemap, and where they have no business."""

from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from litestar import MediaType, Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from backend.catalogue.directory import is_offered
from backend.catalogue.indexing import item_url
from backend.city.city import City
from backend.core.clock import local_date
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.revalidation import revalidated
from backend.core.http.state import resources_of

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PRIVATE = ("/api/", "/display", "/login", "/me", "/messages", "/wallet", "/services?")


@get("/sitemap.xml", opt=access(Access.PUBLIC), include_in_schema=False)
async def sitemap(request: Request[Any, Any, Any], city: Given[City]) -> ASGIResponse:
    """The sitemap protocol, 0.9: the directory and every guide that is offered, with the day it was last checked."""
    resources = resources_of(request)
    today, site = local_date(resources.clock.now()), resources.settings.public_url.rstrip("/")
    lines = [_url(f"{site}/"), _url(f"{site}/services")]
    lines += [
        _url(site + item_url(item.code), item.last_checked_on)
        for item in city.items.values()
        if is_offered(item, today)
    ]
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_NAMESPACE}">\n{chr(10).join(lines)}\n</urlset>\n'
    return revalidated(request, body.encode(), MediaType.XML)


@get("/robots.txt", opt=access(Access.PUBLIC), include_in_schema=False)
async def robots(request: Request[Any, Any, Any]) -> ASGIResponse:
    """RFC 9309. Nothing private is guarded by this; it only saves everybody the way."""
    site = resources_of(request).settings.public_url.rstrip("/")
    closed = "\n".join(f"Disallow: {path}" for path in _PRIVATE)
    return revalidated(request, f"User-agent: *\n{closed}\n\nSitemap: {site}/sitemap.xml\n".encode(), MediaType.TEXT)


def _url(address: str, changed_on: date | None = None) -> str:
    changed = f"<lastmod>{changed_on.isoformat()}</lastmod>" if changed_on else ""
    return f"<url><loc>{escape(address)}</loc>{changed}</url>"


HANDLERS: list[HTTPRouteHandler] = [sitemap, robots]
