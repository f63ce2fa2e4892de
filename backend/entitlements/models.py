"""What was answered to an entitlement, and what somebody wishes to answer."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class Answer(StrEnum):
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Act(StrEnum):
    """What was done about an answer."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    PAID_AGAIN = "paid_again"  # to another card, the bank having refused the first
    REOPENED = "reopened"  # declined, and offered once more by somebody of the office
    LOST = "lost"  # its cause has turned out not to be
    SETTLED = "settled"  # somebody of the office has looked into that


class Answered(Struct, frozen=True):
    """`payee_id` and `payout_no` are those of the last payout. `lost_at`: its cause has turned out not to be."""

    subject_id: UUID
    rule: str
    cause_id: str
    occasion: str
    answer_no: str
    answer: str
    answered_by: UUID
    answered_at: datetime
    payee_id: UUID | None
    payout_no: str | None
    lost_at: datetime | None
    settled_at: datetime | None

    @property
    def is_held(self) -> bool:
        """Nothing more is paid until somebody has looked into it."""
        return self.lost_at is not None and self.settled_at is None


class Wish(Struct, frozen=True, kw_only=True):
    """To be paid: `amount_fen` as shown, to a card that is kept (`card_id`), or to one with this number."""

    reader_id: UUID
    rule: str
    cause_id: str
    amount_fen: int
    card_id: UUID | None = None
    number: str | None = None
