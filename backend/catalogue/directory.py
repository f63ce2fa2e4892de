"""The hall's screens before a guide: the directory of everything, and what a search or a choice has found."""

from collections import Counter
from datetime import date
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from backend.catalogue import wording
from backend.catalogue.errors import UnknownPackage
from backend.catalogue.indexing import entry_of, item_url
from backend.catalogue.models import Alphabet, Asked, ItemEntry, ItemPage
from backend.catalogue.search import parse_query
from backend.catalogue.wording import shown
from backend.city.city import City
from backend.city.items import Item, Reach
from backend.city.models import Package, Subject
from pwa.views.parts import Segment, Text, Tile
from pwa.views.services import Department, Result, SearchResults, Services

PATH = "/services"
EVERYTHING, DEPARTMENTS, LETTERS = "all", "departments", "a-z"
EVERYONE = Text("全部", "All")
OFTEN_SHOWN = 6
_decoder = msgspec.json.Decoder(ItemEntry)


class Choice(Struct, frozen=True, kw_only=True):
    """What a screen of results is about."""

    asked: Asked
    package: str | None = None
    everything: bool = False


def link(**parameters: str | None) -> str:
    """An address of this screen; what is empty is left out."""
    given = {name: value for name, value in parameters.items() if value}
    return f"{PATH}?{urlencode(given, quote_via=quote)}" if given else PATH


class AtHand(Struct, frozen=True, kw_only=True):
    """Items by code: what the one who is signed in keeps, and what the city uses most."""

    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    often: tuple[str, ...] = ()


NOTHING_AT_HAND = AtHand()


def services_view(city: City, subject: Subject, today: date, at_hand: AtHand = NOTHING_AT_HAND) -> Services:
    """What is at hand; life events and themes that lead to at least one item; doors to longer lists."""
    offered = {code: item for code, item in city.items.items() if is_offered(item, today)}
    often = [offered[code] for code in at_hand.often if code in offered and subject in offered[code].subjects]
    return Services(
        subjects=_audiences(subject),
        favourites=_results(city, at_hand.favourites),
        recent=_results(city, at_hand.recent),
        packages=_packages(city, subject),
        themes=_themes(city, subject, {theme for item in offered.values() for theme in item.themes}),
        often=tuple(Segment(label=shown(item.title), path=item_url(item.code)) for item in often[:OFTEN_SHOWN]),
        popular=() if often or subject is not Subject.PERSON else _popular(city),
        rows=(
            Tile(icon="landmark", label=Text("按部门", "By department"), path=link(view=DEPARTMENTS)),
            Tile(icon="book-open", label=Text("按首字母 A–Z", "A–Z"), path=link(view=LETTERS)),
            Tile(icon="layout-grid", label=Text("全部事项", "All services"), path=link(view=EVERYTHING)),
        ),
    )


def _results(city: City, codes: tuple[str, ...]) -> tuple[Result, ...]:
    return tuple(_result(entry_of(city, city.items[code]), ()) for code in codes)


def _packages(city: City, subject: Subject) -> tuple[Tile, ...]:
    return tuple(
        Tile(icon=each.icon, label=shown(each.short_name), path=link(package=each.code), note=_count(each))
        for each in city.packages.values()
        if each.items and subject in each.subjects
    )


def _themes(city: City, subject: Subject, used: set[str]) -> tuple[Tile, ...]:
    kept = subject if subject is not Subject.PERSON else None
    return tuple(
        Tile(icon=each.icon, label=shown(each.name), path=link(theme=each.code, subject=kept))
        for each in city.themes.values()
        if each.code in used and subject in each.subjects
    )


def departments_view(city: City, today: date) -> Services:
    """Every department that answers for an item, with how many."""
    counts = Counter(item.department for item in city.items.values() if is_offered(item, today))
    return Services(
        departments=tuple(
            Department(name=shown(each.name), path=link(department=each.code), count=counts[each.code])
            for each in city.departments.values()
            if counts[each.code]
        )
    )


