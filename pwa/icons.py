"""Icons as template filters: `{{ "bell"|icon }}`. With a literal name Jinja draws them once, when it compiles."""

from functools import cache

from markupsafe import Markup

from pwa.assets import icons

UNKNOWN = "file-text"
SVG = Markup('<svg class="{looks}" aria-hidden="true" focusable="false"><use href="{address}"/></svg>')
TILE = Markup('<span class="icon-tile icon-tile--{tone}">{icon}</span>')


@cache
def icon(name: str, size: str = "") -> Markup:
    """A line drawing. A city pack may name one that is not here: then a plain sheet of paper."""
    looks = f"icon icon--{size}" if size else "icon"
    return SVG.format(looks=looks, address=icons().get(name) or icons()[UNKNOWN])


@cache
def icon_tile(name: str, tone: str = "accent") -> Markup:
    """The drawing on a tinted square."""
    return TILE.format(tone=tone, icon=icon(name))
