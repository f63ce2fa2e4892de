"""A trade from the open cashier to its end."""

from datetime import timedelta

import pytest

from backend.payments.models import Kind, ObservedState, OrderNo
from backend.payments.money import Fen
from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.protocol import Scene
from tests.sandbox.gateways.alipay.hall import GATEWAY, ORDER, Hall, fields_of


async def test_a_trade_does_not_exist_before_the_buyer_opens_the_cashier(hall: Hall) -> None:
    await hall.alipay.create(hall.order(), hall.town.now)
    told = await hall.call("alipay.trade.query", {"out_trade_no": ORDER})
    before = await hall.query()
    opened = await hall.open()
    cashier = await hall.town.phone.get(opened.headers["location"])
    waiting = await hall.query()

    assert told["alipay_trade_query_response"]["code"] == "40004"
    assert told["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert (before.state, before.provider_txn_id) == (ObservedState.PENDING, None)
    assert opened.status_code == 303
    assert "¥19.99" in cashier.text
    assert 'href="https://hall.example/payments/PAY0000000000001/back"' in cashier.text
    assert (waiting.state, len(waiting.provider_txn_id)) == (ObservedState.PENDING, 28)


async def test_paid_and_told_and_asked_it_is_the_same_trade(hall: Hall) -> None:
    callback = await hall.paid()
    asked = await hall.query()
    seen = callback.observation

    assert (seen.kind, seen.state, seen.order_no, seen.amount_fen) == (Kind.PAYMENT, ObservedState.PAID, ORDER, 1999)
    assert (asked.state, asked.provider_txn_id, asked.amount_fen) == (ObservedState.PAID, seen.provider_txn_id, 1999)
    assert asked.occurred_at == seen.occurred_at == hall.town.now


async def test_the_order_of_the_app_is_the_same_order(hall: Hall) -> None:
    creation = await hall.alipay.create(hall.order(scene=Scene.APP), hall.town.now)
    assert creation.client is not None

    opened = await hall.town.phone.post(GATEWAY, data=fields_of(creation.client["order"].encode()))

    assert opened.headers["location"] == f"/cashier/{ORDER}"


async def test_an_order_nobody_pays_is_closed_in_time_and_told(hall: Hall) -> None:
    await hall.open()
    hall.town.later(minutes=31)
    closed = await hall.told(1)
    reopened = await hall.open(expires_at=hall.town.now + timedelta(minutes=30))
    await hall.town.phone.post(f"/cashier/{ORDER}")

    assert (closed.observation.kind, closed.observation.state) == (Kind.CLOSED, ObservedState.CLOSED)
    assert "ACQ.TRADE_HAS_CLOSE" in reopened.text
    assert (await hall.query()).state is ObservedState.CLOSED


async def test_the_hall_closes_what_waits_and_nothing_else(hall: Hall) -> None:
    await hall.alipay.close(ORDER, hall.town.now)  # does not exist yet
    await hall.open()
    await hall.alipay.close(ORDER, hall.town.now)
    await hall.alipay.close(ORDER, hall.town.now)
    second = OrderNo("PAY0000000000002")
    await hall.open(order_no=second)
    await hall.town.pay(second)
    with pytest.raises(ProviderRefused) as refused:
        await hall.alipay.close(second, hall.town.now)

    assert (await hall.query()).state is ObservedState.CLOSED
    assert refused.value.provider_code == "ACQ.TRADE_STATUS_ERROR"


async def test_the_desk_ends_the_time_for_refunds(hall: Hall) -> None:
    await hall.paid()
    assert "/desk/finish" in (await hall.town.phone.get("/")).text
    await hall.town.at_desk("finish", order_no=ORDER)
    finished = await hall.told(2)
    with pytest.raises(ProviderRefused) as refused:
        await hall.refund(500)

    assert (finished.observation.kind, finished.observation.state) == (Kind.PAYMENT, ObservedState.FINISHED)
    assert fields_of(hall.town.merchant.deliveries[1].body)["refund_fee"] == "0.00"
    assert refused.value.provider_code == "ACQ.TRADE_HAS_FINISHED"
    assert (await hall.query()).state is ObservedState.FINISHED


async def test_an_order_is_opened_again_as_it_was_and_no_other_way(hall: Hall) -> None:
    first, again = await hall.open(), await hall.open()
    dearer = await hall.open(amount_fen=Fen(2000))
    await hall.town.pay(ORDER)
    paid = await hall.open()

    assert (first.status_code, again.status_code) == (303, 303)
    assert (dearer.status_code, "ACQ.CONTEXT_INCONSISTENT" in dearer.text) == (400, True)
    assert (paid.status_code, "ACQ.TRADE_HAS_SUCCESS" in paid.text) == (400, True)
