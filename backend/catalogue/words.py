"""The words of a city's catalogue: what its names consist of, and what else people call these things."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import Struct

from backend.catalogue.folding import is_han, key, runs
from backend.city.city import City
from backend.city.items import Item

IN_TITLE, IN_ALIAS, IN_OFFICE = 10, 8, 2
"""Where a word stands, as what a match there counts."""

MEANT, SISTER = 100, 50
"""How well a synonym fits, in percent: what a word of the pack is said to mean, and another word for the same."""

_LONGEST = 12
_ENDINGS = (("ations", ""), ("ation", ""), ("ings", ""), ("ing", ""), ("ies", "i"), ("als", ""), ("al", ""), ("ed", ""),
            ("es", ""), ("s", ""), ("e", ""), ("y", "i"))  # fmt: skip
_SHORTEST_STEM = 3

Terms = dict[str, int]
"""Words and where each stands best."""


class Synonyms(Struct, frozen=True):
    """What else a word may mean, each with how well it fits in percent and the entry of the pack that says so."""

    meanings: dict[str, tuple[tuple[str, int, str], ...]]


def words_of(city: City) -> frozenset[str]:
    """Chinese words of the catalogue: those that its names consist of, and those of the synonyms."""
    names = (text for item in city.items.values() for text, _ in names_of(city, item))
    chinese = {run for text in names for run in runs(text) if is_han(run)}
    words = {word for run in chinese for word in segmenter().cut_for_search(run) if len(word) > 1}
    return frozenset(words.union(filter(is_han, _of_synonyms(city))))


def terms_of(city: City, words: frozenset[str]) -> Iterator[tuple[str, Terms]]:
    """Every item by its code, and the terms that it is found by."""
    return ((code, terms_in(names_of(city, item), words)) for code, item in city.items.items())


def names_of(city: City, item: Item) -> list[tuple[str, int]]:
    """What the item is called, and by whom it is done."""
    department = city.departments.get(item.department) if item.department else None
    texts = [(item.title.zh, IN_TITLE), (item.title.en or "", IN_TITLE), *((each, IN_ALIAS) for each in item.aliases)]
    return [*texts, (department.name.zh, IN_OFFICE)] if department else texts


def terms_in(names: Iterable[tuple[str, int]], words: frozenset[str]) -> Terms:
    """Every pair of characters, every known word however it is embedded, and the stems of English words."""
    found: Terms = {}
    for text, place in names:
        for run in runs(text):
            for term in _parts(run, words) if is_han(run) else [stem(run)]:
                found[term] = max(place, found.get(term, 0))
    return found


def _parts(run: str, known: frozenset[str]) -> Iterator[str]:
    for at in range(len(run)):
        for length in range(2, min(_LONGEST, len(run) - at) + 1):
            part = run[at : at + length]
            if length == 2 or part in known:
                yield part


def synonyms_of(city: City, counts: Counter[str]) -> Synonyms:
    """A word leads to what it means, less surely to its sisters, and back from there: these where names use them."""
    meanings: dict[str, list[tuple[str, int, str]]] = {}
    for entry in city.synonyms.values():
        words, means = [key(word) for word in entry.words], [key(word) for word in entry.means]
        for word in (*words, *means):
            meant = [(each, MEANT, entry.code) for each in means if word in words]
            used = [(each, SISTER, entry.code) for each in words if counts[each] and is_han(each) == is_han(word)]
            meanings.setdefault(word, []).extend(each for each in (*meant, *used) if each[0] != word)
    return Synonyms({word: tuple(told) for word, told in meanings.items()})


def _of_synonyms(city: City) -> Iterator[str]:
    for entry in city.synonyms.values():
        yield from map(key, (*entry.words, *entry.means))


def stem(word: str) -> str:
    """An English word without its ending, so that renew, renewal and renewing are one. Anything else as it is."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending) + instead
    return word


@cache
def segmenter() -> Any:
    """Splits Chinese into words. Loading takes some 60 ms and 30 MB, at first use."""
    import rjieba

    return rjieba
