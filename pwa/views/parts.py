"""Small values that several screens share."""

from datetime import date

from msgspec import Struct


class Text(Struct, frozen=True):
    """A sentence of the city's content. Without English the Chinese is shown, marked as Chinese."""

    zh: str
    en: str | None = None


class Action(Struct, frozen=True, kw_only=True):
    """A button that leads somewhere: 去签注 → /services/…"""

    label: Text
    path: str


class ForWhom(Struct, frozen=True, kw_only=True):
    """Of what is about somebody else than the reader: about whom. `spoken` where stars stand for a name."""

    shown: Text
    spoken: Text


class Tile(Struct, frozen=True, kw_only=True):
    """An icon with a name. `icon` is a name of static/icons.svg; `note` is one short line, where the shape has room."""

    icon: str
    label: Text
    path: str
    note: Text | None = None


class Segment(Struct, frozen=True, kw_only=True):
    """One link of a segmented control or a row of chips."""

    label: Text
    path: str
    current: bool = False
    count: int | None = None


class Fee(Struct, frozen=True, kw_only=True):
    """What it costs. `amount_fen` None means unknown and is said so; 0 means free by rule."""

    amount_fen: int | None
    name: Text | None = None
    unit: Text | None = None
    basis: Text | None = None


class Due(Struct, frozen=True, kw_only=True):
    """By when something is to be done. `soon` colours the calendar leaf; past dates are overdue."""

    on: date
    soon: bool = False


class FieldError(Struct, frozen=True, kw_only=True):
    """A fault of one field; `field` is the id of the input it links to."""

    field: str
    message: Text
