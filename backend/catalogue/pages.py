"""The screens of the catalogue: public, the same for everybody."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from backend.catalogue.asking import ask, version_number
from backend.catalogue.directory import (
    DEPARTMENTS,
    EVERYTHING,
    Choice,
    departments_view,
    package_view,
    results_view,
    services_view,
)
from backend.catalogue.errors import BadCursor, StaleCursor
from backend.catalogue.guides import guide_view
from backend.catalogue.models import Asked, ItemPage
from backend.catalogue.service import find_items, read_item
from backend.city.city import City
from backend.city.models import Subject
from backend.core.clock import local_date
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.http.state import resources_of
from pwa.views.shell import Tab


@get("/services", opt=access(Access.PUBLIC), include_in_schema=False)
async def show_services(
    request: Request[Any, Any, Any],
    city: Given[City],
    q: FromQuery[str] = "",
    theme: FromQuery[str | None] = None,
    subject: FromQuery[str | None] = None,
    department: FromQuery[str | None] = None,
    reach: FromQuery[str | None] = None,
    package: FromQuery[str | None] = None,
    view: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The directory; with a choice or words, what they find."""
    asked = ask(city, q=q, theme=theme, subject=subject, department=department, reach=reach, after=after)
    if package and not q.strip():
        return await page(request, "catalogue/search.html", package_view(city, package), tab=Tab.SERVICES)
    choice = Choice(asked=asked, everything=view == EVERYTHING)
    today = local_date(resources_of(request).clock.now())
    if _is_directory(choice):
        by_department = view == DEPARTMENTS
        audience = asked.subject or Subject.PERSON
        directory = departments_view(city, today) if by_department else services_view(city, audience, today)
        return await page(request, "catalogue/services.html", directory, tab=Tab.SERVICES)
    found = await _find(resources_of(request).db, city, asked, today)
    return await page(request, "catalogue/search.html", results_view(city, choice, found), tab=Tab.SERVICES)


def _is_directory(choice: Choice) -> bool:
    asked = choice.asked
    return not (choice.everything or asked.q.strip() or asked.theme or asked.department or asked.reach)


async def _find(db: Database, city: City, asked: Asked, today: date) -> ItemPage:
    """A person who follows an old link to a further page gets the first one, not an error."""
    try:
        return await find_items(db, city, asked, today)
    except (BadCursor, StaleCursor):
        return await find_items(db, city, msgspec.structs.replace(asked, after=None), today)


@get("/services/{code:str}", opt=access(Access.PUBLIC), include_in_schema=False)
async def show_guide(
    request: Request[Any, Any, Any],
    city: Given[City],
    code: FromPath[str],
    version: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The guide of an item; with `version` as it was then, saying so."""
    resources = resources_of(request)
    item, number = await read_item(resources.db, city, code, version_number(version))
    view = guide_view(city, item, number, local_date(resources.clock.now()))
    return await page(request, "catalogue/guide.html", view, tab=Tab.SERVICES)


HANDLERS: list[HTTPRouteHandler] = [show_services, show_guide]
