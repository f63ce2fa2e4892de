"""Signing in and out. Browsing needs neither."""

import secrets
from datetime import timedelta
from html import escape
from typing import Any, cast
from urllib.parse import quote

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from redis.asyncio import Redis

from backend.citizens.errors import LoginDenied, LoginExpired, ProviderAnswerRefused, ProviderUnavailable
from backend.citizens.login import ATTEMPT_LIFETIME, Callback, SignInFailed, begin_login, browser_token, finish_login
from backend.citizens.oidc.relying_party import CALLBACK_PATH, RelyingParty, connect_relying_party
from backend.citizens.return_path import safe_return_path
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.errors import CrossSiteRequest, Refusal
from backend.core.http.access import CSRF_FIELD, CSRF_HEADER, Access, access
from backend.core.http.display import locale_of
from backend.core.http.limits import limit_failures, limit_requests, note_failure
from backend.core.http.pages import page, see_other
from backend.core.http.state import session_cookie_name
from backend.core.limits import Limit
from backend.core.sessions import LIFETIME, Session, end_session
from backend.core.settings import Settings
from notifications.subscriptions import unsubscribe
from pwa.views.pages import ErrorPage
from pwa.views.parts import Action, Text

LOGIN_COOKIE = "login"
LEAVE_PATH = "/logout/provider"
RELYING_PARTY = "relying_party"  # in the application's state: made at the first sign-in, or put there by a test

# Generous, since behind one address of a mobile network there may be thousands of phones.
_STARTS = Limit(name="login", times=300, per=timedelta(minutes=1))
_FAILURES = Limit(name="login-failures", times=60, per=timedelta(minutes=1))

_WORTH_ANOTHER_TRY = (LoginExpired, LoginDenied, ProviderUnavailable, ProviderAnswerRefused)
_HOME = Action(label=Text("回到首页", "Go to the home page"), path="/")


async def _not_signed_in(request: Request[Any, Any, Any], refusal: Refusal, return_path: str | None) -> Response[bytes]:
    """The page of a sign-in that ended without a session: what happened, and the way on, to where it was to lead."""
    view = ErrorPage(
        status=refusal.status,
        title=Text("没有登录成功", "You were not signed in"),
        message=Text(refusal.sentence("zh-CN"), refusal.sentence("en")),
        action=_sign_in_again(return_path) if isinstance(refusal, _WORTH_ANOTHER_TRY) else _HOME,
    )
    return await page(request, "core/error.html", view, status=refusal.status)


def _sign_in_again(return_path: str | None) -> Action:
    path = "/login" if return_path is None else f"/login?next={quote(return_path, safe='')}"
    return Action(label=Text("重新登录", "Sign in again"), path=path)


