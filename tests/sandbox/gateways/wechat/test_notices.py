"""Notices: when they come again, who signs them, and the probes among them."""

import pytest
from cryptography import x509

from backend.payments.models import ObservedState, OrderNo
from backend.payments.providers.errors import CallbackRefused, Reason
from backend.payments.providers.wechat.adapter import WechatPay
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.wechat.gateway import WechatGateway
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import ORDER_NO, order, told


def test_the_schedule_is_the_published_one() -> None:
    assert WechatGateway.gaps == (
        15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
    )  # fmt: skip
    assert sum(WechatGateway.gaps) == 24 * 3600 + 4 * 60


async def test_a_notice_comes_again_newly_signed_until_200_or_204(place: Town, hall: WechatPay) -> None:
    place.merchant.answers = [(500, b""), (302, b""), (202, b""), (204, b"")]
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    reads = []
    for number, gap in enumerate((15, 15, 30, 180), 1):
        delivery = (await place.merchant.waits_for(number))[-1]
        reads.append(hall.read_callback(delivery.headers, delivery.body, place.now))
        await place.has_sent(number, ORDER_NO)
        place.by_schedule(gap)

    assert place.book.notices_about(ORDER_NO)[0].acknowledged
    assert len({read.event_key for read in reads}) == 1
    assert len({delivery.headers["wechatpay-nonce"] for delivery in place.merchant.deliveries}) == 4
    assert {read.verified_serial for read in reads} == {*place.section["public_keys"], known_certificate(place)}


def known_certificate(place: Town) -> str:
    [pem] = place.section["certificates"]
    return f"{x509.load_pem_x509_certificate(pem.encode()).serial_number:X}"


async def test_a_probe_comes_before_the_good_signature(place: Town, hall: WechatPay) -> None:
    await place.switch(Fault.SIGNATURE_PROBE)
    place.merchant.answers = [(400, b"")]
    await hall.create(order(place), place.now)
    await place.pay(ORDER_NO)
    with pytest.raises(CallbackRefused) as refused:
        await told(place, hall)
    await place.has_sent(1, ORDER_NO)
    place.by_schedule(15)

    assert refused.value.reason is Reason.PROBE
    assert (await told(place, hall, 2)).state is ObservedState.PAID


async def test_one_notice_in_twenty_is_a_probe(place: Town, hall: WechatPay) -> None:
    for number in range(20):
        order_no = OrderNo(f"PAY{number:013}")
        await hall.create(order(place, order_no=order_no), place.now)
        await place.pay(order_no)
    deliveries = await place.merchant.waits_for(20)

    probes = [each for each in deliveries if each.headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")]
    assert len(probes) == 1
