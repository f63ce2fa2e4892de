"""Builds the sprites of icons from an unpacked lucide-static package; by hand, when icons are added, never at run time.

    npm pack lucide-static@1.62.0 && tar xzf lucide-static-1.62.0.tgz && python -m pwa.vendoring package

Which icons: static/vendor/vendor.json; those of every screen in icons.svg, those that a city pack may name besides in
icons-more.svg. The files' hashes are written back there; a test compares them.
"""

import hashlib
import re
import sys
from pathlib import Path

import msgspec

STATIC = Path(__file__).parent / "static"
RECORD = STATIC / "vendor" / "vendor.json"


class Vendored(msgspec.Struct, frozen=True):
    """What was taken from whom: `files` maps a path under static/ to its sha256, `integrity` is npm's."""

    name: str
    version: str
    licence: str
    integrity: str
    sprites: dict[str, tuple[str, ...]]
    files: dict[str, str]


def absolute_start(d: str) -> str:
    """The same path data beginning with an absolute move, so that it can follow another path's."""
    number = r"-?(?:\d*\.\d+|\d+)"
    if moved := re.match(rf"m({number})[ ,]?({number})", d):
        rest = d[moved.end() :].lstrip()
        return f"M{moved[1]} {moved[2]}{'l' if re.match(number, rest) else ''}{rest}"
    return d


def symbol(name: str, svg: str) -> str:
    """One icon as a <symbol>, its paths joined; strokes and sizes are the style sheet's business."""
    path = "".join(absolute_start(d) for d in re.findall(r'<path\b[^>]*\bd="([^"]+)"', svg))
    others = re.findall(r"<(?:rect|circle|line|polyline|polygon|ellipse)\b[^>]*/>", svg)
    body = "".join(re.sub(r"\s+/>", "/>", shape) for shape in others) + (f'<path d="{path}"/>' if path else "")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


def sprite(package: Path, names: tuple[str, ...]) -> str:
    symbols = (symbol(name, (package / "icons" / f"{name}.svg").read_text()) for name in sorted(names))
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main(package: Path) -> None:
    record = msgspec.json.decode(RECORD.read_bytes(), type=Vendored)
    for name, icons in record.sprites.items():
        (STATIC / name).write_text(sprite(package, icons))
    (STATIC / "vendor" / "lucide-LICENSE.txt").write_text((package / "LICENSE").read_text())
    hashes = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in record.files}
    fresh = msgspec.structs.replace(record, files=hashes)
    RECORD.write_bytes(msgspec.json.format(msgspec.json.encode(fresh)) + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
