"""Orders: paid, told, closed and looked up."""

import json

import pytest

from backend.payments.models import Kind, ObservedState, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.errors import BillUnavailable, ProviderRefused
from backend.payments.providers.protocol import RefundState, Scene
from backend.payments.providers.statements import Tally, disagreements
from backend.payments.providers.wechat.adapter import WechatPay
from tests.sandbox.gateways.town import Town
from tests.sandbox.gateways.wechat.hall import ORDER_NO, REFUND_NO, order, paid, refund, told


async def test_from_the_order_to_the_bill(place: Town, hall: WechatPay) -> None:
    await hall.create(order(place), place.now)
    waiting = await hall.query(ORDER_NO, place.now, place.now)
    await place.pay(ORDER_NO)
    notice = await told(place, hall)
    asked = await hall.query(ORDER_NO, place.now, place.now)

    assert waiting.state is ObservedState.PENDING
    assert (notice.state, notice.amount_fen, notice.order_no) == (ObservedState.PAID, 1999, ORDER_NO)
    assert asked == notice

    txn_id = notice.provider_txn_id or ""
    first = await hall.refund(refund(place, txn_id), place.now)
    second = refund(place, txn_id, refund_no=RefundNo("REF0000000000002"), amount_fen=Fen(1499))
    await hall.refund(second, place.now)
    pending = await hall.query_refund(second, place.now)
    place.by_schedule(30)
    refunded = [await told(place, hall, number) for number in (2, 3)]

    assert (first.state, pending.state) == (RefundState.ACCEPTED, ObservedState.PENDING)
    assert {(each.refund_no, each.state, each.amount_fen) for each in refunded} == {
        (REFUND_NO, ObservedState.REFUNDED, 500),
        (second.refund_no, ObservedState.REFUNDED, 1499),
    }
    assert await hall.query_refund(second, place.now) in refunded
    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PAID

    statement = hall.read_bill(await hall.download_bill(place.today, place.now), place.today)
    rows, tally = list(statement.rows()), Tally()
    for row in rows:
        tally.add(row)
    assert [row.observation.kind for row in rows] == [Kind.PAYMENT, Kind.REFUND, Kind.REFUND]
    assert rows[0].observation.occurred_at == notice.occurred_at
    assert [row.fee_fen for row in rows] == [12, -3, -9]
    assert disagreements(statement.totals(), tally.totals()) == []


@pytest.mark.parametrize(("scene", "given"), [(Scene.INSIDE, "client"), (Scene.QR, "qr_code")])
async def test_other_ways_to_pay(place: Town, hall: WechatPay, scene: Scene, given: str) -> None:
    created = await hall.create(order(place, scene), place.now)
    await place.pay(ORDER_NO)

    assert str(getattr(created, given)).count("wx") >= 1
    assert (await told(place, hall)).state is ObservedState.PAID


async def test_the_same_order_again_is_the_same_and_another_one_is_refused(place: Town, hall: WechatPay) -> None:
    first = await hall.create(order(place, Scene.QR), place.now)
    again = await hall.create(order(place, Scene.QR), place.now)
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place, Scene.QR, amount_fen=Fen(2000)), place.now)

    assert again == first
    assert refused.value.provider_code == "INVALID_REQUEST"


async def test_a_closed_order_is_not_paid_and_a_paid_one_not_closed(place: Town, hall: WechatPay) -> None:
    other = OrderNo("PAY0000000000002")
    await hall.create(order(place), place.now)
    await hall.create(order(place, order_no=other), place.now)
    await hall.close(ORDER_NO, place.now)
    await hall.close(ORDER_NO, place.now)
    await hall.close(OrderNo("PAY0000000000003"), place.now)
    await place.pay(ORDER_NO)
    await place.pay(other)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.CLOSED
    for call in (hall.close(other, place.now), hall.create(order(place, order_no=other), place.now)):
        with pytest.raises(ProviderRefused) as refused:
            await call
        assert refused.value.provider_code == "ORDERPAID"
    with pytest.raises(ProviderRefused) as refused:
        await hall.create(order(place), place.now)
    assert refused.value.provider_code == "ORDER_CLOSED"


async def test_nothing_is_paid_after_its_time(place: Town, hall: WechatPay) -> None:
    await hall.create(order(place), place.now)
    place.later(minutes=30)
    await place.pay(ORDER_NO)

    assert (await hall.query(ORDER_NO, place.now, place.now)).state is ObservedState.PENDING


async def test_what_is_not_known(place: Town, hall: WechatPay) -> None:
    asked = await hall.query(ORDER_NO, place.now, place.now)
    refunded = await hall.query_refund(refund(place, "4200000000000000000000000000"), place.now)
    with pytest.raises(ProviderRefused) as refused:
        await hall.refund(refund(place, "4200000000000000000000000000"), place.now)
    with pytest.raises(BillUnavailable):
        await hall.download_bill(place.today, place.now)

    assert asked.state is refunded.state is ObservedState.UNKNOWN
    assert refused.value.provider_code == "RESOURCE_NOT_EXISTS"


async def test_an_order_is_found_by_its_transaction(place: Town, hall: WechatPay) -> None:
    txn_id = await paid(place, hall)

    path = f"/v3/pay/transactions/id/{txn_id}?mchid={place.section['mchid']}"
    answer = json.loads((await hall._client.request("GET", path, place.now)).body)

    assert (answer["out_trade_no"], answer["trade_state"], answer["trade_type"]) == (ORDER_NO, "SUCCESS", "MWEB")
