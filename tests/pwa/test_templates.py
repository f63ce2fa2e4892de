"""Every template compiles, every component is whole, every screen draws in every language and mode."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from pwa.assets import STATIC
from pwa.examples.frame import shell
from pwa.examples.gallery import COMPONENTS, gallery
from pwa.rendering import TEMPLATES, environment, preload, render
from pwa.views.pages import ErrorPage, Plain
from pwa.views.shell import Locale, Mode, Theme
from tests.pwa.site import ALL_SCREENS, draw

STYLES = {path.stem for folder in ("components", "desk") for path in (STATIC / "css" / folder).glob("*.css")}
DRAWN = [(name, locale, mode) for name in ALL_SCREENS for locale in Locale for mode in Mode]


class Page(HTMLParser):
    """What a page contains, as far as the rules below ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.references: list[str] = []
        self.handlers: list[str] = []
        self.untyped_buttons = 0
        self.forms: list[dict[str, str | None]] = []
        self.tokens = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags[tag] += 1
        self.handlers += [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.references += (attributes.get(name) or "").split()
        if identity := attributes.get("id"):
            self.ids[identity] += 1
        if tag == "button" and "type" not in attributes:
            self.untyped_buttons += 1
        if tag == "form" and attributes.get("method") == "post":
            self.forms.append(attributes)
        if attributes.get("name") == "csrf_token":
            self.tokens += 1
        if tag == "script" and not (attributes.get("src") or "").startswith("/static/"):
            self.handlers.append("inline script")


def test_all_templates_compile() -> None:
    preload()


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_a_macro_a_style_and_an_example(name: str) -> None:
    assert (TEMPLATES / "components" / f"{name}.html").is_file()
    assert name in STYLES

    for mode in Mode:
        assert name.encode() in render("core/components.html", shell(mode=mode), gallery(name))


def test_no_macro_and_no_style_lacks_an_example() -> None:
    macros = {path.stem for path in (TEMPLATES / "components").glob("*.html")}

    assert macros == STYLES == set(COMPONENTS)


def test_an_example_uses_the_macro_it_shows() -> None:
    for name in set(COMPONENTS):
        source = (TEMPLATES / "examples" / f"{name}.html").read_text()
        assert f"components/{name}.html" in source, name


@pytest.mark.parametrize(("name", "locale", "mode"), DRAWN)
def test_a_screen_is_sound_html(name: str, locale: Locale, mode: Mode) -> None:
    page = Page(draw(name, locale, mode, Theme.AUTO).decode())

    assert page.tags["h1"] == 1
    assert [identity for identity, times in page.ids.items() if times > 1] == []
    assert set(page.references) <= set(page.ids)
    assert page.handlers == []
    assert page.untyped_buttons == 0
    ours = [form for form in page.forms if str(form["action"]).startswith("/")]  # a provider is told no token
    assert page.tokens == len(ours)


@pytest.mark.parametrize("name", ALL_SCREENS)
def test_an_english_screen_marks_what_stays_chinese(name: str) -> None:
    html = draw(name, Locale.EN, Mode.STANDARD, Theme.AUTO).decode().split("</head>")[1]
    unmarked = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", unmarked)

    # Names stay as they are written on the licence; 语言 and what was typed are Chinese on purpose.
    left = set(re.findall(r"[\u4e00-\u9fff]+", words)) - {"林", "雯", "强", "语言", "驾照", "驾驶证"}

    assert left == set()


def test_a_view_that_lacks_a_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises((UndefinedError, AttributeError)):
        render("home/home.html", shell(), Plain())


def test_content_is_escaped() -> None:
    env = environment(Locale.ZH)

    assert env.from_string("{{ x }}").render(x="<script>") == "&lt;script&gt;"


def test_the_offline_page_is_the_same_for_everybody() -> None:
    html = draw("offline", Locale.ZH, Mode.STANDARD, Theme.AUTO).decode()

    assert "林" not in html
    assert "csrf_token" not in html
    assert "tab-count" not in html


@pytest.mark.parametrize(
    ("status", "title"),
    [(400, "请检查后再试"), (405, "请检查后再试"), (422, "请检查后再试"), (500, "我们这里出了问题")],
)
def test_whose_mistake_it_was_is_said_as_it_is(status: int, title: str) -> None:
    page = render("core/error.html", shell(), ErrorPage(status=status))

    assert f"{title}</h1>" in page.decode()
    assert 'href="/"' in page.decode()
