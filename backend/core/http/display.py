"""How a person wants the screens: language, standard or elder, light or dark, size of text. Kept in plain cookies."""

from enum import StrEnum
from typing import Any, TypeVar

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from pwa.views.shell import Locale, Mode, TextSize, Theme

_YEAR_S = 365 * 24 * 3600
_COOKIES: dict[str, type[StrEnum]] = {"lang": Locale, "mode": Mode, "theme": Theme, "size": TextSize}
Choice = TypeVar("Choice", bound=StrEnum)


def locale_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Locale:
    """The chosen language, else the first of Accept-Language that we speak, else Chinese."""
    chosen = connection.cookies.get("lang")
    if chosen is not None:
        return _choice(Locale, chosen, Locale.ZH)
    for part in connection.headers.get("accept-language", "").split(",")[:10]:
        language = part.split(";", 1)[0].strip().lower()
        if language.startswith("zh"):
            return Locale.ZH
        if language.startswith("en"):
            return Locale.EN
    return Locale.ZH


def mode_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Mode:
    return _choice(Mode, connection.cookies.get("mode"), Mode.STANDARD)


def theme_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Theme:
    return _choice(Theme, connection.cookies.get("theme"), Theme.AUTO)


def text_size_of(connection: ASGIConnection[Any, Any, Any, Any]) -> TextSize:
    return _choice(TextSize, connection.cookies.get("size"), TextSize.NORMAL)


def display_cookies(given: dict[str, str], *, secure: bool) -> list[Cookie]:
    """Cookies for the choices in a query string; what is not a choice is ignored."""
    cookies = []
    for name, choices in _COOKIES.items():
        if given.get(name) in set(choices):
            cookies.append(
                Cookie(key=name, value=given[name], max_age=_YEAR_S, samesite="lax", secure=secure, path="/")
            )
    return cookies


def _choice(cls: type[Choice], value: str | None, default: Choice) -> Choice:
    try:
        return cls(value) if value is not None else default
    except ValueError:
        return default
