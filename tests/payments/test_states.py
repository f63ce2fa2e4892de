"""A table for orders, one for refunds and one for payouts: whole, reachable, and drawn into the documentation."""

from pathlib import Path
from typing import Any

import pytest

from backend.payments.payouts.models import PayoutState
from backend.payments.payouts.states import PAYOUTS
from backend.payments.records import OrderState, RefundState
from backend.payments.states import ORDERS, REFUNDS, Step, check, diagram

DOCUMENT = (Path(__file__).parents[2] / "docs" / "payments.md").read_text()


@pytest.mark.parametrize(
    ("table", "start"),
    [(ORDERS, OrderState.CREATED), (REFUNDS, RefundState.REQUESTED), (PAYOUTS, PayoutState.ORDERED)],
)
def test_every_state_is_in_the_table_and_reachable(table: Any, start: Any) -> None:
    reached, waiting = {start}, [start]
    while waiting:
        for state in table[waiting.pop()] - reached:
            reached.add(state)
            waiting.append(state)

    assert reached == set(table) == set(type(start))


@pytest.mark.parametrize("table", [ORDERS, REFUNDS, PAYOUTS])
def test_the_drawing_in_the_documentation_is_that_of_the_table(table: Any) -> None:
    assert diagram(table) in DOCUMENT


def test_paid_is_left_by_refunds_only() -> None:
    assert ORDERS[OrderState.PAID] == {OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED}
    assert check(ORDERS, OrderState.PAID, OrderState.CLOSED) is Step.OLD_NEWS
    assert check(ORDERS, OrderState.PAID, OrderState.PAID) is Step.STAY


def test_late_success_is_legal() -> None:
    assert check(ORDERS, OrderState.CLOSED, OrderState.PAID) is Step.MOVE
    assert check(ORDERS, OrderState.FAILED, OrderState.PAID) is Step.MOVE
