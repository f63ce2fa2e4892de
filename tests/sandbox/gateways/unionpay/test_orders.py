"""An order from the form to its end."""

import pytest

from backend.payments.models import Kind, ObservedState, OrderNo
from backend.payments.money import Fen
from backend.payments.providers.errors import ProviderRefused
from backend.payments.providers.protocol import Scene
from tests.sandbox.gateways.unionpay.hall import GATEWAY, ORDER, Hall, query_of


async def test_paid_and_told_and_asked_it_is_the_same_trade(hall: Hall) -> None:
    before = await hall.query()
    opened = await hall.open()
    cashier = await hall.town.phone.get(opened.headers["location"])
    waiting = await hall.query()
    callback = await hall.paid()
    asked, seen = await hall.query(), callback.observation

    assert (before.state, waiting.state) == (ObservedState.UNKNOWN, ObservedState.PENDING)
    assert "¥19.99" in cashier.text
    assert '<form method="post" action="https://hall.example/payments/PAY0000000000001/back">' in cashier.text
    assert "form-action 'self' https://hall.example" in cashier.headers["content-security-policy"]
    assert (seen.kind, seen.state, seen.order_no, seen.amount_fen) == (Kind.PAYMENT, ObservedState.PAID, ORDER, 1999)
    assert (asked.state, asked.provider_txn_id, asked.amount_fen) == (ObservedState.PAID, seen.provider_txn_id, 1999)
    assert len(asked.provider_txn_id) == 21
    assert asked.occurred_at == seen.occurred_at == hall.town.now


async def test_the_app_gets_a_number_and_the_same_one_again(hall: Hall) -> None:
    first = await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)
    again = await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)
    with pytest.raises(ProviderRefused) as dearer:
        await hall.unionpay.create(hall.order(scene=Scene.APP, amount_fen=Fen(2000)), hall.town.now)
    await hall.town.pay(ORDER)
    with pytest.raises(ProviderRefused) as paid:
        await hall.unionpay.create(hall.order(scene=Scene.APP), hall.town.now)

    assert first.client is not None
    assert first.client == again.client
    assert len(first.client["tn"]) == 21
    assert (dearer.value.provider_code, paid.value.provider_code) == ("12", "12")


async def test_a_form_is_taken_again_as_it_was_and_no_other_way(hall: Hall) -> None:
    form = await hall.form()
    first = await hall.open()
    again = await hall.open()
    other = await hall.open(amount_fen=Fen(2000))
    bent = await hall.town.phone.post(f"{GATEWAY}/frontTransReq.do", data=form | {"txnAmt": "1"})

    assert (first.status_code, again.status_code) == (303, 303)
    assert (other.status_code, "（12）" in other.text) == (400, True)
    assert (bent.status_code, "（11）" in bent.text) == (400, True)


async def test_an_order_ends_at_its_pay_timeout_and_the_query_says_so(hall: Hall) -> None:
    await hall.open()
    hall.town.later(minutes=30)
    await hall.town.phone.post(f"/cashier/{ORDER}")
    told = await hall.call("queryTrans.do", query_of())
    late = await hall.open(order_no=OrderNo("PAY0000000000002"))
    early = await hall.query()
    hall.town.later(minutes=90)

    assert (told["respCode"], told["origRespCode"]) == ("00", "01")
    assert (late.status_code, "（39）" in late.text) == (400, True)
    assert (early.state, (await hall.query()).state) == (ObservedState.PENDING, ObservedState.FAILED)
    assert hall.town.merchant.deliveries == []  # front trades tell of success alone
