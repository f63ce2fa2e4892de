"""Refusals and faults as answers: problem+json (RFC 9457) for programs, a page for people, never a bare 500."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

import msgspec
from asyncpg.exceptions import CharacterNotInRepertoireError, UntranslatableCharacterError
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ExceptionHandler, ExceptionHandlersMap, Receive, Scope, Send
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from backend.core.errors import BadParameter, NotFound, NotText, Refusal, SessionsAway, SignInRequired, TooManyRequests
from backend.core.http.display import locale_of
from backend.core.http.pages import page, see_other
from backend.core.ids import uuid7
from notifications.errors import Refusal as NotificationsRefusal
from pwa.views.pages import ErrorPage
from pwa.views.parts import Text

log = logging.getLogger(__name__)

_PROGRAM_PATHS = ("/api/", "/callbacks/", "/metrics", "/healthz", "/readyz")
_INTERNAL = "internal.fault"
_TEMPLATE = "core/error.html"


class Explained(Protocol):
    """What the refusals of the house and of notifications have in common."""

    code: ClassVar[str]
    status: ClassVar[int]
    facts: dict[str, Any]

    def sentence(self, locale: str) -> str: ...


async def answer_refusal(request: Request[Any, Any, Any], refusal: Explained) -> Response[Any]:
    """An expected "no": its own status, code, sentence and facts. Not an error of ours, so not logged as one."""
    headers = {"Retry-After": str(refusal.facts["seconds"])} if isinstance(refusal, TooManyRequests) else {}
    if _for_program(request):
        sentence = refusal.sentence(locale_of(request))
        return problem(refusal.status, refusal.code, sentence, refusal.facts, headers=headers)
    if isinstance(refusal, SignInRequired) and request.method == "GET":
        return see_other(f"{refusal.sign_in_path}?next={quote(_path_and_query(request), safe='')}")
    view = ErrorPage(status=refusal.status, message=Text(refusal.sentence("zh-CN"), refusal.sentence("en")))
    response = await page(request, _TEMPLATE, view, status=refusal.status)
    response.headers.update(headers)
    return response


async def answer_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What the framework refuses: unknown path, wrong method, a parameter that does not parse."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return await answer_fault(request, error)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await answer_refusal(request, NotFound())
    if error.status_code == HTTPStatus.BAD_REQUEST and error.extra:
        first = error.extra[0] if isinstance(error.extra, list) else error.extra
        return await answer_refusal(request, BadParameter(name=first.get("key", "?"), reason=first.get("message", "")))
    if _for_program(request):
        return problem(error.status_code, "request.refused", error.detail, {}, headers=error.headers)
    return await page(request, _TEMPLATE, ErrorPage(status=error.status_code), status=error.status_code)


async def answer_without_redis(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    """What needs a session or a sign-in while Redis is away: said so, with when to try again."""
    return await answer_refusal(request, SessionsAway())


async def answer_not_text(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    return await answer_refusal(request, NotText())


async def answer_fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: the person gets a reference to quote, the log the trace under the same reference."""
    reference = uuid7().hex[-8:].upper()
    log.error("fault", exc_info=error, extra={"reference": reference, "path": request.scope.get("path_template", "")})
    if _for_program(request):
        return problem(500, _INTERNAL, f"Something broke on our side. Reference {reference}.", {"reference": reference})
    view = ErrorPage(status=500, reference=reference)
    return await page(request, _TEMPLATE, view, status=500, personal=False)  # what is broken may be what knows people


def problem(
    status: int, code: str, detail: str, facts: dict[str, Any], *, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """An RFC 9457 document; `code` is the stable name of the reason, facts are extension members."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return Response(
        msgspec.json.encode({**facts, **body}),
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _for_program(request: Request[Any, Any, Any]) -> bool:
    return request.scope["path"].startswith(_PROGRAM_PATHS)


def _path_and_query(request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


class _Deferred(Response[None]):
    """An answer still to be worked out: the framework asks for answers to exceptions without waiting for them."""

    def __init__(self, answer: Awaitable[Response[Any]]) -> None:
        super().__init__(None)
        self._answer = answer

    def to_asgi_response(self, *_: Any, request: Request[Any, Any, Any], **__: Any) -> ASGIApp:  # type: ignore[override]
        async def send_answer(scope: Scope, receive: Receive, send: Send) -> None:
            await (await self._answer).to_asgi_response(None, request)(scope, receive, send)

        return send_answer


def _deferred(answer: Callable[[Any, Any], Awaitable[Response[Any]]]) -> "ExceptionHandler[Any]":
    return lambda request, error: _Deferred(answer(request, error))


HANDLERS: ExceptionHandlersMap = {
    Refusal: _deferred(answer_refusal),
    NotificationsRefusal: _deferred(answer_refusal),
    HTTPException: _deferred(answer_http_exception),
    RedisConnectionError: _deferred(answer_without_redis),
    RedisTimeoutError: _deferred(answer_without_redis),
    CharacterNotInRepertoireError: _deferred(answer_not_text),
    UntranslatableCharacterError: _deferred(answer_not_text),
    Exception: _deferred(answer_fault),
}
