"""证照: the wallet, and each licence on its own."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from backend.city.city import City
from backend.core.clock import Clock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import SignInRequired
from backend.core.http.access import Access, access
from backend.core.http.pages import page
from backend.core.sessions import Session
from backend.licences.cards import licence_view, wallet_view
from backend.licences.service import get_licence, list_wallet
from pwa.views.shell import Tab


@get("/wallet", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_wallet(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, clock: Clock, city: City, session: Session | None
) -> Response[bytes]:
    """What the resident carries, the licence that needs action on top."""
    holder = _signed_in(session)
    licences = await list_wallet(db, keyring, holder.subject_id, local_date(clock.now()), city)
    view = wallet_view(licences, holder.display_name, city)
    return await page(request, "licences/wallet.html", view, tab=Tab.WALLET)


@get("/wallet/{licence_id:uuid}", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_licence(
    request: Request[Any, Any, Any],
    db: Database,
    keyring: Keyring,
    clock: Clock,
    city: City,
    session: Session | None,
    licence_id: UUID,
) -> Response[bytes]:
    """One licence of the resident's own; any other is not found."""
    holder = _signed_in(session)
    today = local_date(clock.now())
    licence = await get_licence(db, keyring, holder.subject_id, licence_id, today, city)
    view = licence_view(licence, holder.display_name, city)
    return await page(request, "licences/licence.html", view, tab=Tab.WALLET)


def _signed_in(session: Session | None) -> Session:
    """The guard lets nobody else in; this says so to the type checker."""
    if session is None:
        raise SignInRequired
    return session


HANDLERS = [show_wallet, show_licence]
