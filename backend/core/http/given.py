"""What the application gives to a handler that names it: `db: Given[Database]`, `session: Given[Session | None]`."""

from typing import Any, TypeAlias, TypeVar

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from backend.core.http.state import current_session
from backend.core.sessions import Session

T = TypeVar("T")

Given: TypeAlias = NamedDependency[SkipValidation[T]]
"""Marked as the framework wants it, and not validated on every request: these values are our own."""


async def session_of(request: Request[Any, Any, Any]) -> Session | None:
    """Provides `session`; on a resident's route the guard has seen to it that there is one."""
    return await current_session(request)
