"""What the application gives to every request: resources made once at start, and the session of the one who asks."""

from typing import Any, cast

from litestar.connection import ASGIConnection
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.sessions import SESSION_COOKIE, Session, find_session
from backend.core.settings import Settings
from pwa.views.shell import CityFace

_RESOURCES = "resources"
_SESSION = "session"
_UNKNOWN = object()


class Resources:
    """Connections, keys and the face of the city; `face` alone changes, when a newer pack has been loaded."""

    def __init__(
        self, *, db: Database, redis: Redis, clock: Clock, settings: Settings, keyring: Keyring, face: CityFace
    ) -> None:
        self.db = db
        self.redis = redis
        self.clock = clock
        self.settings = settings
        self.keyring = keyring
        self.face = face


def attach(app_state: dict[str, Any] | Any, resources: Resources) -> None:
    app_state[_RESOURCES] = resources


def resources_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Resources:
    return cast("Resources", connection.app.state[_RESOURCES])


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
    session = await find_session(resources.redis, cookie, resources.clock.now()) if cookie else None
    connection.scope["state"][_SESSION] = session
    return session
