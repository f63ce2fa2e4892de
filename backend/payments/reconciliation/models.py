"""What reconciliation speaks of: days of a merchant, files that came for them, and what does not agree."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.payments.money import Fen
from backend.payments.providers.statements import StatementTotals

TRADES = "trades"
"""The one type of bill that is read now: payments and refunds with their fees. None of them tells of payouts."""


class DayKey(Struct, frozen=True):
    """A day of a merchant at a channel."""

    channel: str
    merchant: str
    bill_type: str
    day: date

    def on(self, day: date) -> "DayKey":
        return DayKey(self.channel, self.merchant, self.bill_type, day)


class DayState(StrEnum):
    WAITING = "waiting"  # for the provider to publish its bill
    REFUSED = "refused"  # what came does not add up: nothing of it was matched
    MATCHING = "matching"  # a bill is here, its matching not finished
    DONE = "done"


class Origin(StrEnum):
    DOWNLOADED = "downloaded"
    IMPORTED = "imported"


class Class(StrEnum):
    """How a row of a bill and the ledger differ. What agrees in everything is matched and kept nowhere."""

    MISSING_HERE = "missing_here"  # the bill has it, the ledger has not
    MISSING_THERE = "missing_there"  # the ledger has it, no bill has
    AMOUNT = "amount"
    FEE = "fee"
    STATE = "state"
    NUMBER = "number"  # the same money under another number


class DifferenceState(StrEnum):
    WAITING = "waiting"  # may still come with the next day's bill
    OPEN = "open"
    REPAIRED = "repaired"  # by the one effect, from the row itself
    GONE = "gone"  # a later bill or revision agrees
    WRITTEN_OFF = "written_off"
    REAPPEARED = "reappeared"  # agrees after it was written off: that has to be taken back


class Imported(Struct, frozen=True, kw_only=True):
    """What became of a file. `is_new` False: this very file was here before, and nothing has changed."""

    statement_id: UUID
    revision: int
    is_new: bool


class StatementFile(Struct, frozen=True):
    """A revision of a day's bill as it came."""

    statement_id: UUID
    channel: str
    merchant: str
    bill_type: str
    day: date
    revision: int
    sha256: bytes
    bytes: int
    origin: str
    received_at: datetime
    state: str
    problem: str | None

    @property
    def key(self) -> DayKey:
        return DayKey(self.channel, self.merchant, self.bill_type, self.day)


class Sums(Struct, frozen=True):
    """Payments and refunds of a day, counted and added up in fen."""

    payments: int = 0
    payments_fen: Fen = Fen(0)
    refunds: int = 0
    refunds_fen: Fen = Fen(0)


class Picture(Struct, frozen=True, kw_only=True):
    """A day as it was last matched. `stated` None: the provider has no bill for this day.

    `differing` counts rows of the bill by class; `repaired` those of them that the one effect has put right.
    """

    stated: StatementTotals | None
    here: Sums
    matched: int = 0
    repaired: int = 0
    differing: dict[str, int] = {}
    fees_booked_fen: int = 0


class Outcome(Struct, frozen=True, kw_only=True):
    """What running a day has led to. `problem`: why a bill was refused, or that there is none yet."""

    channel: str
    day: date
    state: DayState
    revision: int | None = None
    is_new: bool = False
    picture: Picture | None = None
    problem: str | None = None


class Act(StrEnum):
    """What one operator proposes and another one decides."""

    WRITE_OFF = "write_off"
    TAKE_BACK = "take_back"


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"  # it settled itself before anybody decided
