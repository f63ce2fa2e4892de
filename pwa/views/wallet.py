"""证照: the cards a person carries, the one that needs action on top, expired ones last."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Action, Segment, Text, Tile


class IssuerColour(StrEnum):
    """The colour a licence wears; named by its type in the city pack."""

    POLICE = "police"
    TRAFFIC = "traffic"
    LABOUR = "labour"
    IMMIGRATION = "immigration"
    CIVIL = "civil"
    MEDICAL = "medical"
    NEUTRAL = "neutral"


class LicenceStatus(StrEnum):
    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    RENEWING = "renewing"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    TRANSFERRED = "transferred"
    OTHER = "other"
    SUPERSEDED = "superseded"


class LicenceCard(Struct, frozen=True, kw_only=True):
    """`expires_on` None with `long_term` is 长期有效; None without is unknown. Holder and number come masked.

    `number_tail` is what a screen reader hears. `note` is one line: class C1, what it is used for.
    """

    licence_id: str
    path: str
    name: Text
    issuer: Text
    colour: IssuerColour
    status: LicenceStatus
    expires_on: date | None
    long_term: bool = False
    holder: str | None = None
    number: str | None = None
    number_tail: str | None = None
    note: Text | None = None
    renew: Action | None = None
    show_path: str | None = None


class NotHeld(Struct, frozen=True, kw_only=True):
    """A licence one could have: a dashed card with the way to get it."""

    name: Text
    note: Text
    action: Action


class Wallet(Struct, frozen=True, kw_only=True):
    """`cards` in the order they are drawn; `people` are tabs for oneself and relatives, none when alone."""

    cards: tuple[LicenceCard, ...] = ()
    not_held: tuple[NotHeld, ...] = ()
    people: tuple[Segment, ...] = ()
    rows: tuple[Tile, ...] = ()


class LicenceFact(Struct, frozen=True, kw_only=True):
    """One line of a licence's own page; give `text` or `on`."""

    label: Text
    text: Text | None = None
    on: date | None = None


class LicencePage(Struct, frozen=True, kw_only=True):
    card: LicenceCard
    facts: tuple[LicenceFact, ...] = ()
    rows: tuple[Tile, ...] = ()
