"""What may go wrong at UnionPay, switched on at its desk."""

import pytest

from backend.payments.models import ObservedState, OrderNo
from backend.payments.providers.errors import CallbackRefused, ProviderUnavailable
from backend.payments.providers.protocol import RefundState, Scene
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.unionpay.hall import ORDER, REFUND, Hall


async def test_notices_kept_back_wait_at_the_desk(hall: Hall) -> None:
    await hall.town.switch(Fault.NEVER_CALL_BACK)
    await hall.open()
    await hall.town.pay(ORDER)
    hall.town.later(minutes=5)
    asked, before = await hall.query(), len(hall.town.merchant.deliveries)
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
    with pytest.raises(CallbackRefused, match="certificate"):
        await hall.told(4)


@pytest.mark.parametrize("scene", [Scene.WEB, Scene.APP])
async def test_paid_and_told_before_the_answer(hall: Hall, scene: Scene) -> None:
    await hall.town.switch(Fault.BEFORE_CREATE_RETURNS)

    if scene is Scene.WEB:
        await hall.open()
    else:
        await hall.unionpay.create(hall.order(scene=scene), hall.town.now)

    assert len(hall.town.merchant.deliveries) == 1
    assert (await hall.told(1)).observation.state is ObservedState.PAID


async def test_a_lost_answer_and_an_outage_leave_the_outcome_open(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.town.switch(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await hall.refund(500, query_id)
    await hall.town.switch(Fault.DOWN)
    with pytest.raises(ProviderUnavailable):
        await hall.query()
    await hall.town.switch()
    hall.town.by_schedule(31)

    assert await hall.refund(500, query_id) is RefundState.UNKNOWN  # 12: it had been taken
    await hall.told(2)
    asked = await hall.unionpay.query_refund(hall.refund_of(500, query_id), hall.town.now)
    assert asked.state is ObservedState.REFUNDED


async def test_a_refund_that_the_bank_does_not_take_is_told_as_failed(hall: Hall) -> None:
    query_id = (await hall.paid()).observation.provider_txn_id or ""
    await hall.town.switch(Fault.REFUND_ABNORMAL)
    accepted = await hall.refund(1999, query_id)
    hall.town.by_schedule(31)
    told = (await hall.told(2)).observation
    asked = await hall.unionpay.query_refund(hall.refund_of(1999, query_id), hall.town.now)
    await hall.town.switch()
    under_a_new_number = await hall.refund(1999, query_id, "REF0000000000002")

    assert accepted is RefundState.ACCEPTED
    assert (told.state, told.refund_no, asked.state) == (ObservedState.FAILED, REFUND, ObservedState.FAILED)
    assert under_a_new_number is RefundState.ACCEPTED
