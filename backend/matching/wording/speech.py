"""What there is to say about one licence at a rung of its expiry ladder, before it is put into words."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from backend.city.licence_types import LicenceType
from backend.city.models import Citation, Text


class Spoken(Struct, frozen=True, kw_only=True):
    """`again_on`: the next days it will be spoken of; `link` leads to the renewing item, else to the licence.

    `source`: who told of it. `others`: it belongs to somebody for whom the reader acts; the screen says to whom.
    """

    key: str
    kind: LicenceType
    expires_on: date
    as_of: date
    again_on: tuple[date, ...]
    link: str
    source: Text
    others: bool = False

    @property
    def over(self) -> bool:
        return self.expires_on < self.as_of

    @property
    def rungs_before(self) -> list[int]:
        return [rung for rung in self.kind.reminder_rungs if rung > 0]

    @property
    def rungs_after(self) -> list[int]:
        return [rung for rung in self.kind.reminder_rungs if rung < 0]


def cited(basis: Sequence[Citation]) -> str | None:
    """Laws are cited by their own names, also to readers of English."""
    articles = dict.fromkeys(f"《{citation.law}》{citation.article}" for citation in basis)
    return "、".join(list(articles)[:3]) or None
