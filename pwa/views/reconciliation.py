"""对账: a day of every channel beside the ledger, what does not agree, and who decides about it."""

from datetime import date, datetime

from msgspec import Struct

from pwa.views.charts import Rows
from pwa.views.parts import FieldError, Segment, Text
from pwa.views.payments import PaymentFact


class Sum(Struct, frozen=True, kw_only=True):
    """One line of a day's sums: in the bill (None: it does not say, or there is none) and here. Money is fen."""

    label: Text
    stated_fen: int | None
    here_fen: int
    stated_count: int | None = None
    here_count: int | None = None

    @property
    def differs(self) -> bool:
        return self.stated_fen is not None and (self.stated_fen, self.stated_count) != (self.here_fen, self.here_count)


class ReconciledDay(Struct, frozen=True, kw_only=True):
    """A channel's day. `tone`: ok, warn, bad, neutral. `file` is the revision that counts."""

    channel: str
    name: Text
    state: Text
    tone: str
    icon: str
    note: Text | None = None
    sums: tuple[Sum, ...] = ()
    file: Text | None = None
    others: tuple[Text, ...] = ()
    can_run: bool = False


class DifferenceLine(Struct, frozen=True, kw_only=True):
    """`line` is what happened, `age` for how long it has been open; `waits`: perhaps it settles itself."""

    path: str
    title: Text
    line: Text
    age: Text
    amount_fen: int | None = None
    waits: bool = False


class Reconciliation(Struct, frozen=True, kw_only=True):
    """The day's picture. `open_count` counts all of the list, of which `open` may be the first ones. `unfinished`: some
    channel's bill of the day has not been matched.
    """

    day: date
    days: tuple[Segment, ...]
    latest: date
    cards: tuple[ReconciledDay, ...]
    matched: Rows
    classes: Rows
    ages: Rows
    pending: tuple[DifferenceLine, ...] = ()
    open: tuple[DifferenceLine, ...] = ()
    open_count: int = 0
    unfinished: bool = False
    channels: tuple[tuple[str, Text], ...] = ()
    may_act: bool = False
    errors: tuple[FieldError, ...] = ()


class Decided(Struct, frozen=True, kw_only=True):
    """A step of what people have proposed and decided about a difference."""

    what: Text
    who: str | None
    at: datetime
    reason: str | None = None


class DifferencePage(Struct, frozen=True, kw_only=True):
    """`act` is what may be proposed; `decides`: somebody else's proposal waits for this operator, `withdraws`: one's
    own waits for somebody else.
    """

    title: Text
    path: str
    back: str
    state: Text
    tone: str
    icon: str
    happened: Text
    to_do: Text
    facts: tuple[PaymentFact, ...]
    history: tuple[Decided, ...] = ()
    act: Text | None = None
    decides: Text | None = None
    withdraws: bool = False
    reason: str = ""
    errors: tuple[FieldError, ...] = ()
