"""我的 · 可以代办的: for whom one may act, until when, and who says so."""

from datetime import date

from msgspec import Struct

from pwa.views.parts import Text


class Mandate(Struct, frozen=True, kw_only=True):
    """`name` as it is shown, `spoken` as it is said; `ends` None: until further notice. Several `sources` may say
    the same.
    """

    name: str
    spoken: str
    icon: str
    role: Text
    begins: date
    ends: date | None
    to_come: bool
    sources: tuple[Text, ...]


class ActingFor(Struct, frozen=True, kw_only=True):
    mandates: tuple[Mandate, ...] = ()
