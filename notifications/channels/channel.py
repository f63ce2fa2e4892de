"""What a channel is given, what it answers, and what the answer means for the delivery."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from notifications.queries.claims import Claimed


class Verdict(StrEnum):
    """SENT: accepted. GONE: this target will never work again. FAILED: this message never will.

    RETRY: later, with back-off. THROTTLED: the service wants to be left alone until `retry_at`; nobody's fault.
    REFUSED: the service does not accept us as a sender; an operator has to look.
    """

    SENT = "sent"
    GONE = "gone"
    FAILED = "failed"
    RETRY = "retry"
    THROTTLED = "throttled"
    REFUSED = "refused"


class Outcome(Struct, frozen=True):
    """`reason` is short, without personal data or endpoints; `retry_at` is what the service asked for, if it did."""

    verdict: Verdict
    status: int | None = None
    reason: str | None = None
    retry_at: datetime | None = None


class Channel(Protocol):
    """One way to deliver. `send` answers for every expected trouble and raises only for defects."""

    def lane(self, delivery: Claimed) -> str:
        """The service behind it: what is paused, and limited in parallel, together."""
        ...

    async def send(self, delivery: Claimed, now: datetime) -> Outcome: ...
