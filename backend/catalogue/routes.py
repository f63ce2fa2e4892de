"""The JSON API of the catalogue."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from backend.catalogue.asking import ask, is_yes, version_number
from backend.catalogue.documents import document_of
from backend.catalogue.explaining import explain_items
from backend.catalogue.misses import note_miss
from backend.catalogue.models import MOST_PER_PAGE, ExplainedList, ItemList, Suggestions
from backend.catalogue.search import LONGEST_QUERY
from backend.catalogue.service import find_items, read_item
from backend.catalogue.suggestions import KEPT_S, MOST, suggest
from backend.city.city import City
from backend.city.items import Item
from backend.core.clock import local_date
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.revalidation import revalidated
from backend.core.http.state import resources_of

Words = Annotated[str, QueryParameter(description=f"Words, pinyin, initials, English: {LONGEST_QUERY} characters.")]
Theme = Annotated[str | None, QueryParameter(description="Code of a theme.")]
Audience = Annotated[str | None, QueryParameter(description="`person` or `enterprise`.")]
Office = Annotated[str | None, QueryParameter(description="Code of a department.")]
Range = Annotated[str | None, QueryParameter(description="Where it may be handed in: `city`, `delta` or `nation`.")]
Limit = Annotated[str | None, QueryParameter(description=f"Items per page, 1 to {MOST_PER_PAGE}; 20 when left out.")]
After = Annotated[str | None, QueryParameter(description="`next` of the page before.")]
Explain = Annotated[str | None, QueryParameter(description="`1`: how the query was understood, and why each hit.")]
Version = Annotated[str | None, QueryParameter(description="Number of an earlier version.")]

_JSON = MediaType.JSON
_encoder = msgspec.json.Encoder()


@get(
    "/api/items",
    opt=access(Access.PUBLIC),
    summary="Find service items",
    tags=["catalogue"],
    responses={200: ResponseSpec(ItemList | ExplainedList, description="One page.", generate_examples=False)},
)
async def list_items(
    request: Request[Any, Any, Any],
    city: Given[City],
    q: Words = "",
    theme: Theme = None,
    subject: Audience = None,
    department: Office = None,
    reach: Range = None,
    limit: Limit = None,
    after: After = None,
    explain: Explain = None,
) -> ASGIResponse:
    """Best first; without words in the order of the catalogue. `next` is null on the last page. With `explain` the
    answer is an ExplainedList."""
    asked = ask(city, q=q, theme=theme, subject=subject, department=department, reach=reach, limit=limit, after=after)
    resources = resources_of(request)  # not by name: several named things cost more per request than the statement
    today = local_date(resources.clock.now())
    if is_yes("explain", explain):
        return revalidated(request, _encoder.encode(await explain_items(resources.db, city, asked, today)), _JSON)
    page = await find_items(resources.db, city, asked, today)
    if not page.total:
        await note_miss(resources.db, asked, today)
    return revalidated(request, _encoder.encode(page), _JSON)


@get(
    "/api/suggestions",
    opt=access(Access.PUBLIC),
    summary="What may be meant",
    tags=["catalogue"],
    responses={200: ResponseSpec(Suggestions, description=f"At most {MOST} items.", generate_examples=False)},
)
async def list_suggestions(request: Request[Any, Any, Any], city: Given[City], q: Words = "") -> ASGIResponse:
    """While somebody is typing: a few items, best first. The same for everybody, and may be kept for a while."""
    resources = resources_of(request)
    found = await suggest(resources.db, city, q, local_date(resources.clock.now()))
    headers = {"cache-control": f"public, max-age={KEPT_S}"}
    return ASGIResponse(body=_encoder.encode(found), headers=headers, media_type=_JSON)


@get(
    "/api/items/{code:str}",
    opt=access(Access.PUBLIC),
    summary="One service item",
    tags=["catalogue"],
    responses={
        200: ResponseSpec(Item, description="The item, its version, and what it refers to.", generate_examples=False)
    },
)
async def show_item(
    request: Request[Any, Any, Any],
    city: Given[City],
    code: FromPath[str],
    version: Version = None,
) -> ASGIResponse:
    """The guide as data. A field that is absent is not known. A version, once published, reads the same for ever."""
    edition = await read_item(resources_of(request).db, city, code, version_number(version))
    return revalidated(request, document_of(edition), _JSON)


HANDLERS: list[HTTPRouteHandler] = [list_items, list_suggestions, show_item]
