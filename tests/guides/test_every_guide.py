"""Every guide of the pack, in both languages and both modes, at every end of its questions: whole and sound."""

import re

import pytest

from backend.city.city import City
from backend.city.questions import complete_paths, path_of
from pwa.views.shell import Locale, Mode
from tests.hall import Browser
from tests.pwa.test_templates import Page

UNSAID = re.compile(r"\bNone\b(?! needed)|Undefined|<class|Text\(")


def sound(text: str) -> list[str]:
    """What is wrong with a page, apart from how it looks."""
    page = Page(text.replace('<script type="application/ld+json">', '<script src="/static/">'))
    wrong = [f"{page.tags['h1']} h1"] if page.tags["h1"] != 1 else []
    wrong += [f"id {identity} twice" for identity, times in page.ids.items() if times > 1]
    wrong += [f"nothing has the id {reference}" for reference in set(page.references) - set(page.ids)]
    wrong += [f"inline {handler}" for handler in page.handlers]
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL)
    return wrong + [f"says {said}" for said in UNSAID.findall(words)]


def unmarked_chinese(text: str) -> set[str]:
    """Chinese in an English page that does not say it is Chinese."""
    body = text.split("</head>")[1]
    marked = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", body, flags=re.DOTALL)
    return set(re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", " ", marked)))


@pytest.mark.slow
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("locale", Locale)
async def test_every_guide_is_whole(visitor: Browser, rich_city: City, locale: Locale, mode: Mode) -> None:
    wrong: dict[str, object] = {}
    for item in rich_city.items.values():
        for path in ["", *map(path_of, complete_paths(item.questions))]:
            answer = await visitor.get(
                f"/services/{item.code}",
                params={"s": path} if path else {},
                headers={"Cookie": f"lang={locale}; mode={mode}"},
            )
            faults = [*sound(answer.text), *(unmarked_chinese(answer.text) if locale is Locale.EN else ())]
            if answer.status_code != 200 or faults:
                wrong[f"{item.code} {path}"] = (answer.status_code, faults)

    assert wrong == {}
