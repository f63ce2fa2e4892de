"""Payouts and cards as this feature keeps them, and the one shape in which the bank's facts arrive."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from backend.payments.money import Fen

HOLDER = "holder"
"""The source of a card that somebody has given themselves."""


class PayoutState(StrEnum):
    ORDERED = "ordered"  # committed here, the bank has not answered yet
    ACCEPTED = "accepted"
    PAID = "paid"
    FAILED = "failed"  # the bank will not pay it
    RETURNED = "returned"  # paid, and come back: the account was closed, or is not the payee's


class Card(Struct, frozen=True):
    """A card without its number. `source`: HOLDER, or `department:` and the id of the one that named it."""

    card_id: UUID
    last_four: str
    source: str
    added_at: datetime


class Payout(Struct, frozen=True):
    subject_id: UUID
    payout_no: str
    card_id: UUID
    beneficiary_id: UUID
    rule: str
    cause_id: str
    purpose: str
    amount_fen: Fen
    state: str
    failure: str | None
    ordered_at: datetime
    paid_at: datetime | None
    tries: int


class Day(Struct, frozen=True):
    """A day that was held against the bank's list: how many payouts either side has, and how many do not fit."""

    day: date
    ours: int
    theirs: int
    differences: int


class Reason(Struct, frozen=True):
    """What a payout is for: whose entitlement, by which rule and cause, and in words."""

    beneficiary_id: UUID
    rule: str
    cause_id: str
    purpose: str


class Word(StrEnum):
    """What the bank says of a payout."""

    ACCEPTED = "accepted"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class Told(Struct, frozen=True, kw_only=True):
    """One fact told by the bank, the same by answer, notice, query and day's list."""

    payout_no: str
    amount_fen: Fen
    state: Word
    bank_txn_id: str | None = None
    failure: str | None = None
    occurred_at: datetime | None = None
