"""What an item can be found by: every way in which its names may be typed."""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from backend.catalogue.folding import is_han, key, runs
from backend.catalogue.models import ItemEntry, Named
from backend.catalogue.search import LONGEST_QUERY, SOUND, pairs, segmenter
from backend.city.city import City
from backend.city.items import Channel, Item
from backend.city.models import Department

REVISION = 1  # raise when the same item must be indexed differently: the next load renews every row

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
    """A row of item_search as it is sent; `tokens` are joined by spaces."""

    item_code: str
    version: int
    position: int
    entry: str
    digest: str
    title_key: str
    title_en_key: str | None
    aliases: tuple[str, ...]
    names: str
    pinyin: str
    initials: str
    tokens: str
    english: str
    subjects: tuple[str, ...]
    themes: tuple[str, ...]
    reach: tuple[str, ...]
    department: str | None
    effective_on: date | None
    cancelled_on: date | None


def digest_of(city: City, item: Item) -> bytes:
    """Of all that a row is made from, besides its position."""
    made_from = (REVISION, city.item_version(item.code), item, _department(city, item))
    return hashlib.sha256(msgspec.json.encode(made_from)).digest()


def row_of(city: City, item: Item, position: int) -> Row:
    aliases = tuple(key(alias) for alias in item.aliases)
    title = key(item.title.zh)
    syllables = syllables_of(item.title.zh)
    return Row(
        item_code=item.code,
        version=city.item_version(item.code),
        position=position,
        entry=msgspec.json.encode(entry_of(city, item)).decode(),
        digest=digest_of(city, item).hex(),
        title_key=title,
        title_en_key=f" {key(item.title.en)} " if item.title.en else None,
        aliases=aliases,
        names="\n".join((title, *aliases)),
        pinyin="".join(syllables),
        initials=_initials(syllables),
        tokens=" ".join(tokens_of(city, item)),
        english=" ".join(_english(item)),
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


def tokens_of(city: City, item: Item) -> list[str]:
    """Characters and pairs of them in the names and the office, and the sounds of the names from each syllable on."""
    department = _department(city, item)
    names = [item.title.zh, *item.aliases]
    offices = [department.name.zh] if department else []
    found = {token for text in names + offices for run in runs(text) if is_han(run) for token in (*run, *pairs(run))}
    found.update(SOUND + sound for text in names for sound in sounds_of(text))
    return sorted(found)


def sounds_of(text: str) -> Iterable[str]:
    """Pinyin and initials from every syllable on: whatever part is typed, it is the beginning of one of these."""
    syllables = syllables_of(text)
    for at in range(len(syllables)):
        yield "".join(syllables[at:])[:LONGEST_QUERY]
        yield _initials(syllables[at:])[:LONGEST_QUERY]


def syllables_of(text: str) -> list[str]:
    """Pinyin of each character; runs of letters and digits as they are. Words decide between several readings."""
    words = (word for run in runs(text) for word in (segmenter().cut(run) if is_han(run) else [run]))
    return [re.sub("[^a-z0-9]", "", syllable) for word in words for syllable in _pinyin()(word)]


def _initials(syllables: list[str]) -> str:
    """The first letter of each syllable; a number counts as a whole."""
    return "".join(syllable if syllable.isdigit() else syllable[:1] for syllable in syllables)


def _english(item: Item) -> list[str]:
    texts = [item.title.en or "", *item.aliases]
    return [run for text in texts for run in runs(text) if not is_han(run)]


def _department(city: City, item: Item) -> Department | None:
    return city.departments[item.department] if item.department else None


@cache
def _pinyin() -> Any:
    """Only loading a pack needs it: 55 MB that the web process never has to carry."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(_READINGS)
    return lazy_pinyin
