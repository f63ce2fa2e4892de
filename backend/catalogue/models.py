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


class Reason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By which word an item has something that was typed; `synonym` is the entry of the pack that says so."""

    typed: str
    understood_as: str
    word: str
    place: str
    points: int
    synonym: str | None = None


class Why(Struct, frozen=True, kw_only=True):
    """What a score is the sum of: words, what the query is to the whole names, importance; less for long titles."""

    score: int
    words: tuple[Reason, ...]
    whole_name: int
    importance: int
    title_length: int


class ExplainedEntry(ItemEntry, frozen=True, kw_only=True, omit_defaults=True):
    why: Why | None = None


class Understood(Struct, frozen=True, kw_only=True):
    """A piece of the query. What is not `needed` only ranks."""

    typed: str
    understood_as: str
    needed: bool
    looked_for: tuple[str, ...]


class ExplainedList(Struct, frozen=True, kw_only=True):
    """A page with the reasons for its order; `understood` is the query as it was taken apart."""

    understood: tuple[Understood, ...]
    items: list[ExplainedEntry]
    next: str | None
    total: int


class Suggestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    title: Text
    url: str
    department: Text | None = None


class Suggestions(Struct, frozen=True, kw_only=True):
    """What may be meant, best first; `marks` are the words to be marked in titles."""

    items: tuple[Suggestion, ...]
    marks: tuple[str, ...] = ()


class Indexed(Struct, frozen=True, kw_only=True):
    """What `index_items` did."""

    changed: int
    removed: int
    unchanged: int


class Alphabet(Struct, frozen=True):
    """Items by the first letter of their titles: the letters there are, the chosen one, and its items as JSON."""

    letters: tuple[str, ...]
    letter: str
    entries: tuple[bytes, ...]
