"""The interface's sentences in other languages, read from their .po files when the process starts."""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from pwa.views.shell import Locale

LOCALES = Path(__file__).parent / "locales"


def read(locale: Locale) -> Catalog:
    path = LOCALES / locale.value / "LC_MESSAGES" / "messages.po"
    with path.open(encoding="utf-8") as po:
        return read_po(po, locale=locale.value)


@cache
def translations(locale: Locale) -> NullTranslations:
    """Chinese is the language of the sources and needs no catalogue."""
    if locale is Locale.ZH:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read(locale))
    compiled.seek(0)
    return Translations(compiled)
