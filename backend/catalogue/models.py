"""Shapes of the catalogue: an item in a list, a question to the list, and a page of answers."""

from msgspec import Raw, Struct

from backend.city.items import Channel, Reach
from backend.city.models import Subject, Text

DEFAULT_LIMIT = 20
MOST_PER_PAGE = 100


class Named(Struct, frozen=True):
    code: str
    name: Text


class ItemEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An item in a list. What is absent is not known; `online` says whether it can be done on the phone."""

    code: str
    version: int
    title: Text
    url: str
    department: Named | None = None
    summary: Text | None = None
    subjects: tuple[Subject, ...] = ()
    themes: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    reach: tuple[Reach, ...] = ()
    online: bool | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked for. Nothing set: everything there is, in the order of the pack. `after` is a cursor."""

    q: str = ""
    theme: str | None = None
    subject: Subject | None = None
    department: str | None = None
    reach: Reach | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None


class ItemPage(Struct, frozen=True, kw_only=True):
    """`items` are encoded ItemEntry; `next` is the cursor of the next page, None on the last; `total` is of all."""

    items: list[Raw]
    next: str | None
    total: int


class ItemList(Struct, frozen=True, kw_only=True):
    """What a page is to the one who reads it."""

    items: list[ItemEntry]
    next: str | None
    total: int


class Indexed(Struct, frozen=True, kw_only=True):
    """What `index_items` did."""

    changed: int
    removed: int
    unchanged: int
