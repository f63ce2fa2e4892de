"""What may go wrong at Alipay, switched on at its desk."""

import pytest

from backend.payments.models import ObservedState, OrderNo
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable
from backend.payments.providers.protocol import RefundState
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.alipay.hall import ORDER, Hall
from tests.sandbox.gateways.merchant import until


async def test_notices_kept_back_wait_at_the_desk(hall: Hall) -> None:
    await hall.town.switch(Fault.NEVER_CALL_BACK)
    await hall.open()
    await hall.town.pay(ORDER)
    hall.town.later(days=3)
    asked = await hall.query()
    before = len(hall.town.merchant.deliveries)
    await hall.town.at_desk("release", order_no=ORDER)

    assert (asked.state, before) == (ObservedState.PAID, 0)
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_notices_come_twice_late_wrong_and_forged(hall: Hall) -> None:
    await hall.town.switch(Fault.CALL_BACK_TWICE)
    await hall.paid()
    assert (await hall.told(1)).event_key == (await hall.told(2)).event_key

    await hall.town.switch(Fault.CALL_BACK_LATE, Fault.WRONG_AMOUNT)
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second)
    await hall.town.pay(second)
    before = len(hall.town.merchant.deliveries)
    hall.town.by_schedule(121)
    wrong = await hall.told(3)

    await hall.town.switch(Fault.FORGED)
    third = OrderNo("PAY0000000000003")
    await hall.open(order_no=third)
    await hall.town.pay(third)

    assert (before, wrong.observation.order_no, wrong.observation.amount_fen) == (2, second, 1998)
    with pytest.raises(CallbackRefused):
        await hall.told(4)


async def test_paid_and_told_before_the_phone_is_answered(hall: Hall) -> None:
    await hall.town.switch(Fault.BEFORE_CREATE_RETURNS)

    await hall.open()

    assert len(hall.town.merchant.deliveries) == 1
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_a_lost_answer_and_an_outage_leave_the_outcome_open(hall: Hall) -> None:
    await hall.paid()
    await hall.town.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500)
    await hall.town.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500)
    await hall.town.switch()

    assert await hall.refund(500) is RefundState.UNKNOWN  # it had moved the money: fund_change=N
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    assert asked.state is ObservedState.REFUNDED


async def test_a_refund_that_got_stuck_moves_when_it_is_asked_for_again(hall: Hall) -> None:
    await hall.paid()
    await hall.town.switch(Fault.REFUND_ABNORMAL)
    stuck = await hall.refund(500)
    asked = await hall.alipay.query_refund(hall.refund_of(500), hall.town.now)
    await hall.town.switch()
    again = await hall.refund(500)

    assert (stuck, asked.state, again) == (RefundState.UNKNOWN, ObservedState.UNKNOWN, RefundState.SUCCEEDED)
    await until(lambda: len(hall.town.merchant.deliveries) == 2)
