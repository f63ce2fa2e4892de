"""The API described: OpenAPI as JSON, and a page to read it on that loads nothing from elsewhere.

The documentation pages that come with the framework fetch scripts from public networks, which our policy forbids.
"""

from typing import Any, TypeAlias

from litestar import Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.serialization import encode_json

from backend.core.http.access import Access, access
from backend.core.http.pages import shell_for
from pwa.rendering import render
from pwa.views.api_docs import Answer, ApiDocs, Field, Operation, Shape

Schema: TypeAlias = dict[str, Any]

SCHEMA_PATH = "/api/openapi.json"
_PREFIX = "/api/"


def openapi() -> OpenAPIConfig:
    """A new configuration for one application, since its router fills up when the application is made."""
    return OpenAPIConfig(
        title="Suishenban",
        version="1",
        description="A city's pocket service hall. Refusals are problem+json (RFC 9457) with a stable code.",
        use_handler_docstrings=True,
        render_plugins=[_ReadablePage(path="/")],
        openapi_router=Router("/api/docs", route_handlers=[], include_in_schema=False, opt=access(Access.PUBLIC)),
    )


class _ReadablePage(OpenAPIRenderPlugin):
    """Draws the schema with our own template."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Schema) -> bytes:
        return render("ops/api_docs.html", shell_for(request, None, tab=None), readable(openapi_schema))


@get(SCHEMA_PATH, opt=access(Access.PUBLIC), include_in_schema=False)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    body = encode_json(request.app.openapi_schema.to_schema())
    return Response(body, media_type="application/vnd.oai.openapi+json", headers={"Cache-Control": "no-cache"})


def readable(schema: Schema) -> ApiDocs:
    """What the page shows of an OpenAPI document: operations below /api/ and the named shapes."""
    info = schema["info"]
    shapes = schema.get("components", {}).get("schemas", {})
    return ApiDocs(
        title=info["title"],
        version=info["version"],
        schema_path=SCHEMA_PATH,
        operations=tuple(
            _operation(method, path, operation)
            for path, methods in sorted(schema["paths"].items())
            if path.startswith(_PREFIX)
            for method, operation in methods.items()
        ),
        shapes=tuple(_shape(name, shape) for name, shape in sorted(shapes.items()) if "properties" in shape),
    )


def _operation(method: str, path: str, operation: Schema) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        about=operation.get("description") or operation.get("summary", ""),
        fields=tuple(map(_parameter, operation.get("parameters", ()))),
        accepts=_content(body),
        answers=tuple(
            Answer(status=status, about=answer.get("description", ""), type=_content(answer.get("content", {})))
            for status, answer in operation.get("responses", {}).items()
        ),
    )


def _parameter(parameter: Schema) -> Field:
    return Field(
        name=parameter["name"],
        type=_type(parameter["schema"]),
        required=parameter["required"],
        place=parameter["in"],
        about=parameter.get("description", ""),
    )


def _shape(name: str, shape: Schema) -> Shape:
    required = shape.get("required", ())
    fields = (
        Field(name=key, type=_type(part), required=key in required, about=part.get("description", ""))
        for key, part in shape["properties"].items()
    )
    return Shape(name=name, about=shape.get("description", ""), fields=tuple(fields))


def _content(content: Schema) -> str:
    return ", ".join(f"{media}: {_type(part.get('schema', {}))}" for media, part in content.items())


def _type(schema: Schema) -> str:
    """A JSON schema in a few characters: string, list of Item, Item or null."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "oneOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["oneOf"])))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    kinds = schema.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


HANDLERS = [openapi_json]
