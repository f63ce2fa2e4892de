"""Static files, held in memory under names that carry their content's hash, with compressed twins.

The style sheet and the script are put together from their sources when the process starts; nothing is built before.
"""

import gzip
import hashlib
from functools import cache, cached_property
from pathlib import Path

import brotli
import msgspec

STATIC = Path(__file__).parent / "static"
CSS_FIRST = ("layers.css", "tokens.css", "base.css", "card.css", "icon.css", "prose.css", "guide.css")
CSS_LAST = ("modes.css",)
JS_FIRST = ("core.js",)
SPRITES = ("icons.svg", "icons-more.svg")  # what every screen needs; what a city pack may name besides
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
COMPRESSIBLE = (".css", ".js", ".svg")


class Asset(msgspec.Struct, frozen=True, dict=True):
    """One file as it is served: under `url` for ever, its bytes never change."""

    url: str
    content_type: str
    body: bytes
    compressible: bool

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @cached_property
    def br(self) -> bytes | None:
        return brotli.compress(self.body, quality=11) if self.compressible else None

    @cached_property
    def gz(self) -> bytes | None:
        return gzip.compress(self.body, 9, mtime=0) if self.compressible else None


def stylesheet() -> bytes:
    """Layers and tokens first, then the components by name, the modes last."""
    css = STATIC / "css"
    parts = [css / name for name in CSS_FIRST]
    parts += sorted((css / "components").glob("*.css"))
    parts += [css / name for name in CSS_LAST]
    return b"\n".join(part.read_bytes() for part in parts)


def desk_stylesheet() -> bytes:
    """What only the operators' pages need, beside the other."""
    return b"\n".join(part.read_bytes() for part in sorted((STATIC / "css" / "desk").glob("*.css")))


def script() -> bytes:
    """The core, then each behaviour, in one function scope."""
    js = STATIC / "js"
    parts = [js / name for name in JS_FIRST] + sorted((js / "behaviours").glob("*.js"))
    return b"(() => {\n'use strict';\n" + b"\n".join(part.read_bytes() for part in parts) + b"\n})();\n"


def _made(name: str, body: bytes) -> Asset:
    stem, suffix = name.rsplit(".", 1)
    return Asset(
        url=f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:8]}.{suffix}",
        content_type=TYPES[f".{suffix}"],
        body=body,
        compressible=f".{suffix}" in COMPRESSIBLE,
    )


@cache
def assets() -> dict[str, Asset]:
    """Every file by its plain name: app.css, app.js, icons.svg, icon-192.png …"""
    bodies = {"app.css": stylesheet(), "desk.css": desk_stylesheet(), "app.js": script()}
    bodies |= {name: (STATIC / name).read_bytes() for name in SPRITES}
    bodies |= {path.name: path.read_bytes() for path in sorted((STATIC / "icons").iterdir())}
    return {name: _made(name, body) for name, body in bodies.items()}


@cache
def _by_url() -> dict[str, Asset]:
    return {made.url: made for made in assets().values()}


def asset(name: str) -> str:
    """The address of a file, to be written into a page; KeyError for a name that does not exist."""
    return assets()[name].url


def lookup(path: str) -> Asset | None:
    """The file behind a request path, or None."""
    return _by_url().get(path)


@cache
def icons() -> dict[str, str]:
    """The address of every icon by the name that a tile or a message may carry."""
    found: dict[str, str] = {}
    for sprite in SPRITES:
        symbols = assets()[sprite].body.decode().split('<symbol id="')[1:]
        found |= {name: f"{asset(sprite)}#{name}" for name in (symbol.split('"', 1)[0] for symbol in symbols)}
    return found


@cache
def service_worker() -> Asset:
    """/sw.js: told which files belong to this version; served at a fixed address with `no-cache`."""
    names = ("app.css", "app.js", "icons.svg", "icon.svg", "icon-192.png", "badge-96.png")
    precache = ["/offline", *(asset(name) for name in names)]
    source = (STATIC / "js" / "sw.js").read_text()
    version = hashlib.sha256(("".join(precache) + source).encode()).hexdigest()[:8]
    facts = {"version": version, "precache": precache, "icon": asset("icon-192.png"), "badge": asset("badge-96.png")}
    body = f"const SHELL = {msgspec.json.encode(facts).decode()};\n{source}".encode()
    return Asset(url="/sw.js", content_type=TYPES[".js"], body=body, compressible=True)
