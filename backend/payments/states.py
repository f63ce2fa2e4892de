"""Which state of an order and of a refund may follow which: two tables, drawn into docs/payments.md."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from backend.payments.payouts.models import PayoutState
from backend.payments.records import OrderState, RefundState

State = TypeVar("State", OrderState, RefundState, PayoutState)

_ORDER, _REFUND = OrderState, RefundState

# Money that was paid stays paid: only refunds lead on from there. Money that arrives after an attempt was given up is
# money nevertheless, so `paid` follows `closed` and `failed` too; whether it settles the bill is the bill's matter.
ORDERS: Mapping[OrderState, frozenset[OrderState]] = {
    _ORDER.CREATED: frozenset({_ORDER.PENDING, _ORDER.PAID, _ORDER.CLOSED, _ORDER.FAILED}),
    _ORDER.PENDING: frozenset({_ORDER.PAID, _ORDER.CLOSED, _ORDER.FAILED}),
    _ORDER.PAID: frozenset({_ORDER.PARTIALLY_REFUNDED, _ORDER.REFUNDED}),
    _ORDER.PARTIALLY_REFUNDED: frozenset({_ORDER.REFUNDED}),
    _ORDER.REFUNDED: frozenset(),
    _ORDER.CLOSED: frozenset({_ORDER.PAID}),
    _ORDER.FAILED: frozenset({_ORDER.PAID, _ORDER.CLOSED}),
}

# A refund that was said to have failed may turn out to have gone through; the day's bill has the last word.
REFUNDS: Mapping[RefundState, frozenset[RefundState]] = {
    _REFUND.REQUESTED: frozenset({_REFUND.ACCEPTED, _REFUND.SUCCEEDED, _REFUND.FAILED, _REFUND.ABNORMAL}),
    _REFUND.ACCEPTED: frozenset({_REFUND.SUCCEEDED, _REFUND.FAILED, _REFUND.ABNORMAL}),
    _REFUND.ABNORMAL: frozenset({_REFUND.SUCCEEDED, _REFUND.FAILED}),
    _REFUND.FAILED: frozenset({_REFUND.SUCCEEDED}),
    _REFUND.SUCCEEDED: frozenset(),
}


class Step(Enum):
    """What a fact means for a state: it moves, it is that already, or it is older news than what is known."""

    MOVE = "move"
    STAY = "stay"
    OLD_NEWS = "old news"


def check(table: Mapping[State, frozenset[State]], before: State, after: State) -> Step:
    """Pure: what the fact `after` does to something that is `before`."""
    if after is before:
        return Step.STAY
    return Step.MOVE if after in table[before] else Step.OLD_NEWS


def before(table: Mapping[State, frozenset[State]], after: State) -> list[str]:
    """The states from which `after` may follow: what the write demands of the row."""
    return [state.value for state, following in table.items() if after in following]


def diagram(table: Mapping[State, frozenset[State]]) -> str:
    """Mermaid text of a table."""
    order = list(table)
    lines = ["stateDiagram-v2", f"    [*] --> {order[0].value}"]
    for state, following in table.items():
        lines += [f"    {state.value} --> {after.value}" for after in order if after in following]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines)
