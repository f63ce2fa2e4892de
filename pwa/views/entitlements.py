"""免申即享: what somebody is entitled to, why, to which card, and what has become of it."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import FieldError, Text


class OfferState(StrEnum):
    OPEN = "open"
    UNPRICED = "unpriced"  # nobody has said how much it is: nothing can be confirmed here
    UNDER_WAY = "under_way"
    PAID = "paid"
    UNPAID = "unpaid"  # the bank has refused the card, or it came back: another one
    DECLINED = "declined"
    ENDED = "ended"  # what it rested on has changed before it was confirmed
    HELD = "held"  # somebody of the office is looking into it


class OfferFact(Struct, frozen=True, kw_only=True):
    """A fact that was used, its date and who told it."""

    name: Text
    on: date | None
    source: Text


class CardChoice(Struct, frozen=True, kw_only=True):
    value: str
    last_four: str
    source: Text  # who named it


class OfferPage(Struct, frozen=True, kw_only=True):
    """`number` is what people tell on the phone; `typed` what was typed as a card number and did not hold."""

    state: OfferState
    title: Text
    body: Text
    rule: Text
    facts: tuple[OfferFact, ...]
    path: str
    amount_fen: int | None = None
    for_whom: Text | None = None
    law: Text | None = None
    cards: tuple[CardChoice, ...] = ()
    error: FieldError | None = None
    typed: str = ""
    number: str | None = None
    last_four: str | None = None
    paid_at: datetime | None = None
    why_ended: Text | None = None


class OfferLine(Struct, frozen=True, kw_only=True):
    path: str
    title: Text
    state: OfferState
    answered_at: datetime
    amount_fen: int | None = None
    for_whom: Text | None = None


class OfferList(Struct, frozen=True, kw_only=True):
    """What was answered, the newest first."""

    lines: tuple[OfferLine, ...] = ()


class LostLine(Struct, frozen=True, kw_only=True):
    """For operators: no name and no number of a person."""

    number: str
    rule: Text
    amount_fen: int
    state: Text
    lost_at: datetime


class UnpaidLine(Struct, frozen=True, kw_only=True):
    number: str
    purpose: str
    amount_fen: int
    returned: bool
    failure: str | None
    ordered_at: datetime


class ComparedDay(Struct, frozen=True, kw_only=True):
    day: date
    ours: int
    theirs: int
    differences: int


class EntitlementDesk(Struct, frozen=True, kw_only=True):
    """`may_act`: this operator is a cashier."""

    may_act: bool
    lost: tuple[LostLine, ...] = ()
    unpaid: tuple[UnpaidLine, ...] = ()
    days: tuple[ComparedDay, ...] = ()
