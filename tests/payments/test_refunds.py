"""Refunds: reserved under the order's lock, never more than was paid, under one number however often asked."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.payments.errors import OrderNotFound, RefundTooMuch
from backend.payments.models import Channel, ObservedState
from backend.payments.money import Fen
from backend.payments.poller import poll_refunds
from backend.payments.records import Order
from backend.payments.refunds import plan_refund_no, request_refund
from backend.payments.verdicts import Verdict
from tests.payments.till import PRICE, Till, given_back, told


async def ask(till: Till, order: Order, amount: int, **facts: Any) -> str:
    return await request_refund(
        till.db, till.keyring, order.subject_id, order.order_no, Fen(amount), "退费", till.now, **facts
    )


async def paid(till: Till) -> Order:
    order = await till.started()
    await till.pay(order)
    return await till.order(order)


async def test_refunds_at_once_never_reserve_more_than_was_paid(till: Till) -> None:
    order = await paid(till)

    answers = await asyncio.gather(*(ask(till, order, 5_000) for _ in range(10)), return_exceptions=True)

    assert sum(isinstance(answer, str) for answer in answers) == 2
    assert sum(isinstance(answer, RefundTooMuch) for answer in answers) == 8
    assert (await till.order(order)).reserved_fen == 10_000


async def test_asking_again_under_one_number_reserves_once(till: Till) -> None:
    order = await paid(till)
    number = plan_refund_no(till.keyring, order.subject_id)

    asked = await asyncio.gather(*(ask(till, order, 700, refund_no=number) for _ in range(5)))

    assert set(asked) == {number}
    assert (await till.order(order)).reserved_fen == 700


@pytest.mark.parametrize("amount", [0, -1, PRICE + 1])
async def test_amounts_that_cannot_be_refunded(till: Till, amount: int) -> None:
    order = await paid(till)

    with pytest.raises(RefundTooMuch):
        await ask(till, order, amount)


async def test_nothing_goes_back_before_it_was_paid(till: Till) -> None:
    with pytest.raises(RefundTooMuch):
        await ask(till, await till.started(), 1)


async def test_somebody_elses_order_is_not_found(till: Till) -> None:
    order = await paid(till)
    stranger = await till.resident(2)

    with pytest.raises(OrderNotFound):
        await request_refund(till.db, till.keyring, stranger, order.order_no, Fen(1), "退费", till.now)


async def test_a_failed_refund_frees_its_reservation_and_is_listed(till: Till) -> None:
    order = await paid(till)
    number = await ask(till, order, PRICE)

    await till.apply(given_back(order, number, PRICE, state=ObservedState.FAILED))

    assert (await till.order(order)).reserved_fen == 0
    assert await till.exceptions() == ["refund_failed"]
    assert await ask(till, order, PRICE)


async def test_a_failed_refund_that_went_through_after_all_is_booked(till: Till) -> None:
    order = await paid(till)
    number = await ask(till, order, PRICE)
    await till.apply(given_back(order, number, PRICE, state=ObservedState.FAILED))

    await till.apply(given_back(order, number, PRICE))

    assert (await till.order(order)).state == "refunded"
    assert await till.balances() == {}


async def test_another_amount_than_asked_for_is_listed_and_moves_nothing(till: Till) -> None:
    order = await paid(till)
    number = await ask(till, order, 500)

    assert await till.apply(given_back(order, number, 501)) is Verdict.EXCEPTION
    assert (await till.order(order)).refunded_fen == 0
    assert await till.exceptions() == ["wrong_refund_amount"]


async def test_unionpay_names_the_refund_only(till: Till) -> None:
    order = await till.started(Channel.UNIONPAY)
    await till.pay(order)
    number = await ask(till, order, 500)
    seen = told(
        Channel.UNIONPAY,
        None,
        kind=given_back(order, number, 500).kind,
        state=ObservedState.REFUNDED,
        refund_no=number,
        amount_fen=500,
    )

    assert await till.apply(seen) is Verdict.APPLIED
    assert (await till.order(order)).refunded_fen == 500


async def test_unionpay_names_the_payment_of_a_refund_made_elsewhere(till: Till) -> None:
    order = await till.started(Channel.UNIONPAY)
    await till.pay(order)
    seen = given_back(order, "EXT00000001", 500)
    by_payment = told(
        Channel.UNIONPAY,
        None,
        kind=seen.kind,
        state=seen.state,
        refund_no="EXT00000001",
        amount_fen=500,
        provider_txn_id=f"T-{order.order_no}",
    )

    assert await till.apply(by_payment) is Verdict.APPLIED


@pytest.mark.parametrize("named", [True, False])
async def test_alipay_tells_only_the_sum_which_is_a_reason_to_ask(till: Till, *, named: bool) -> None:
    """By our number it is acknowledged, for the refund is asked about until it is known; without, it waits for that."""
    order = await till.started(Channel.ALIPAY)
    await till.pay(order)
    number = await ask(till, order, 500)
    await till.db.execute("UPDATE payment_refunds SET state = 'accepted', next_query_at = NULL")
    notice = given_back(order, number if named else None, None, refunded_total_fen=500)

    first = await till.apply(notice)
    till.providers[Channel.ALIPAY].refunds[number] = given_back(order, number, 500)
    await poll_refunds(till.db, till.keyring, till.providers, till.now)

    assert first is (Verdict.NOTHING if named else Verdict.WAITING)
    assert (await till.order(order)).refunded_fen == 500
    assert await till.apply(notice) is Verdict.REPEATED


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(1, PRICE), min_size=1, max_size=6))
async def test_any_refunds_keep_the_books_right(till: Till, amounts: list[int]) -> None:
    order = await paid(till)
    for amount in amounts:
        room = (await till.order(order)).refundable_fen
        if amount > room:
            with pytest.raises(RefundTooMuch):
                await ask(till, order, amount)
        else:
            await till.apply(given_back(order, await ask(till, order, amount), amount))

    assert await till.broken() == []
