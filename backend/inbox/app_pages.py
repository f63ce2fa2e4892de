"""What makes the hall an app on the phone, and how its screens look: nothing here is anybody's in particular."""

from typing import Any

from litestar import Request, Response, get

from backend.core.http.access import Access, access
from backend.core.http.display import display_cookies, locale_of
from backend.core.http.given import Given
from backend.core.http.pages import own_path, page, see_other
from backend.core.http.revalidation import revalidated_response
from backend.core.http.state import face_of
from backend.core.settings import Settings
from pwa.assets import asset, service_worker
from pwa.manifest import CONTENT_TYPE, manifest
from pwa.views.pages import Plain


@get("/display", opt=access(Access.PUBLIC), include_in_schema=False)
async def display(request: Request[Any, Any, Any], settings: Given[Settings]) -> Response[bytes]:
    """Keeps `lang`, `mode`, `theme` and `size` in cookies and goes back to `next`, a path of our own."""
    given = {key: str(value) for key, value in request.query_params.items()}
    response = see_other(own_path(given.get("next")))
    for cookie in display_cookies(given, secure=settings.secure):
        response.set_cookie(cookie)
    return response


@get("/offline", opt=access(Access.PUBLIC), include_in_schema=False)
async def offline(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Kept on the phone for everybody who uses it."""
    return await page(request, "core/offline.html", Plain(), personal=False)


@get("/install", opt=access(Access.PUBLIC), include_in_schema=False)
async def install(request: Request[Any, Any, Any]) -> Response[bytes]:
    """How to put the hall on the phone's first screen."""
    return await page(request, "core/install.html", Plain())


@get("/sw.js", opt=access(Access.PUBLIC), include_in_schema=False)
async def worker_script(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The service worker, asked about on every visit so that a new version arrives at once."""
    script = service_worker()
    return revalidated_response(request, script.body, script.content_type, {"Service-Worker-Allowed": "/"})


@get("/manifest.webmanifest", opt=access(Access.PUBLIC), include_in_schema=False)
async def web_manifest(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The app's name and icons in the reader's language."""
    body = manifest(face_of(request), locale_of(request))
    return revalidated_response(request, body, CONTENT_TYPE, {"Vary": "Cookie, Accept-Language"})


@get("/favicon.ico", opt=access(Access.PUBLIC), include_in_schema=False)
async def favicon() -> Response[bytes]:
    """Browsers and search engines ask here without being told; the icon's own address changes with its content."""
    headers = {"Location": asset("icon-192.png"), "Cache-Control": "public, max-age=86400"}
    return Response(b"", status_code=302, headers=headers)


HANDLERS = [display, offline, install, worker_script, web_manifest, favicon]
