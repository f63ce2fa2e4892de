"""As each provider tells it, in its own signed words: whatever comes first, the same balances in the end.

Differences that matter: Alipay's refund notices tell no amount but the sum of all refunds so far, and the amount is
learnt by asking or from the day's bill; UnionPay's name no order; only Alipay tells that a payment is finished.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.money import Fen
from backend.payments.records import Order, Source
from backend.payments.refunds import request_refund
from tests.payments import notices
from tests.payments.merchants import adapters
from tests.payments.notices import Notice
from tests.payments.test_orders_of_events import PARTS, REFUNDED, outcome, tell
from tests.payments.till import PRICE, Till, given_back, told

LOOKS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Fact = tuple[Observation, Source]


def heard(notice: Notice) -> Fact:
    """What the hall's own adapter makes of it."""
    callback = adapters()[notice.channel].read_callback(notice.headers, notice.body, datetime.now(UTC))
    return callback.observation, Source.CALLBACK


def about_the_payment(order: Order) -> list[Fact]:
    """Told twice, asked, closed as an old answer says, and in the day's bill; by Alipay ended for good, too."""
    channel = Channel(order.channel)
    paid = told(channel, order.order_no, total_fen=PRICE)
    closed = told(channel, order.order_no, kind=Kind.CLOSED, state=ObservedState.CLOSED, amount_fen=None)
    facts = [heard(notices.payment(order)) for _ in range(2)]
    facts += [(paid, Source.QUERY), (closed, Source.QUERY), (paid, Source.BILL)]
    if channel is Channel.ALIPAY:
        facts.append(heard(notices.payment(order, trade_status="TRADE_FINISHED", notify_id="N-finished")))
    return facts


def about_refunds(order: Order, numbers: Sequence[str]) -> list[Fact]:
    """Two parts and the rest: a notice of each, and of each a row in the day's bill."""
    facts, so_far = [], 0
    for number, part in zip(numbers, PARTS, strict=True):
        so_far += part
        facts.append(heard(notices.refund(order, number, Fen(part), Fen(so_far))))
        facts.append((as_in_the_bill(order, number, part), Source.BILL))
    return facts


def as_in_the_bill(order: Order, refund_no: str, amount: int) -> Observation:
    row = given_back(order, refund_no, amount)
    if order.channel != Channel.UNIONPAY:
        return row
    return told(
        Channel.UNIONPAY, None, kind=row.kind, state=row.state, refund_no=refund_no, amount_fen=amount,
        provider_txn_id=row.provider_txn_id,
    )  # fmt: skip


@pytest.mark.parametrize("channel", list(Channel))
@LOOKS
@given(data=st.data())
async def test_refunds_made_at_the_provider(till: Till, channel: Channel, data: st.DataObject) -> None:
    order = await till.started(channel)
    facts = about_the_payment(order) + about_refunds(order, [f"EXT{order.order_no[-20:]}{n}" for n in range(3)])

    await tell(till, data.draw(st.permutations(facts)))

    assert await outcome(till, order) == REFUNDED
    assert await till.exceptions() == []
    assert await till.broken() == []


@pytest.mark.parametrize("channel", list(Channel))
@LOOKS
@given(data=st.data())
async def test_refunds_asked_for_here(till: Till, channel: Channel, data: st.DataObject) -> None:
    order = await till.started(channel)
    await till.pay(order)
    numbers = [
        await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(part), "退费", till.now)
        for part in PARTS
    ]
    facts = about_the_payment(order) + about_refunds(order, numbers)

    await tell(till, data.draw(st.permutations(facts)))

    assert await outcome(till, order) == REFUNDED
    assert await till.exceptions() == []
    assert await till.broken() == []


@pytest.mark.parametrize("channel", list(Channel))
async def test_a_notice_overtaken_by_everything_else_changes_nothing(till: Till, channel: Channel) -> None:
    order = await till.started(channel)
    facts = about_the_payment(order) + about_refunds(order, [f"EXT{order.order_no[-20:]}{n}" for n in range(3)])
    await tell(till, facts)
    balances = await till.balances()

    await tell(till, [*reversed(facts)])

    assert await till.balances() == balances
    assert await outcome(till, order) == REFUNDED
