"""The versions of an item, as data: what was published when, and where to read it."""

from typing import Any

import msgspec
from litestar import MediaType, Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from backend.city.service import ItemVersion, list_item_versions
from backend.core.http.access import Access, access
from backend.core.http.revalidation import revalidated
from backend.core.http.state import resources_of


class Versions(msgspec.Struct, frozen=True):
    """The oldest first; the last one is current unless it was superseded."""

    code: str
    versions: list[ItemVersion]


@get(
    "/api/items/{code:str}/versions",
    opt=access(Access.PUBLIC),
    summary="Versions of a service item",
    tags=["catalogue"],
    responses={200: ResponseSpec(Versions, description="Every version ever published.", generate_examples=False)},
)
async def list_versions(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Each one is read with `GET /api/items/{code}?version=`, and reads the same for ever."""
    versions = await list_item_versions(resources_of(request).db, code)
    return revalidated(request, msgspec.json.encode(Versions(code, versions)), MediaType.JSON)


HANDLERS: list[HTTPRouteHandler] = [list_versions]
