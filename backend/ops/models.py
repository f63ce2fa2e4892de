"""What the figures of the hall are made of."""

from datetime import datetime

from msgspec import Struct


class Backlog(Struct, frozen=True):
    """Work that is committed and not yet done, and since when the oldest of it waits; None: nothing waits."""

    oldest_event_at: datetime | None
    parked_handlers: int
    oldest_due_delivery_at: datetime | None
    queued_deliveries: int


class Payouts(Struct, frozen=True):
    """Money given without application: with the bank, ordered too long ago and still there, refused by it or returned
    and not ordered anew to another card.
    """

    open: int
    late: int
    failed: int


class Sweep(Struct, frozen=True):
    """When a rule's nightly sweep was last completed."""

    rule: str
    completed_at: datetime


class Deliveries(Struct, frozen=True):
    """How many deliveries of a channel ended with a result."""

    channel: str
    result: str
    count: int


class LedgerState(Struct, frozen=True):
    """What the last check of the ledger found; no invariant has been checked before `checked_at`."""

    invariants: int
    broken: int
    checked_at: datetime | None


class Point(Struct, frozen=True):
    """One number of a picture: of a span of time that begins at `at`, under a name, in a series."""

    picture: str
    at: datetime
    name: str
    series: str
    amount: int
