"""What an item can be found by: every way in which its names may be typed."""

import hashlib
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from backend.catalogue.folding import is_han, key, runs
from backend.catalogue.importance import Importance
from backend.catalogue.models import ItemEntry, Named
from backend.catalogue.words import Terms, segmenter, terms_of, words_of
from backend.city.city import City
from backend.city.items import Channel, Item
from backend.city.models import Department

REVISION = 2  # raise when the same item must be indexed differently: the next load renews every row

# Readings that the dictionary gets wrong, or that people type otherwise.
_READINGS = {
    "长宁": [["chang"], ["ning"]],
    "闵行": [["min"], ["hang"]],
    "长护险": [["chang"], ["hu"], ["xian"]],
    "长三角": [["chang"], ["san"], ["jiao"]],
    "重名": [["chong"], ["ming"]],
    "发卡": [["fa"], ["ka"]],
    "献血": [["xian"], ["xue"]],
}


class Row(Struct, frozen=True, kw_only=True):
    """A row of item_search as it is sent, and the rows of item_terms that belong to it."""

    item_code: str
    version: int
    position: int
    entry: str
    digest: str
    title_key: str
    title_en_key: str | None
    aliases: tuple[str, ...]
    pinyin: str
    initials: str
    importance: int
    terms: Terms
    subjects: tuple[str, ...]
    themes: tuple[str, ...]
    reach: tuple[str, ...]
    department: str | None
    effective_on: date | None
    cancelled_on: date | None


class Index:
    """Makes rows of the items of one city: what they have in common is looked up once."""

    def __init__(self, city: City) -> None:
        self._city, self._importance = city, Importance(city)
        self._terms = dict(terms_of(city, words_of(city)))
        self._places = {code: position for position, code in enumerate(city.items, start=1)}

    def digest_of(self, item: Item) -> bytes:
        """Of all that a row is made from, besides its position."""
        version, department = self._city.item_version(item.code), _department(self._city, item)
        made_from = (REVISION, version, item, department, self._importance.of(item), self._terms[item.code])
        return hashlib.sha256(msgspec.json.encode(made_from)).digest()

    def row_of(self, item: Item) -> Row:
        syllables = syllables_of(item.title.zh)
        return Row(
            item_code=item.code,
            version=self._city.item_version(item.code),
            position=self._places[item.code],
            entry=msgspec.json.encode(entry_of(self._city, item)).decode(),
            digest=self.digest_of(item).hex(),
            title_key=key(item.title.zh),
            title_en_key=f" {key(item.title.en)} " if item.title.en else None,
            aliases=tuple(key(alias) for alias in item.aliases),
            pinyin="".join(syllables),
            initials=_initials(syllables),
            importance=self._importance.of(item),
            terms=self._terms[item.code],
            subjects=item.subjects,
            themes=item.themes,
            reach=item.reach,
            department=item.department,
            effective_on=item.effective_on,
            cancelled_on=item.cancelled_on,
        )


def entry_of(city: City, item: Item) -> ItemEntry:
    department = _department(city, item)
    return ItemEntry(
        code=item.code,
        version=city.item_version(item.code),
        title=item.title,
        url=item_url(item.code),
        department=Named(department.code, department.name) if department else None,
        summary=item.summary,
        subjects=item.subjects,
        themes=item.themes,
        channels=item.channels,
        reach=item.reach,
        online=Channel.ONLINE in item.channels if item.channels else None,
    )


def item_url(code: str) -> str:
    return f"/services/{quote(code, safe='')}"


def syllables_of(text: str) -> list[str]:
    """Pinyin of each character; runs of letters and digits as they are. Words decide between several readings."""
    words = (word for run in runs(text) for word in (segmenter().cut(run) if is_han(run) else [run]))
    return [key(syllable) for word in words for syllable in _pinyin()(word)]


def _initials(syllables: list[str]) -> str:
    """The first letter of each syllable; a number counts as a whole."""
    return "".join(syllable if syllable.isdigit() else syllable[:1] for syllable in syllables)


def _department(city: City, item: Item) -> Department | None:
    return city.departments[item.department] if item.department else None


@cache
def _pinyin() -> Any:
    """Only loading a pack needs it: 55 MB that the web process never has to carry."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(_READINGS)
    return lazy_pinyin
