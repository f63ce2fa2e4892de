"""Pictures of figures: columns over time, rows by name, and single figures. Values are whole numbers, money is fen."""

from datetime import date, time
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import Text


class Tone(StrEnum):
    """Which colour a series has; BAD is hatched as well."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    BAD = "bad"


class Series(Struct, frozen=True, kw_only=True):
    label: Text
    values: tuple[int, ...]
    tone: Tone = Tone.FIRST

    @property
    def total(self) -> int:
        return sum(self.values)


class Columns(Struct, frozen=True, kw_only=True):
    """A column for each day or hour of `at`, its series on top of one another. `key` is unique on its page.

    `about` says what is counted and over which time.
    """

    key: str
    title: Text
    about: Text
    at: tuple[date, ...] | tuple[time, ...]
    series: tuple[Series, ...]
    money: bool = False


class Rows(Struct, frozen=True, kw_only=True):
    """A bar for each name, its series one after another."""

    key: str
    title: Text
    about: Text
    names: tuple[Text, ...]
    series: tuple[Series, ...]
    money: bool = False


class Health(StrEnum):
    """Whether a figure is as it should be; BAD wants somebody now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Figure(Struct, frozen=True, kw_only=True):
    """One figure that is looked at often. `note` is the line below it, `path` where more of it is.

    `health` None: it is neither good nor bad.
    """

    label: Text
    value: Text
    note: Text | None = None
    health: Health | None = Health.OK
    path: str | None = None
