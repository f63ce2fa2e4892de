"""What the application gives to every request: resources made once at start, and the session of the one who asks."""

from typing import Any, cast

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from backend.core.resources import Resources
from backend.core.sessions import SESSION_COOKIE, Session, find_session
from backend.core.settings import Settings
from pwa.views.shell import CityFace, Desk

_RESOURCES = "resources"
_FACE = "face"
_SESSION = "session"
_AWAY = "sessions_away"
_DESK = "desk"
_UNKNOWN = object()

DESK_PATH = "/ops"
_NOBODYS_DESK = Desk()


def attach(app: Litestar, resources: Resources, face: CityFace) -> None:
    """Gives an application its resources; called again when the face of the city has changed with its pack."""
    app.state[_RESOURCES] = resources
    app.state[_FACE] = face


def resources_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Resources:
    return resources_in(connection.app.state)


def resources_in(state: State) -> Resources:
    """Of an application, for what is no request of the framework's."""
    return cast("Resources", state[_RESOURCES])


def face_of(connection: ASGIConnection[Any, Any, Any, Any]) -> CityFace:
    return cast("CityFace", connection.app.state[_FACE])


def session_cookie_name(settings: Settings) -> str:
    """With the `__Host-` prefix (RFC 6265bis) where the hall is served over https: no other host can set it."""
    return f"__Host-{SESSION_COOKIE}" if settings.secure else SESSION_COOKIE


async def current_session(connection: ASGIConnection[Any, Any, Any, Any]) -> Session | None:
    """The session of this request, looked up at most once; None when nobody is signed in."""
    known = connection.scope["state"].get(_SESSION, _UNKNOWN)
    if known is not _UNKNOWN:
        return cast("Session | None", known)
    resources = resources_of(connection)
    cookie = connection.cookies.get(session_cookie_name(resources.settings))
    session = None
    try:
        session = await find_session(resources.redis, cookie, resources.clock.now()) if cookie else None
    except (RedisConnectionError, RedisTimeoutError):
        connection.scope["state"][_AWAY] = True
    connection.scope["state"][_SESSION] = session
    return session


def sessions_are_away(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether this request's session could not be looked up: public pages are then drawn as for a visitor."""
    return bool(connection.scope["state"].get(_AWAY))


def draw_desk(connection: ASGIConnection[Any, Any, Any, Any], desk: Desk) -> None:
    """Lets the page that answers this request be drawn in the operators' frame."""
    connection.scope["state"][_DESK] = desk


def desk_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk | None:
    """The operators' frame; None on residents' pages. Below /ops nothing of a resident is drawn, whoever asks."""
    path = connection.scope["path"]
    below = path == DESK_PATH or path.startswith(f"{DESK_PATH}/")
    return cast("Desk | None", connection.scope["state"].get(_DESK, _NOBODYS_DESK if below else None))
