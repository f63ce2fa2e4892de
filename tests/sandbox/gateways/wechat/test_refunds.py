"""Refunds: given back once, stuck until somebody decides, or closed."""

from typing import Any

import pytest

from backend.payments.models import ObservedState, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.protocol import RefundState
from backend.payments.providers.wechat.adapter import WechatPay
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import ACKNOWLEDGED, REFUND_NO, paid, refund, told


async def test_a_refund_repeated_refunds_nothing_again(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)

    first = await hall.refund(refund(place, txn_id), place.now)
    again = await hall.refund(refund(place, txn_id), place.now)

    assert again == first
    changed: dict[str, dict[str, Any]] = {
        "INVALID_REQUEST": {"amount_fen": Fen(499)},
        "NOT_ENOUGH": {"refund_no": RefundNo("REF0000000000002"), "amount_fen": Fen(1500)},
    }
    for code, changes in changed.items():
        with pytest.raises(ProviderRefused) as refused:
            await hall.refund(refund(place, txn_id, **changes), place.now)
        assert refused.value.provider_code == code


async def test_a_stuck_refund_can_be_given_back_at_the_desk(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_ABNORMAL)
    await hall.refund(refund(place, txn_id), place.now)
    place.by_schedule(30)
    stuck = await told(place, hall, 2)
    place.merchant.answers = [(500, b"")]
    await place.at_desk("decide", refund_no=REFUND_NO)
    back = await told(place, hall, 3)

    assert (stuck.state, back.state) == (ObservedState.ABNORMAL, ObservedState.REFUNDED)


async def test_a_closed_refund_gives_nothing_back(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_CLOSED)
    await hall.refund(refund(place, txn_id), place.now)
    place.by_schedule(30)
    closed = await told(place, hall, 2)
    await place.switch()
    whole = refund(place, txn_id, refund_no=RefundNo("REF0000000000002"), amount_fen=Fen(1999))

    assert closed.state is ObservedState.CLOSED
    assert (await hall.refund(whole, place.now)).state is RefundState.ACCEPTED


async def test_a_retry_tells_what_was_to_be_told_then(place: Town, hall: WechatPay) -> None:
    """A refund that has been given back meanwhile does not change the notice of its being stuck."""
    txn_id = await paid(place, hall)
    await place.switch(Fault.REFUND_ABNORMAL)
    await hall.refund(refund(place, txn_id), place.now)
    place.merchant.answers = [(500, b""), ACKNOWLEDGED]
    place.by_schedule(30)
    first = await told(place, hall, 2)
    await place.has_sent(1, REFUND_NO)
    await place.at_desk("decide", refund_no=REFUND_NO)
    await told(place, hall, 3)
    place.by_schedule(15)
    again = await told(place, hall, 4)

    assert (first.state, again.state) == (ObservedState.ABNORMAL, ObservedState.ABNORMAL)
