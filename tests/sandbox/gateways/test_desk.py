"""A provider's own pages: the cashier, and the desk where an operator of the demo switches faults."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.sandbox.bank.desk import FACE as BANK
from backend.sandbox.gateways.faults import COMMON, SENTENCES, Fault
from backend.sandbox.gateways.program import GATEWAYS
from backend.sandbox.gateways.records import RefundState, Topic, Trade, TradeState
from tests.sandbox.gateways.town import Town, town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town("wechat", tmp_path, (200, b"")) as built:
        yield built


def waiting(place: Town) -> Trade:
    return place.book.add_trade(
        Trade(
            order_no="PAY1",
            amount_fen=2000,
            subject="<b>签注费</b>",
            notify_url=place.merchant.url,
            return_url="https://hall.example/payments/PAY1",
            created_at=place.now,
            expires_at=place.now + timedelta(minutes=30),
            details={"way": "h5", "openid": "o-nobody"},
        )
    )


def test_every_fault_is_said_in_both_languages_and_can_be_switched_somewhere() -> None:
    assert set(SENTENCES) == set(Fault)
    faces = [*(gateway.face for gateway in GATEWAYS.values()), BANK]
    assert {fault for face in faces for fault in face.faults} == set(Fault)
    for gateway in GATEWAYS.values():
        assert set(COMMON) <= set(gateway.face.faults)
    for zh, en in SENTENCES.values():
        assert re.search("[一-鿿]", zh)
        assert re.fullmatch("[A-Z].+[.]", en)


async def test_faults_that_are_on_are_named_first(place: Town) -> None:
    assert "一切正常" in (await place.phone.get("/")).text

    await place.switch(Fault.DOWN, Fault.FORGED)
    page = (await place.phone.get("/")).text

    assert place.book.faults() == {Fault.DOWN, Fault.FORGED}
    assert page.count(SENTENCES[Fault.DOWN][0]) == 2
    assert page.count(SENTENCES[Fault.ANSWER_LOST][0]) == 1
    assert len(re.findall(r"checkbox[^>]* checked", page)) == 2


async def test_a_fault_that_there_is_not_is_left_out(place: Town) -> None:
    await place.phone.post("/desk/faults", data={"fault": ["sideways", "down"]})

    assert place.book.faults() == {Fault.DOWN}


async def test_an_order_is_paid_once_at_the_cashier(place: Town) -> None:
    waiting(place)
    before = (await place.phone.get("/cashier/PAY1")).text
    await place.pay("PAY1")
    first = place.book.get_trade("PAY1")
    await place.pay("PAY1")
    after = (await place.phone.get("/cashier/PAY1")).text

    assert "&lt;b&gt;签注费" in before
    assert "确认支付" in before
    assert "¥20.00" in before
    assert "支付成功" in after
    assert "确认支付" not in after
    assert 'href="https://hall.example/payments/PAY1"' in after
    assert place.book.get_trade("PAY1") == first
    assert first.state is TradeState.PAID
    assert [notice.topic for notice in place.book.notices_about("PAY1")] == [Topic.PAYMENT]


async def test_an_order_that_ended_cannot_be_paid(place: Town) -> None:
    waiting(place)
    place.later(minutes=30)
    await place.pay("PAY1")

    assert "订单已结束" in (await place.phone.get("/cashier/PAY1")).text
    assert (await place.phone.get("/cashier/PAY2")).status_code == 404


async def test_money_given_back_at_the_desk_never_exceeds_what_was_paid(place: Town) -> None:
    waiting(place)
    await place.at_desk("refund", order_no="PAY1", amount_fen=1)
    await place.pay("PAY1")
    for amount in ("1500", "501", "0", "-1", "１", "", "9" * 40, "500"):
        await place.at_desk("refund", order_no="PAY1", amount_fen=amount)
    await place.at_desk("refund", order_no="PAY2", amount_fen="1")

    assert [refund.amount_fen for refund in place.book.list_refunds("PAY1")] == [1500, 500]
    assert {refund.state for refund in place.book.list_refunds("PAY1")} == {RefundState.DONE}


async def test_only_what_is_stuck_is_decided_at_the_desk(place: Town) -> None:
    waiting(place)
    await place.pay("PAY1")
    await place.switch(Fault.REFUND_ABNORMAL)
    await place.at_desk("refund", order_no="PAY1", amount_fen="500")
    [stuck] = place.book.list_refunds("PAY1")
    await place.switch()
    for number in (stuck.refund_no, stuck.refund_no, "REF9"):
        await place.at_desk("decide", refund_no=number)

    assert stuck.state is RefundState.ABNORMAL
    assert place.book.get_refund(stuck.refund_no).state is RefundState.DONE
    told = place.book.notices_about(stuck.refund_no)
    assert [notice.state for notice in told] == [RefundState.ABNORMAL, RefundState.DONE]
