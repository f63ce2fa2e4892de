"""The HTTP side that all feeds share: the key, the encoding, the stream, the answer."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, TypedDict

import msgspec
from litestar import Request, Response
from litestar.exceptions import InternalServerException

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.display import locale_of
from backend.core.http.limits import limit_failures, note_failure
from backend.core.http.problems import problem
from backend.core.limits import Limit
from backend.departments.compression import plain
from backend.departments.errors import ConnectionCut, FeedNotAllowed, KeyRefused
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentKey
from backend.departments.protocol import Content, Feed
from backend.departments.service import authenticate

_WRONG_KEYS = Limit(name="feed-keys", times=30, per=timedelta(minutes=1))


async def receive_feed(
    request: Request[Any, Any, Any],
    db: Database,
    clock: Clock,
    name: str,
    feed_for: Callable[[DepartmentKey], Feed[Content]],
) -> Response[bytes]:
    """Takes a feed off the wire.

    Raises TooManyRequests (wrong keys only), KeyRefused, FeedNotAllowed, EncodingNotSupported before anything is read.
    """
    key = await _key_of(request, db)
    if not key.feeds(name):
        raise FeedNotAllowed(feed=name)
    stream = plain(_body(request), request.headers.get("content-encoding"))
    tally = await take_feed(db, feed_for(key), key.department_id, stream, clock)
    return Response(
        msgspec.json.encode(tally.answer(locale_of(request))),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _key_of(request: Request[Any, Any, Any], db: Database) -> DepartmentKey:
    """Only wrong keys are counted and slowed down: departments may share an address, and a right one always passes."""
    try:
        return await authenticate(db, request.headers.get("authorization"))
    except KeyRefused:
        await limit_failures(request, _WRONG_KEYS)
        await note_failure(request, _WRONG_KEYS)
        raise


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body as it comes in; raises ConnectionCut when the department's side goes away."""
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:
        raise ConnectionCut from None


def ask_for_key(request: Request[Any, Any, Any], refused: KeyRefused) -> Response[bytes]:
    """401 with the scheme to use (RFC 6750, section 3); `invalid_token` only where a key was given."""
    challenge = 'Bearer realm="feeds"'
    if "authorization" in request.headers:
        challenge += ', error="invalid_token"'
    return problem(
        refused.status, refused.code, refused.sentence(locale_of(request)), {}, headers={"WWW-Authenticate": challenge}
    )


class FeedRoute(TypedDict):
    """Keyword arguments of every feed's route handler."""

    status_code: int
    request_max_body_size: None
    exception_handlers: dict[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]]
    opt: dict[str, Any]


# A feed has no size limit of its own: lines and batches are bounded instead.
FEED_ROUTE = FeedRoute(
    status_code=200,
    request_max_body_size=None,
    exception_handlers={KeyRefused: ask_for_key},
    opt=access(Access.DEPARTMENT),
)
