"""Who may call a route: declared by every handler, enforced in one place."""

import secrets
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.enums import RequestEncodingType
from litestar.handlers import ASGIRouteHandler, BaseRouteHandler, HTTPRouteHandler
from litestar.types import HTTPScope

from backend.core.errors import CrossSiteRequest, SessionsAway, SignInRequired
from backend.core.http.state import current_session, resources_of, sessions_are_away

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"
_OPERATORS_DOOR = "operators_door"

Door: TypeAlias = Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[str]]
"""Lets a request in and returns the token of its session, or raises."""


class Access(StrEnum):
    """PUBLIC anybody · RESIDENT signed in · DEPARTMENT a feed key, checked by the departments feature · PROVIDER a
    payment provider: the payments feature checks its signature, or believes nothing · OPERATOR signed in with an
    operator's key, checked by the operators feature · INTERNAL probes and metrics, which carry nothing personal and
    which a city keeps behind its gateway."""

    PUBLIC = "public"
    RESIDENT = "resident"
    DEPARTMENT = "department"
    PROVIDER = "provider"
    OPERATOR = "operator"
    INTERNAL = "internal"


def access(who: Access) -> dict[str, Any]:
    """The `opt` of a route handler."""
    return {"access": who}


class AccessUndeclared(Exception):
    """A route handler does not say who may call it, or would go past `admit`; the application does not start."""


def require_declared(handler: BaseRouteHandler) -> None:
    """Past `admit`, which a bare ASGI program never meets, only a provider gets: its signature is looked at inside."""
    who = handler.opt.get("access")
    if isinstance(handler, ASGIRouteHandler) and who is not Access.PROVIDER:
        raise AccessUndeclared(str(handler))
    if isinstance(handler, HTTPRouteHandler) and (not isinstance(who, Access) or handler.before_request is not None):
        raise AccessUndeclared(str(handler))


def keep_operators_door(app: Litestar, door: Door) -> None:
    """Gives an application the door of what is declared OPERATOR; without one nobody gets in there."""
    app.state[_OPERATORS_DOOR] = door


async def admit(request: Request[Any, Any, Any]) -> None:
    """The guard as the application's `before_request`: for `guards` the framework copies the handler every time."""
    await guard(request, request.route_handler)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Lets a request in or refuses it: a sign-in where one is declared, and no change on behalf of another site."""
    who, unsafe = handler.opt.get("access"), cast("HTTPScope", connection.scope)["method"] not in _SAFE_METHODS
    if who is Access.RESIDENT:
        session = await current_session(connection)
        if session is None:
            raise SessionsAway if sessions_are_away(connection) else SignInRequired
        if unsafe:
            await _require_token(connection, session.csrf_token)
    elif who is Access.OPERATOR:
        token = await cast("Door", connection.app.state[_OPERATORS_DOOR])(connection)
        if unsafe:
            await _require_token(connection, token)
    elif who is Access.PUBLIC and unsafe:
        _require_same_site(connection)


async def _require_token(connection: ASGIConnection[Any, Any, Any, Any], token: str) -> None:
    """The session's own token, by header or form field (OWASP synchronizer token), beside the browser's own word."""
    _require_same_site(connection)
    given = connection.headers.get(CSRF_HEADER)
    if given is None and isinstance(connection, Request) and _is_form(connection):
        field = (await connection.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), token.encode()):
        if isinstance(connection, Request) and _is_form(connection):
            await (await connection.form()).close()  # what was sent along is not kept
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
