"""The entries of a city pack: facts, each with its sources. A field that is absent is a fact nobody has established.

Feature code reads them from a `City` (`backend.city.city`). Items, licence types and rules have modules of their own.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

NATIONAL = "000000"


class Strict(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a pack file may hold: nothing unknown; and defaults are left out, so a new field changes no stored entry."""


class Text(Strict, frozen=True):
    """A sentence or a name a person reads. `en` None: show `zh`, marked as Chinese."""

    zh: str
    en: str | None = None


class Subject(StrEnum):
    PERSON = "person"
    ENTERPRISE = "enterprise"


class Unit(StrEnum):
    WORKDAY = "workday"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Confidence(StrEnum):
    """How well the facts of an entry are established."""

    LAW = "law"  # read in the law's own text
    OFFICIAL = "official"  # published by an office
    CODE = "code"  # name and code seen in a working system
    SECONDARY = "secondary"  # reported by others
    RECALL = "recall"  # remembered, not yet confirmed: check before relying on it


class Citation(Strict, frozen=True):
    """The article a fact rests on. `version` is the date of the text that was read."""

    law: str
    article: str
    version: date | None = None


class Entry(Strict, frozen=True, kw_only=True):
    """What every entry has: a code that is unique among its kind and never re-used, and the sources of its facts."""

    code: str
    sources: tuple[str, ...]
    note: str | None = None
    confidence: Confidence | None = None


class Span(Strict, frozen=True):
    value: int
    unit: Unit


class FeeCategory(StrEnum):
    ADMINISTRATIVE = "administrative"  # 行政事业性收费
    PENALTY = "penalty"  # 罚没收入
    TAX = "tax"
    INSURANCE = "insurance"  # 社会保险费
    FUND = "fund"  # 政府性基金


class Fee(Entry, frozen=True, kw_only=True):
    """Money in fen. `amount_fen` 0 is free by rule; absent with `variable` is set case by case or locally."""

    name: Text
    category: FeeCategory
    unit: Text
    region: str
    department: str | None = None
    amount_fen: int | None = None
    variable: bool = False
    min_fen: int | None = None
    max_fen: int | None = None
    min_rate_bp: int | None = None  # basis points: 300 is 3 %
    max_rate_bp: int | None = None
    basis: str | None = None  # number of the price document
    legal_basis: tuple[Citation, ...] = ()


class Department(Entry, frozen=True, kw_only=True):
    name: Text
    region: str


class Theme(Entry, frozen=True, kw_only=True):
    """What items are grouped by. `icon` is the name of a Lucide icon."""

    name: Text
    icon: str
    subjects: tuple[Subject, ...]


class LifeStage(Entry, frozen=True, kw_only=True):
    name: Text
    subject: Subject


class Synonym(Entry, frozen=True, kw_only=True):
    """What people say (`words`) for what the catalogue calls otherwise (`means`, each a part of some item's name)."""

    words: tuple[str, ...]
    means: tuple[str, ...]


class Composition(StrEnum):
    """Where the list of items in a package comes from."""

    OFFICIAL = "official"
    EDITORIAL = "editorial"  # related items, put together here: the official list is not known


class Package(Entry, frozen=True, kw_only=True):
    """Several items around one event of life: 一件事一次办. Without items only the name is known."""

    name: Text
    short_name: Text
    icon: str
    subjects: tuple[Subject, ...]
    items: tuple[str, ...] = ()
    composition: Composition | None = None
    life_stage: str | None = None
    summary: Text | None = None


class RegionLevel(StrEnum):
    COUNTRY = "country"
    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    TOWNSHIP = "township"


class Region(Entry, frozen=True, kw_only=True):
    """A place of the city: 6 digits by GB/T 2260, subdistricts 9 digits of the statistics office."""

    name: Text
    level: RegionLevel
    parent: str | None = None


class FactKind(StrEnum):
    DATE = "date"
    TEXT = "text"
    REGION = "region"
    LICENCE_TYPE = "licence-type"
    ITEM = "item"
    CHOICE = "choice"  # one of the `options`
    PERSON = "person"  # somebody else: given by number and name, kept as the id they have here


class EventFact(Strict, frozen=True):
    name: str
    kind: FactKind
    about: Text
    required: bool = True
    options: tuple[str, ...] = ()


class EventType(Entry, frozen=True, kw_only=True):
    """Something a department may report about a person or an enterprise; `code` is the type in the feed."""

    name: Text
    about: Text
    subjects: tuple[Subject, ...]
    facts: tuple[EventFact, ...] = ()


class Break(Strict, frozen=True):
    """Days off in one piece, both ends included."""

    name: Text
    first: date
    last: date


class HolidayYear(Entry, frozen=True, kw_only=True):
    """One year's holiday notice of the State Council; `code` is the year. `loaded_on`: when it was put in."""

    loaded_on: date
    breaks: tuple[Break, ...]
    make_up_days: tuple[date, ...] = ()


class Source(Strict, frozen=True, kw_only=True):
    """Where facts come from."""

    code: str
    title: str
    confidence: Confidence | None = None
    read_on: date | None = None
    note: str | None = None


class Page(StrEnum):
    """Screens that a tile may lead to instead of an item."""

    SERVICES = "services"
    WALLET = "wallet"
    MESSAGES = "messages"


class Tile(Strict, frozen=True):
    """A shortcut on the home page to an item, a theme or a page: exactly one of them."""

    label: Text
    icon: str
    item: str | None = None
    theme: str | None = None
    page: Page | None = None


class Hotline(Strict, frozen=True):
    number: str
    name: Text


class Profile(Strict, frozen=True, kw_only=True):
    """The city itself and what its home page shows."""

    region: str
    prefix: str  # of platform item codes, e.g. SH
    name: Text
    product_name: Text
    time_zone: str
    hotline: Hotline
    skyline: str
    locales: tuple[str, ...]
    common_services: tuple[Tile, ...]
    elder_services: tuple[Tile, ...]
    popular_searches: tuple[Text, ...]
    sources: tuple[str, ...]
    fiscal_check_url: str | None = None  # where anybody checks a 财政电子票据
