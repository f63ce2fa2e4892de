"""证照: the wallet, and each licence on its own."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.city.city import City
from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.pages import page
from backend.core.sessions import Session
from backend.licences.cards import licence_view, wallet_view
from backend.licences.service import get_licence, list_wallet
from pwa.views.shell import Tab


@get("/wallet", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_wallet(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    keyring: NamedDependency[Keyring],
    clock: NamedDependency[Clock],
    city: NamedDependency[City],
    session: NamedDependency[Session],
) -> Response[bytes]:
    """What the resident carries, the licence that needs action on top."""
    licences = await list_wallet(db, keyring, session.subject_id, local_date(clock.now()), city)
    view = wallet_view(licences, session.display_name, city)
    return await page(request, "licences/wallet.html", view, tab=Tab.WALLET)


@get("/wallet/{licence_id:uuid}", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_licence(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    keyring: NamedDependency[Keyring],
    clock: NamedDependency[Clock],
    city: NamedDependency[City],
    session: NamedDependency[Session],
    licence_id: FromPath[UUID],
) -> Response[bytes]:
    """One licence of the resident's own; any other is not found."""
    today = local_date(clock.now())
    licence = await get_licence(db, keyring, session.subject_id, licence_id, today, city)
    view = licence_view(licence, session.display_name, city)
    return await page(request, "licences/licence.html", view, tab=Tab.WALLET)


HANDLERS = [show_wallet, show_licence]