def _relying_party(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> RelyingParty:
    state = request.app.state
    if RELYING_PARTY not in state:
        state[RELYING_PARTY] = connect_relying_party(settings)
    return cast("RelyingParty", state[RELYING_PARTY])


_PROVIDED = {RELYING_PARTY: Provide(_relying_party, sync_to_thread=False)}


@get("/login", opt=access(Access.PUBLIC), include_in_schema=False, dependencies=_PROVIDED)
async def begin(
    request: Request[Any, Any, Any],
    redis: NamedDependency[Redis],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    session: NamedDependency[Session | None],
    relying_party: NamedDependency[RelyingParty],
) -> Response[bytes]:
    """To the identity provider, with a cookie that only this browser has."""
    return_path = safe_return_path(request.query_params.get("next"))
    if session is not None:
        return see_other(return_path)
    await limit_requests(request, _STARTS)
    browser = browser_token(request.cookies.get(_login_cookie_name(settings)))
    locale, now = locale_of(request), clock.now()
    try:
        url = await begin_login(redis, relying_party, browser=browser, return_path=return_path, locale=locale, now=now)
    except Refusal as refusal:
        return await _not_signed_in(request, refusal, return_path)
    response = see_other(url)
    _set_cookie(response, settings, _login_cookie_name(settings), browser, ATTEMPT_LIFETIME)
    return response


@get(
    CALLBACK_PATH,
    opt=access(Access.PUBLIC),
    include_in_schema=False,
    dependencies=_PROVIDED,
)
async def callback(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    redis: NamedDependency[Redis],
    keyring: NamedDependency[Keyring],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    session: NamedDependency[Session | None],
    relying_party: NamedDependency[RelyingParty],
) -> Response[bytes]:
    """From the identity provider: a new session under a new name, whatever the browser had before.

    Whoever brings back a living attempt is heard however much junk comes from the same address.
    """
    try:
        signed_in = await finish_login(
            db,
            redis,
            keyring,
            relying_party,
            callback=_callback(request),
            browser=request.cookies.get(_login_cookie_name(settings)),
            now=clock.now(),
        )
    except SignInFailed as failed:
        if session is not None and isinstance(failed.refusal, LoginExpired):
            return see_other("/")  # reloaded or restored after signing in: nothing to tell
        if failed.return_path is None:  # of no living attempt of this browser
            await limit_failures(request, _FAILURES)
            await note_failure(request, _FAILURES)
        return await _not_signed_in(request, failed.refusal, failed.return_path)
    if session is not None:
        await end_session(redis, session)
    response = see_other(signed_in.return_path)
    _set_cookie(response, settings, session_cookie_name(settings), signed_in.cookie, LIFETIME)
    _set_cookie(response, settings, _login_cookie_name(settings), "", timedelta(0))
    return response


@post("/logout", opt=access(Access.PUBLIC), include_in_schema=False, status_code=303)
async def logout(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    redis: NamedDependency[Redis],
    settings: NamedDependency[Settings],
    session: NamedDependency[Session | None],
) -> Response[bytes]:
    """Ends the session of this device, detaches its push subscription and empties what the browser keeps of us.

    Also works when the session is over already: on a shared phone it is the emptying that matters. Fields beside the
    token: `push_endpoint` (filled in by script), `shared_device`.
    """
    form = await _form(request)
    if session is not None:
        _require_token(request, form, session)
        await end_session(redis, session)
        if form.get("push_endpoint"):
            async with db.transaction() as tx:
                await unsubscribe(tx, session.subject_id, form["push_endpoint"])
    response = see_other(LEAVE_PATH)
    # "cache" can take Chromium seconds, and personal pages are never stored: only for devices that others use too
    response.headers["Clear-Site-Data"] = '"cache", "storage"' if form.get("shared_device") else '"storage"'
    _set_cookie(response, settings, session_cookie_name(settings), "", timedelta(0))
    return response


@get(LEAVE_PATH, opt=access(Access.PUBLIC), include_in_schema=False, dependencies=_PROVIDED)
async def leave_provider(
    settings: NamedDependency[Settings], clock: NamedDependency[Clock], relying_party: NamedDependency[RelyingParty]
) -> Response[bytes]:
    """On to the end of the provider's own session, where it offers one.

    Not a redirect: browsers hold redirects after a form to `form-action 'self'`, a refresh is a step of its own.
    """
    url = await relying_party.logout_url(settings.public_url.rstrip("/") + "/", clock.now())
    if url is None:
        return see_other("/")
    headers = {"Refresh": f"0; url={url}", "Cache-Control": "no-store"}
    body = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>正在退出 · Signing out</title>'
        f'<main><h1>正在退出 · Signing out</h1><p><a href="{escape(url)}">继续 · Continue</a></p></main></html>'
    )
    return Response(body.encode(), headers=headers, media_type=MediaType.HTML)


def _callback(request: Request[Any, Any, Any]) -> Callback:
    query = request.query_params
    return Callback(**{name: query.get(name) for name in Callback.__struct_fields__})


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    if request.content_type[0] not in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}:
        return {}
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _require_token(request: Request[Any, Any, Any], form: dict[str, str], session: Session) -> None:
    """As the guard does for residents' routes; this one is open because the session may be over already."""
    given = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD) or ""
    if not secrets.compare_digest(given.encode(), session.csrf_token.encode()):
        raise CrossSiteRequest


def _login_cookie_name(settings: Settings) -> str:
    return f"__Host-{LOGIN_COOKIE}" if settings.secure else LOGIN_COOKIE


def _set_cookie(response: Response[Any], settings: Settings, name: str, value: str, lifetime: timedelta) -> None:
    """Unreadable for scripts, not sent along from other sites; an empty value with no lifetime removes it."""
    response.set_cookie(
        key=name,
        value=value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


HANDLERS: list[HTTPRouteHandler] = [begin, callback, logout, leave_provider]
