"""办事指南: public and revalidated for everybody; never stored where it says something about the one who looks."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from backend.catalogue.asking import version_number
from backend.catalogue.guides import Resident, guide_view
from backend.catalogue.often import often_of
from backend.catalogue.selfcheck import situation_of
from backend.catalogue.service import read_item
from backend.catalogue.shelf import is_favourite, use_item
from backend.catalogue.structured import government_service
from backend.city.city import City
from backend.city.items import Item
from backend.core.clock import local_date
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page
from backend.core.http.state import current_session, resources_of
from backend.core.sessions import Session
from backend.guides.holding import resident_view
from backend.licences.service import list_wallet
from backend.payments.bills import find_owed
from pwa.views.shell import Tab


@get("/services/{code:str}", opt=access(Access.PUBLIC), include_in_schema=False)
async def show_guide(
    request: Request[Any, Any, Any],
    city: Given[City],
    code: FromPath[str],
    version: FromQuery[str | None] = None,
    s: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The guide of an item; with `version` as it was then, saying so; with `s` for the situation that was answered."""
    resources = resources_of(request)
    now = resources.clock.now()
    edition = await read_item(resources.db, city, code, version_number(version))
    item = edition.item
    session = await current_session(request)
    looked_at = code in city.items and not _only_prefetched(request)
    if looked_at:
        often_of(request).count(code)
    resident = await _resident(request, city, session, item, now, looked_at=looked_at) if session else None
    view = guide_view(edition.city, item, edition.version, local_date(now), situation_of(item, s), resident)
    if resident is None:
        structured = government_service(edition.city, item, resources.settings.public_url)
        view = msgspec.structs.replace(view, structured=structured, canonical=structured["@id"])
    return await page(request, "catalogue/guide.html", view, tab=Tab.SERVICES)


async def _resident(
    request: Request[Any, Any, Any], city: City, session: Session, item: Item, now: datetime, *, looked_at: bool
) -> Resident:
    """The wallet, the shelf, on which the item is put first, and where it has fees the bills: a statement each."""
    resources, today = resources_of(request), local_date(now)
    wallet = await list_wallet(resources.db, resources.keyring, session.subject_id, today, city)
    if looked_at:
        favourite = await use_item(resources.db, session.subject_id, item.code, now)
    else:
        favourite = await is_favourite(resources.db, session.subject_id, item.code)
    owed = await find_owed(resources.db, session.subject_id, fee_codes=item.fees) if item.fees else None
    return resident_view(city, item, wallet, today, favourite=favourite, owed=owed)


def _only_prefetched(request: Request[Any, Any, Any]) -> bool:
    """The browser fetches ahead (Sec-Purpose, Fetch standard): nobody has looked at it yet."""
    return "prefetch" in request.headers.get("sec-purpose", "")


HANDLERS: list[HTTPRouteHandler] = [show_guide]
