"""Facts arrive in any order, any number of times, from any source: the same balances in the end."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.money import Fen
from backend.payments.records import Order, Source
from backend.payments.refunds import request_refund
from backend.payments.verdicts import Verdict
from tests.payments.till import PRICE, Till, given_back, told

PARTS = (3_000, 2_000, PRICE - 5_000)
LOOKS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
REFUNDED = {"state": "refunded", "paid": PRICE, "refunded": PRICE, "bill": "refunded", "balances": {}}


def story(order: Order, refund_nos: Sequence[str]) -> list[tuple[Observation, Source]]:
    """Paid, told again, asked, two parts given back, the rest given back, finished, closed, a row of the day's bill."""
    channel, order_no = Channel(order.channel), order.order_no
    paid = told(channel, order_no)
    first, second, rest = (given_back(order, no, part) for no, part in zip(refund_nos, PARTS, strict=True))
    return [
        (paid, Source.CALLBACK),
        (paid, Source.CALLBACK),
        (told(channel, order_no, total_fen=PRICE), Source.QUERY),
        (first, Source.CALLBACK),
        (second, Source.QUERY),
        (rest, Source.CALLBACK),
        (told(channel, order_no, state=ObservedState.FINISHED), Source.CALLBACK),
        (told(channel, order_no, kind=Kind.CLOSED, state=ObservedState.CLOSED, amount_fen=None), Source.CALLBACK),
        (paid, Source.BILL),
        (rest, Source.BILL),
    ]


async def tell(till: Till, facts: Sequence[tuple[Observation, Source]]) -> None:
    """What waits for another fact is told again, as the kept callbacks and the next query are."""
    waiting = list(facts)
    while waiting:
        rest = [(seen, source) for seen, source in waiting if await till.apply(seen, source) is Verdict.WAITING]
        assert len(rest) < len(waiting)
        waiting = rest


async def outcome(till: Till, order: Order) -> dict[str, object]:
    found = await till.order(order)
    return {
        "state": found.state,
        "paid": found.paid_fen,
        "refunded": found.refunded_fen,
        "bill": await till.bill_state(order),
        "balances": await till.balances(),
    }


@LOOKS
@given(data=st.data())
async def test_refunds_made_elsewhere_in_every_order(till: Till, data: st.DataObject) -> None:
    order = await till.started(data.draw(st.sampled_from(list(Channel))))
    facts = data.draw(st.permutations(story(order, [f"EXT{order.order_no[-20:]}{n}" for n in range(3)])))

    await tell(till, facts)

    assert await outcome(till, order) == REFUNDED
    assert await till.broken() == []


@LOOKS
@given(data=st.data())
async def test_refunds_of_ours_in_every_order(till: Till, data: st.DataObject) -> None:
    order = await till.started()
    await till.pay(order)
    numbers = [
        await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(part), "退费", till.now)
        for part in PARTS
    ]

    await tell(till, data.draw(st.permutations(story(order, numbers))))

    assert await outcome(till, order) == REFUNDED
    assert await till.broken() == []


async def test_every_order_of_the_five_facts_that_move_something(till: Till) -> None:
    for places in itertools.permutations((0, 3, 4, 5, 7)):
        order = await till.started()
        facts = story(order, [f"EXT{order.order_no[-20:]}{n}" for n in range(3)])

        await tell(till, [facts[place] for place in places])

        assert await outcome(till, order) == REFUNDED


@LOOKS
@given(data=st.data())
async def test_two_channels_in_every_order(till: Till, data: st.DataObject) -> None:
    """One of the payments settles the bill, the other goes back under the number that was made for it."""
    owner, bill_id = await till.bill()
    first = await till.start(owner, bill_id, Channel.WECHAT)
    second = await till.start(owner, bill_id, Channel.UNIONPAY)
    facts = [fact for order in (first, second) for fact in story(order, "abc") if fact[0].kind is not Kind.REFUND]

    await tell(till, data.draw(st.permutations(facts)))
    for row in await till.db.fetch("SELECT order_no, refund_no FROM payment_refunds WHERE state = 'requested'"):
        over = first if row["order_no"] == first.order_no else second
        await till.apply(given_back(over, row["refund_no"], PRICE))

    orders = [await till.order(first), await till.order(second)]
    assert sorted((order.state, str(order.booked_to)) for order in orders) == [
        ("paid", "receivable"),
        ("refunded", "overpayment"),
    ]
    assert await till.broken() == []


@pytest.mark.parametrize("amount", [PRICE + 1, 2 * PRICE])
async def test_more_given_back_than_paid_is_listed_and_moves_nothing(till: Till, amount: int) -> None:
    order = await till.started()
    await till.pay(order)

    verdict = await till.apply(given_back(order, "EXT00000001", amount))

    assert verdict is Verdict.EXCEPTION
    assert await till.exceptions() == ["refunded_more_than_paid"]
    assert (await till.order(order)).refunded_fen == 0
