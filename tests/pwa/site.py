"""A tiny server that draws the example screens with the headers of the real one."""

from aiohttp import web

from pwa.assets import lookup, service_worker
from pwa.csp import CONTENT_SECURITY_POLICY
from pwa.examples.frame import SHANGHAI, shell
from pwa.examples.gallery import gallery
from pwa.examples.screens import SCREENS, Screen
from pwa.manifest import CONTENT_TYPE, manifest
from pwa.rendering import render
from pwa.views.shell import Locale, Mode, TextSize, Theme

GALLERY = Screen(template="core/components.html", view=gallery(), path="/components")
ALL_SCREENS = SCREENS | {"components": GALLERY}
# As the page that leads to a provider has it.
_POLICY = CONTENT_SECURITY_POLICY.replace("form-action 'self'", "form-action 'self' https://pay.example")
HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}

REQUESTS = web.AppKey("requests", dict[str, int])


def draw(name: str, locale: Locale, mode: Mode, theme: Theme, size: TextSize = TextSize.NORMAL) -> bytes:
    screen = ALL_SCREENS[name]
    frame = shell(
        locale,
        mode,
        theme,
        tab=screen.tab,
        path=screen.path,
        signed_in=screen.signed_in,
        text_size=size,
        desk=screen.desk,
    )
    elder_view = screen.elder_view if mode is Mode.ELDER else None
    return render(screen.template, frame, elder_view or screen.view)


async def show(request: web.Request) -> web.Response:
    """/screen/guide?lang=en&mode=elder&theme=dark&size=largest"""
    ask = request.query
    body = draw(
        request.match_info["name"],
        Locale(ask.get("lang", "zh-CN")),
        Mode(ask.get("mode", "standard")),
        Theme(ask.get("theme", "light")),
        TextSize(ask.get("size", "normal")),
    )
    headers = HEADERS | {"Cache-Control": ask.get("cache", "no-store")}
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


async def by_path(request: web.Request) -> web.Response:
    """The screens under their own addresses, for the service worker: guides are public, the rest is not."""
    names = {screen.path.split("?")[0]: name for name, screen in reversed(SCREENS.items())}
    if request.path not in names:
        raise web.HTTPNotFound
    counts = request.app[REQUESTS]
    counts[request.path] = counts.get(request.path, 0) + 1
    cache = "no-cache" if request.path.startswith("/services/") or request.path == "/offline" else "no-store"
    body = draw(names[request.path], Locale.ZH, Mode.STANDARD, Theme.LIGHT)
    headers = HEADERS | {"Cache-Control": cache, "Vary": "Cookie, Accept-Language"}
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


async def static(request: web.Request) -> web.Response:
    made = service_worker() if request.path == "/sw.js" else lookup(request.path)
    if made is None:
        raise web.HTTPNotFound
    encoded = {"Content-Encoding": "br"} if made.br else {}
    return web.Response(body=made.br or made.body, headers={"Content-Type": made.content_type} | encoded | HEADERS)


async def web_manifest(request: web.Request) -> web.Response:
    return web.Response(body=manifest(SHANGHAI, Locale.ZH), headers={"Content-Type": CONTENT_TYPE})


def site() -> web.Application:
    app = web.Application()
    app[REQUESTS] = {}
    app.router.add_get("/screen/{name}", show)
    app.router.add_get("/static/{file}", static)
    app.router.add_get("/sw.js", static)
    app.router.add_get("/manifest.webmanifest", web_manifest)
    app.router.add_get("/{path:.*}", by_path)
    return app
