"""Signing in and out at the operators' desk: a key in a form, a session in a cookie that only the desk is sent."""

import logging
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.limits import limit_failures, note_failure
from backend.core.http.pages import own_path, page, see_other
from backend.core.http.state import DESK_PATH
from backend.core.limits import Limit
from backend.core.settings import Settings
from backend.operators.admission import cookie_name
from backend.operators.errors import OperatorKeyRefused, OperatorSignInRequired
from backend.operators.service import sign_in
from backend.operators.sessions import LIFETIME, end_session
from pwa.views.operators import SignIn
from pwa.views.parts import FieldError, Text

log = logging.getLogger(__name__)

SIGN_IN_PATH = OperatorSignInRequired.sign_in_path
KEY_FIELD = "key"
_TEMPLATE = "operators/sign_in.html"
_FAILURES = Limit(name="operator-failures", times=10, per=timedelta(minutes=1))


@get(SIGN_IN_PATH, opt=access(Access.PUBLIC), include_in_schema=False)
async def sign_in_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A form of one field."""
    return await page(request, _TEMPLATE, SignIn(return_path=_desk_path(request.query_params.get("next"))))


@post(SIGN_IN_PATH, opt=access(Access.PUBLIC), include_in_schema=False, status_code=303)
async def begin(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    settings: Given[Settings],
) -> Response[bytes]:
    """A new session under a new name, whatever the browser had before. Fields: key, next."""
    await limit_failures(request, _FAILURES)
    form = await _form(request)
    return_path = _desk_path(form.get("next"))
    try:
        cookie = await sign_in(db, redis, form.get(KEY_FIELD, ""), clock.now())
    except OperatorKeyRefused as refused:
        log.warning("an operator's key was refused")
        await note_failure(request, _FAILURES)
        error = FieldError(field=KEY_FIELD, message=Text(refused.sentence("zh-CN"), refused.sentence("en")))
        view = SignIn(return_path=return_path, errors=(error,))
        return await page(request, _TEMPLATE, view, status=refused.status)
    if before := request.cookies.get(cookie_name(settings)):
        await end_session(redis, before)
    response = see_other(return_path)
    _set_cookie(response, settings, cookie, LIFETIME)
    return response


@post("/ops/sign-out", opt=access(Access.OPERATOR), include_in_schema=False, status_code=303)
async def end(
    request: Request[Any, Any, Any],
    redis: Given[Redis],
    settings: Given[Settings],
) -> Response[bytes]:
    """Ends the session of this browser."""
    await end_session(redis, request.cookies[cookie_name(settings)])
    response = see_other(SIGN_IN_PATH)
    _set_cookie(response, settings, "", timedelta(0))
    return response


def _desk_path(candidate: str | None) -> str:
    """Where to go after signing in: a page of the desk, never anything else."""
    path = own_path(candidate, DESK_PATH)
    return path if path == DESK_PATH or path.startswith((f"{DESK_PATH}/", f"{DESK_PATH}?")) else DESK_PATH


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    if request.content_type[0] not in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}:
        return {}
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _set_cookie(response: Response[Any], settings: Settings, value: str, lifetime: timedelta) -> None:
    """Unreadable for scripts, sent to the desk alone and never from another site; empty and over at once: removed."""
    response.set_cookie(
        key=cookie_name(settings),
        value=value,
        max_age=int(lifetime.total_seconds()),
        path=DESK_PATH,
        secure=settings.secure,
        httponly=True,
        samesite="strict",
    )


HANDLERS: list[HTTPRouteHandler] = [sign_in_page, begin, end]
