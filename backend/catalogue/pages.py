"""办事: the directory and what a search has found. Signed in, with what the resident keeps at hand."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from backend.catalogue.asking import ask
from backend.catalogue.directory import (
    DEPARTMENTS,
    EVERYTHING,
    LETTERS,
    AtHand,
    Choice,
    departments_view,
    letters_view,
    package_view,
    results_view,
    services_view,
)
from backend.catalogue.errors import BadCursor, StaleCursor
from backend.catalogue.misses import is_page, note_miss
from backend.catalogue.models import Asked, ItemPage
from backend.catalogue.often import often_of
from backend.catalogue.service import find_items, read_alphabet
from backend.catalogue.shelf import read_shelf
from backend.city.city import City
from backend.city.models import Subject
from backend.core.clock import local_date
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.display import locale_of
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.http.state import current_session, resources_of
from pwa.views.shell import Locale, Tab


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
    letter: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The directory; with a choice or words, what they find."""
    asked = ask(city, q=q, theme=theme, subject=subject, department=department, reach=reach, after=after)
    if package and not q.strip():
        return await page(request, "catalogue/search.html", package_view(city, package), tab=Tab.SERVICES)
    choice = Choice(asked=asked, everything=view == EVERYTHING)
    today = local_date(resources_of(request).clock.now())
    if _is_directory(choice):
        if view == DEPARTMENTS:
            directory = departments_view(city, today)
        elif view == LETTERS:
            english = locale_of(request) is Locale.EN
            alphabet = await read_alphabet(resources_of(request).db, letter.strip().upper(), today, english=english)
            directory = letters_view(alphabet)
        else:
            directory = services_view(city, asked.subject or Subject.PERSON, today, await _at_hand(request, city))
        return await page(request, "catalogue/services.html", directory, tab=Tab.SERVICES)
    found = await _find(resources_of(request).db, city, asked, today)
    if not found.total and is_page(request.headers):
        await note_miss(resources_of(request).db, asked, today)
    return await page(request, "catalogue/search.html", results_view(city, choice, found), tab=Tab.SERVICES)


async def _at_hand(request: Request[Any, Any, Any], city: City) -> AtHand:
    """No statement for visitors, one for residents."""
    often, session = often_of(request).most_used, await current_session(request)
    if session is None:
        return AtHand(often=often)
    shelf = await read_shelf(resources_of(request).db, city, session.subject_id)
    return AtHand(favourites=shelf.favourites, recent=shelf.recent, often=often)


def _is_directory(choice: Choice) -> bool:
    asked = choice.asked
    return not (choice.everything or asked.q.strip() or asked.theme or asked.department or asked.reach)


async def _find(db: Database, city: City, asked: Asked, today: date) -> ItemPage:
    """A person who follows an old link to a further page gets the first one, not an error."""
    try:
        return await find_items(db, city, asked, today)
    except (BadCursor, StaleCursor):
        return await find_items(db, city, msgspec.structs.replace(asked, after=None), today)


HANDLERS: list[HTTPRouteHandler] = [show_services]
