"""HTML screens: one view Struct, one template, the frame around it, and how long it may be kept."""

from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from msgspec import Struct

from backend.core.clock import local_date
from backend.core.http.display import locale_of, mode_of, text_size_of, theme_of
from backend.core.http.revalidation import revalidated_response
from backend.core.http.state import current_session, desk_of, face_of, resources_of
from backend.core.http.toasts import forget_toast, take_toast
from backend.core.sessions import Session
from notifications.inbox import count_unread
from pwa.rendering import render
from pwa.views.shell import Shell, Tab, Toast

_VARY = "Cookie, Accept-Language"


async def page(
    request: Request[Any, Any, Any],
    template: str,
    view: Struct,
    *,
    tab: Tab | None = None,
    unread: int | None = None,
    status: int = 200,
    personal: bool = True,
) -> Response[bytes]:
    """A screen. Signed in it belongs to one person and is never stored; else it is public and revalidated by ETag.

    `personal` False draws it as for nobody in particular, so that a browser may keep it for all who use it.
    """
    desk = desk_of(request)
    session = await current_session(request) if personal and desk is None else None
    toast = take_toast(request) if personal else None
    if session is not None and unread is None:
        unread = await _unread(request, session)
    shell = shell_for(request, session, tab=tab, unread=unread or 0, toast=toast)
    body = render(template, shell, view)
    if toast is not None:
        return forget_toast(_html(body, status, {"Cache-Control": "no-store"}))
    if session is not None or desk is not None or status != 200:
        return _html(body, status, {"Cache-Control": "no-store"})
    return revalidated_response(request, body, MediaType.HTML, {"Vary": _VARY})


def shell_for(
    request: Request[Any, Any, Any],
    session: Session | None,
    *,
    tab: Tab | None,
    unread: int = 0,
    toast: Toast | None = None,
) -> Shell:
    """The frame: whose, where, in which language and mode."""
    resources = resources_of(request)
    query = request.scope["query_string"].decode("ascii", "replace")
    desk = desk_of(request)
    holder = session if desk is None else desk
    return Shell(
        city=face_of(request),
        today=local_date(resources.clock.now()),
        path=quote(request.scope["path"]) + (f"?{query}" if query else ""),
        locale=locale_of(request),
        mode=mode_of(request),
        theme=theme_of(request),
        text_size=text_size_of(request),
        tab=tab,
        csrf_token=holder.csrf_token if holder else None,
        display_name=session.display_name if session else None,
        unread=unread,
        toast=toast,
        desk=desk,
    )


def see_other(path: str) -> Response[bytes]:
    """After a POST: 303, so that reloading repeats nothing (RFC 9110, section 15.4.4)."""
    return Response(b"", status_code=303, headers={"Location": path, "Cache-Control": "no-store"})


def own_path(candidate: str | None, default: str = "/") -> str:
    """A path of our own site to go back to; anything that could lead elsewhere becomes the default."""
    ours = candidate is not None and candidate.startswith("/") and candidate.isprintable()
    if candidate is None or not ours or candidate.startswith("//") or "\\" in candidate:
        return default
    return candidate


async def _unread(request: Request[Any, Any, Any], session: Session) -> int:
    resources = resources_of(request)
    return (await count_unread(resources.db, session.subject_id, resources.clock.now())).total


def _html(body: bytes, status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(body, status_code=status, headers={"Vary": _VARY, **headers}, media_type=MediaType.HTML)
