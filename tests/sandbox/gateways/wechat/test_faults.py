"""Bad days that can be switched on: notices bent, kept back or late, answers lost, the API down."""

import asyncio

import pytest

from backend.payments.models import ObservedState
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable, Reason
from backend.payments.providers.wechat.adapter import WechatPay
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import FROM_HALL, ORDER_NO, order, told


@pytest.mark.parametrize(
    ("fault", "reason"), [(Fault.FORGED, Reason.SIGNATURE), (Fault.WRONG_AMOUNT, None), (Fault.CALL_BACK_TWICE, None)]
)
async def test_bent_notices(place: Town, hall: WechatPay, fault: Fault, reason: Reason | None) -> None:
    await place.switch(fault)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)

    if reason is not None:
        with pytest.raises(CallbackRefused) as refused:
            await told(place, hall)
        assert refused.value.reason is reason
    elif fault is Fault.WRONG_AMOUNT:
        assert (await told(place, hall)).amount_fen == 1998
    else:
        assert await told(place, hall, 2) == await told(place, hall, 1)
        assert place.merchant.deliveries[0].body != place.merchant.deliveries[1].body
    assert (await hall.query(ORDER_NO, place.now, place.now)).amount_fen == 1999


async def test_notices_kept_back_are_let_go_at_the_desk(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.NEVER_CALL_BACK)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    place.later(days=2)
    await asyncio.sleep(0.2)

    assert place.merchant.deliveries == []
    assert place.book.notices_about(ORDER_NO)[0].due_at is None
    await place.switch()
    await place.at_desk("release", order_no=ORDER_NO)
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_a_late_notice_waits_two_minutes(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.CALL_BACK_LATE)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    place.by_schedule(119)
    await asyncio.sleep(0.2)

    assert place.merchant.deliveries == []
    place.by_schedule(1)
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_paid_and_told_before_the_order_is_answered(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.BEFORE_CREATE_RETURNS)

    created = await hall.create(order(place), place.now)

    assert created.url is not None
    assert (await told(place, hall)).state is ObservedState.PAID
    await asyncio.sleep(0.2)
    assert len(place.merchant.deliveries) == 1


async def test_a_lost_answer_has_done_its_work(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.create(order(place), place.now)
    await place.switch()

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING


async def test_while_it_is_down_nothing_is_done(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.create(order(place), place.now)
    await place.switch()

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.UNKNOWN


async def test_an_outage_of_the_api_leaves_its_pages(place: Town, hall: WechatPay) -> None:
    created = await hall.create(order(place), place.now)
    await place.switch(Fault.DOWN, Fault.ANSWER_LOST)

    let_in = await place.phone.get(str(created.url), headers=FROM_HALL)

    assert let_in.headers["location"] == f"/cashier/{ORDER_NO}"
