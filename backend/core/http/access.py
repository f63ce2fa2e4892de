"""Who may call a route: declared by every handler, enforced in one place."""

import secrets
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import HTTPScope

from backend.core.errors import CrossSiteRequest, SessionsAway, SignInRequired
from backend.core.http.state import current_session, resources_of, sessions_are_away
from backend.core.sessions import Session

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"


class Access(StrEnum):
    """PUBLIC anybody · RESIDENT signed in · DEPARTMENT a feed key, checked by the departments feature · PROVIDER a
    signature, checked by the payments feature · INTERNAL probes and metrics, which carry nothing personal and which a
    city keeps behind its gateway."""

    PUBLIC = "public"
    RESIDENT = "resident"
    DEPARTMENT = "department"
    PROVIDER = "provider"
    INTERNAL = "internal"


def access(who: Access) -> dict[str, Any]:
    """The `opt` of a route handler."""
    return {"access": who}


class AccessUndeclared(Exception):
    """A route handler does not say who may call it, or would go past `admit`; the application does not start."""


def require_declared(handler: BaseRouteHandler) -> None:
    if not isinstance(handler, HTTPRouteHandler):
        return
    if not isinstance(handler.opt.get("access"), Access) or handler.before_request is not None:
        raise AccessUndeclared(str(handler))


async def admit(request: Request[Any, Any, Any]) -> None:
    """The guard as the application's `before_request`: for `guards` the framework copies the handler every time."""
    await guard(request, request.route_handler)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Lets a request in or refuses it: sign-in for residents' routes, and no change on behalf of another site."""
    who, unsafe = handler.opt.get("access"), cast("HTTPScope", connection.scope)["method"] not in _SAFE_METHODS
    if who is Access.RESIDENT:
        session = await current_session(connection)
        if session is None:
            raise SessionsAway if sessions_are_away(connection) else SignInRequired
        if unsafe:
            await _require_token(connection, session)
    elif who is Access.PUBLIC and unsafe:
        _require_same_site(connection)


async def _require_token(connection: ASGIConnection[Any, Any, Any, Any], session: Session) -> None:
    """The session's own token, by header or form field (OWASP synchronizer token), beside the browser's own word."""
    _require_same_site(connection)
    given = connection.headers.get(CSRF_HEADER)
    if given is None and isinstance(connection, Request) and _is_form(connection):
        field = (await connection.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), session.csrf_token.encode()):
        raise CrossSiteRequest


def _is_form(request: Request[Any, Any, Any]) -> bool:
    return request.content_type[0] in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}


def _require_same_site(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Refuses what the browser says comes from elsewhere (Fetch Metadata, then Origin)."""
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None:
        if fetch_site not in {"same-origin", "none"}:
            raise CrossSiteRequest
        return
    origin = connection.headers.get("origin")
    if origin is not None and origin != _own_origin(connection):
        raise CrossSiteRequest


def _own_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    parts = urlsplit(resources_of(connection).settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"
