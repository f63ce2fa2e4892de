"""Certificates of the platform: downloaded anew, and enough alone."""

import pytest

from backend.payments.models import ObservedState
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.wechat.adapter import WechatPay
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import ORDER_NO, adapter, order, told


async def test_a_new_certificate_must_be_downloaded(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.NEW_CERTIFICATE)
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    with pytest.raises(CallbackRefused) as refused:
        await told(place, hall)
    await hall.refresh_keys(place.now)

    assert refused.value.reason is Reason.UNKNOWN_KEY
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_a_merchant_with_certificates_alone_is_answered_by_certificate(place: Town) -> None:
    hall = adapter(place, public_keys={})

    await hall.create(order(place), place.now)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING
