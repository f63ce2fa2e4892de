"""What a resident does with favourites and the list of recently used items: a form each, and back to where it was."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from backend.catalogue.indexing import item_url
from backend.catalogue.shelf import clear_recent, drop_favourite, keep_favourite
from backend.city.city import City
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import see_other
from backend.core.http.state import resources_of
from backend.core.http.toasts import say_next
from backend.core.sessions import Session
from pwa.views.parts import Text
from pwa.views.shell import Toast


@post("/services/{code:str}/keep", opt=access(Access.RESIDENT), include_in_schema=False)
async def keep(
    request: Request[Any, Any, Any], city: Given[City], session: Given[Session], code: FromPath[str]
) -> Response[bytes]:
    resources = resources_of(request)
    await keep_favourite(resources.db, city, session.subject_id, code, resources.clock.now())
    toast = Toast(
        text=Text("已收藏，在“办事”里可以找到", "Added to your favourites under Services"),
        undo_path=f"{item_url(code)}/drop",
    )
    return say_next(request, see_other(item_url(code)), toast)


@post("/services/{code:str}/drop", opt=access(Access.RESIDENT), include_in_schema=False)
async def drop(
    request: Request[Any, Any, Any], city: Given[City], session: Given[Session], code: FromPath[str]
) -> Response[bytes]:
    item = city.item(code)
    await drop_favourite(resources_of(request).db, session.subject_id, item.code)
    toast = Toast(text=Text("已取消收藏", "Removed from your favourites"), undo_path=f"{item_url(item.code)}/keep")
    return say_next(request, see_other(item_url(item.code)), toast)


@post("/services/recent/clear", opt=access(Access.RESIDENT), include_in_schema=False)
async def forget_recent(request: Request[Any, Any, Any], session: Given[Session]) -> Response[bytes]:
    await clear_recent(resources_of(request).db, session.subject_id)
    toast = Toast(text=Text("已清空最近看过的事项", "The list of recently viewed services is empty"))
    return say_next(request, see_other("/services"), toast)


HANDLERS: list[HTTPRouteHandler] = [keep, drop, forget_recent]
