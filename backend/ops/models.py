"""What the figures of the hall are made of."""

from datetime import datetime

from msgspec import Struct


class Backlog(Struct, frozen=True):
    """Work that is committed and not yet done, and since when the oldest of it waits; None: nothing waits."""

    oldest_event_at: datetime | None
    parked_handlers: int
    oldest_due_delivery_at: datetime | None
    queued_deliveries: int


class Sweep(Struct, frozen=True):
    """When a rule's nightly sweep was last completed."""

    rule: str
    completed_at: datetime


class Deliveries(Struct, frozen=True):
    """How many deliveries of a channel ended with a result."""

    channel: str
    result: str
    count: int
