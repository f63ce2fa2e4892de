"""What the application gives to a handler that names it: `db: Given[Database]`, `session: Given[Session | None]`."""

from typing import Any, TypeAlias, TypeVar

from litestar import Litestar, Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.routes import HTTPRoute

from backend.core.http.state import current_session
from backend.core.sessions import Session

T = TypeVar("T")

Given: TypeAlias = NamedDependency[SkipValidation[T]]
"""Marked as the framework wants it, and not validated on every request: these values are our own."""


async def session_of(request: Request[Any, Any, Any]) -> Session | None:
    """Provides `session`; on a resident's route the guard has seen to it that there is one."""
    return await current_session(request)


def give_in_turn(app: Litestar) -> None:
    """Named values are at hand, or one look-up: the task that the framework starts for each costs far more than it.

    A batch of several runs as a group of tasks, a batch of one is simply awaited (litestar/_kwargs/kwargs_model.py).
    """
    for route in app.routes:
        for _, wanted in route.route_handler_map.values() if isinstance(route, HTTPRoute) else ():
            wanted.dependency_batches = [{one} for batch in wanted.dependency_batches for one in batch]
