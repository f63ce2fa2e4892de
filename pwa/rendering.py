"""Draws a screen: a template, the shell around it, and the view that fills it."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from pwa.assets import asset, assets, service_worker
from pwa.catalogue import translations
from pwa.charts import drawn, row_bars
from pwa.compiled import compiled
from pwa.icons import icon, icon_tile
from pwa.views.shell import Locale, Shell
from pwa.words import Words

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(locale: Locale) -> Environment:
    """One environment per language, so that macros can be imported without a context and stay compiled."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=compiled(locale),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(Words(locale, translations(locale)).filters(), icon=icon, icon_tile=icon_tile, asset=asset)
    env.filters.update(drawn=drawn, row_bars=row_bars)
    env.globals["gap"] = " " if locale is Locale.EN else ""
    return env


def render(template: str, shell: Shell, view: Struct) -> bytes:
    """The whole page as UTF-8. Raises jinja2.UndefinedError where a template asks for what a view lacks."""
    page = environment(shell.locale).get_template(template)
    return page.render(shell=shell, view=view).encode()


def preload() -> None:
    """Compiles every template in every language and compresses every file, so that no visitor waits for it."""
    for made in (*assets().values(), service_worker()):
        _ = made.br, made.gz
    for locale in Locale:
        env = environment(locale)
        for name in env.list_templates():
            env.get_template(name)
