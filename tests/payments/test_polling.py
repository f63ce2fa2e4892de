"""Callbacks may all be lost: asking by the schedules settles what was paid, and ends what was not."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.payments.models import Channel, ObservedState
from backend.payments.money import Fen
from backend.payments.orders import LIFETIME
from backend.payments.poller import poll_orders, poll_refunds
from backend.payments.providers.protocol import RefundState
from backend.payments.records import Order
from backend.payments.refunds import list_stuck, request_refund
from backend.payments.schedules import next_order_query
from tests.payments.till import PRICE, Till, given_back, told

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def asked(channel: Channel) -> list[float]:
    """Minutes after the order at which an order that nobody pays is asked about, up to two hours after its end."""
    moments, now = [], AT
    while (at := next_order_query(channel, AT, AT + LIFETIME, now)) is not None and at < AT + timedelta(hours=2):
        moments.append((at - AT).total_seconds() / 60)
        now = at
    return moments


def test_wechat_and_alipay_are_asked_early_and_right_after_the_end() -> None:
    assert asked(Channel.WECHAT)[:7] == [0.5, 1, 2, 5, 10, 30, pytest.approx(30 + 1 / 6)]
    assert asked(Channel.ALIPAY) == asked(Channel.WECHAT)


def test_unionpay_is_left_alone_until_the_fifth_minute() -> None:
    assert asked(Channel.UNIONPAY)[:4] == [5, 10, 30, pytest.approx(30 + 1 / 6)]


async def run(till: Till, until: timedelta, step: timedelta = timedelta(seconds=30)) -> None:
    end = till.now + until
    while till.now < end:
        till.clock.at += step
        await poll_orders(till.db, till.keyring, till.providers, till.now)
        await poll_refunds(till.db, till.keyring, till.providers, till.now)


@pytest.mark.parametrize("channel", list(Channel))
async def test_payments_of_half_an_hour_without_callbacks_all_settle(till: Till, channel: Channel) -> None:
    orders = [await till.started(channel) for _ in range(5)]
    till.clock.at += timedelta(minutes=29)
    for order in orders:
        till.providers[channel].orders[order.order_no] = told(channel, order.order_no)

    await run(till, timedelta(minutes=2))

    assert {(await till.order(order)).state for order in orders} == {"paid"}
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders WHERE next_query_at IS NOT NULL") == 0


async def test_what_nobody_paid_is_closed_at_its_end(till: Till) -> None:
    order = await till.started()

    await run(till, LIFETIME + timedelta(minutes=1))

    assert till.providers[Channel.WECHAT].closed == [order.order_no]
    assert (await till.order(order)).state == "closed"


async def test_a_silent_provider_is_asked_again_and_nothing_is_guessed(till: Till) -> None:
    order = await till.started()
    provider = till.providers[Channel.WECHAT]
    provider.down = True
    await run(till, timedelta(minutes=45))
    assert (await till.order(order)).state == "pending"

    provider.down, provider.orders[order.order_no] = False, told(Channel.WECHAT, order.order_no)
    await run(till, timedelta(hours=1), timedelta(minutes=5))

    assert (await till.order(order)).state == "paid"


async def test_two_workers_ask_once(till: Till) -> None:
    await till.started()
    till.clock.at += timedelta(minutes=1)

    async with till.db.transaction():
        await poll_orders(till.db, till.keyring, till.providers, till.now)
    before = await till.db.fetchval("SELECT next_query_at FROM payment_orders")
    await poll_orders(till.db, till.keyring, till.providers, till.now)

    assert await till.db.fetchval("SELECT next_query_at FROM payment_orders") == before > till.now


async def test_an_overpayment_goes_back_by_itself(till: Till) -> None:
    owner, bill_id = await till.bill()
    first = await till.start(owner, bill_id, Channel.WECHAT)
    second = await till.start(owner, bill_id, Channel.ALIPAY)
    await till.pay(first)
    await till.pay(second)
    provider = till.providers[Channel.ALIPAY]
    provider.answers = RefundState.SUCCEEDED

    await poll_refunds(till.db, till.keyring, till.providers, till.now)

    assert [refund.amount_fen for refund in provider.refunded] == [PRICE]
    assert (await till.order(second)).state == "refunded"
    assert await till.bill_state(first) == "settled"
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}


async def refunding(till: Till, order: Order, amount: int) -> str:
    return await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(amount), "退费", till.now)


async def test_a_refund_is_handed_over_under_the_same_number_until_accepted(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    number = await refunding(till, order, 500)
    provider = till.providers[Channel.WECHAT]
    provider.answers = RefundState.UNKNOWN
    await run(till, timedelta(minutes=7))
    provider.answers = RefundState.ACCEPTED
    await run(till, timedelta(minutes=10))
    provider.refunds[number] = given_back(order, number, 500)
    await run(till, timedelta(minutes=30))

    assert {refund.refund_no for refund in provider.refunded} == {number}
    assert len(provider.refunded) >= 2
    assert (await till.order(order)).state == "partially_refunded"


async def test_an_abnormal_refund_is_on_the_operators_list_and_may_still_succeed(till: Till) -> None:
    order = await till.started()
    await till.pay(order)
    number = await refunding(till, order, PRICE)
    await till.apply(given_back(order, number, PRICE, state=ObservedState.ABNORMAL))
    assert [refund.refund_no for refund in await list_stuck(till.db)] == [number]
    assert await till.exceptions() == ["refund_abnormal"]

    await till.apply(given_back(order, number, PRICE))

    assert await list_stuck(till.db) == []
    assert (await till.order(order)).state == "refunded"
    assert await till.bill_state(order) == "refunded"
