"""Which state may follow which: of messages and of their deliveries."""

from collections.abc import Mapping
from typing import TypeVar

from notifications.models import DeliveryState, MessageState

State = TypeVar("State", MessageState, DeliveryState)

MESSAGE: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.ACTIVE: frozenset({MessageState.SUPERSEDED, MessageState.WITHDRAWN}),
    MessageState.SUPERSEDED: frozenset({MessageState.ACTIVE}),
    MessageState.WITHDRAWN: frozenset({MessageState.ACTIVE}),
}

DELIVERY: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.QUEUED: frozenset(DeliveryState),
    DeliveryState.DROPPED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.SENT: frozenset(),
    DeliveryState.FAILED: frozenset(),
}


def before(table: Mapping[State, frozenset[State]], state: State) -> list[State]:
    """The states a row may be in to be moved to `state`: the guard of the UPDATE that moves it."""
    return [source for source, following in table.items() if state in following]
