"""Lets operators in: which session a request has, and the frame that is then drawn around every page."""

from typing import Any, cast

from litestar import Litestar, Request
from litestar.connection import ASGIConnection

from backend.core.http.access import keep_operators_door
from backend.core.http.state import draw_desk, resources_of
from backend.core.settings import Settings
from backend.operators.desk import entries_for
from backend.operators.errors import OperatorSignInRequired
from backend.operators.models import OperatorSession
from backend.operators.sessions import find_session
from pwa.views.shell import Desk

_OPERATOR = "operator"


def admit_operators(app: Litestar) -> None:
    """Gives an application the guard of what is declared Access.OPERATOR; without it nobody gets in there."""
    keep_operators_door(app, _admit)


def operator_of(request: Request[Any, Any, Any]) -> OperatorSession:
    """Provides `operator` on operators' routes: the guard has put it there."""
    return cast("OperatorSession", request.scope["state"][_OPERATOR])


def cookie_name(settings: Settings) -> str:
    """`__Secure-` (RFC 6265bis) where the hall is served over https; `__Host-` would want the path to be /."""
    return "__Secure-operator" if settings.secure else "operator"


async def _admit(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The token that changes by this session must carry. Raises OperatorSignInRequired."""
    resources = resources_of(connection)
    cookie = connection.cookies.get(cookie_name(resources.settings), "")
    session = await find_session(resources.db, resources.redis, cookie, resources.clock.now())
    if session is None:
        raise OperatorSignInRequired
    connection.scope["state"][_OPERATOR] = session
    entries = entries_for(session, connection.app)
    draw_desk(connection, Desk(name=session.name, csrf_token=session.csrf_token, entries=entries))
    return session.csrf_token
