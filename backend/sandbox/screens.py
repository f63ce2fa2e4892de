"""The sandbox's own pages: drawn without script, under a policy that allows nothing but its stylesheet."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

_TEMPLATES = Path(__file__).parent / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLESHEET_PATH = "/sandbox.css"
NO_STORE = {"Cache-Control": "no-store"}


def screen(template: str, *, status: int = 200, form_target: str = "", **facts: Any) -> Response[bytes]:
    """A page. `form_target`: an address that a form here may redirect to."""
    body = _ENVIRONMENT.get_template(template).render(stylesheet=STYLESHEET_PATH, **facts)
    headers = {**NO_STORE, "Content-Security-Policy": _policy(form_target), "X-Content-Type-Options": "nosniff"}
    headers["Referrer-Policy"] = "no-referrer"
    return Response(body.encode(), status_code=status, headers=headers, media_type=MediaType.HTML)


def stylesheet() -> Response[bytes]:
    return Response((_TEMPLATES / "sandbox.css").read_bytes(), media_type="text/css")


def _policy(form_target: str) -> str:
    parts = urlsplit(form_target)
    target = f" {parts.scheme}://{parts.netloc}" if form_target else ""
    return f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{target}"