def letters_view(alphabet: Alphabet) -> Services:
    """The index by first letter, of the Chinese title's pinyin or of the English title, and one letter of it."""
    return Services(
        letters=tuple(
            Segment(label=Text(each, each), path=link(view=LETTERS, letter=each), current=each == alphabet.letter)
            for each in alphabet.letters
        ),
        listed=tuple(_result(_decoder.decode(entry), ()) for entry in alphabet.entries),
    )


def is_offered(item: Item, today: date) -> bool:
    begun = item.effective_on is None or item.effective_on <= today
    return begun and (item.cancelled_on is None or item.cancelled_on > today)


def _audiences(subject: Subject) -> tuple[Segment, ...]:
    person, enterprise = (wording.subject_word(each) for each in (Subject.PERSON, Subject.ENTERPRISE))
    return (
        Segment(label=person, path=PATH, current=subject is Subject.PERSON),
        Segment(label=enterprise, path=link(subject=Subject.ENTERPRISE), current=subject is Subject.ENTERPRISE),
        Segment(label=wording.reach_word(Reach.NATION), path=link(reach=Reach.NATION)),
    )


def _count(package: Package) -> Text:
    items = len(package.items)
    return Text(f"{items} 个事项", f"{items} service{'' if items == 1 else 's'}")


def results_view(city: City, choice: Choice, page: ItemPage) -> SearchResults:
    asked = choice.asked
    query = parse_query(city, asked.q)
    marks = query.marks if query else ()
    return SearchResults(
        query=asked.q.strip(),
        heading=_heading(city, choice),
        subject=asked.subject,
        theme=asked.theme,
        subjects=_segments(choice),
        results=tuple(_result(_decoder.decode(entry), marks) for entry in page.items),
        total=page.total,
        next_path=_address(choice, after=page.next) if page.next else None,
        popular=() if page.items else _popular(city),
        joined=query.joined[:1] if query else (),
    )


def package_view(city: City, code: str) -> SearchResults:
    """The items of a life event, in the order in which they belong. Raises UnknownPackage."""
    if code not in city.packages:
        raise UnknownPackage
    package = city.packages[code]
    results = tuple(_result(entry_of(city, city.item(item)), ()) for item in package.items)
    return SearchResults(heading=shown(package.name), results=results, total=len(results))


def _heading(city: City, choice: Choice) -> Text | None:
    asked = choice.asked
    if asked.q.strip():
        return None
    if asked.theme:
        return shown(city.themes[asked.theme].name)
    if asked.department:
        return shown(city.departments[asked.department].name)
    if asked.reach:
        return wording.reach_word(asked.reach)
    return Text("全部事项", "All services")


def _segments(choice: Choice) -> tuple[Segment, ...]:
    current = choice.asked.subject
    words = ((None, EVERYONE), *((each, wording.subject_word(each)) for each in Subject))
    return tuple(
        Segment(label=word, path=_address(choice, subject=each), current=each is current) for each, word in words
    )


def _address(choice: Choice, **changed: str | None) -> str:
    """The address of the same results with some parameters changed."""
    asked = choice.asked
    kept: dict[str, str | None] = {
        "q": asked.q.strip(),
        "theme": asked.theme,
        "subject": asked.subject,
        "department": asked.department,
        "reach": asked.reach,
        "view": EVERYTHING if choice.everything else None,
    }
    return link(**(kept | changed))


def _result(entry: ItemEntry, marks: tuple[str, ...]) -> Result:
    department = shown(entry.department.name) if entry.department else None
    online = wording.ONLINE if entry.online else None
    return Result(title=shown(entry.title), note=wording.one_line(online, department), path=entry.url, marks=marks)


def _popular(city: City) -> tuple[Segment, ...]:
    """What else to try after nothing was found."""
    return tuple(Segment(label=shown(words), path=link(q=words.zh)) for words in city.profile.popular_searches)
