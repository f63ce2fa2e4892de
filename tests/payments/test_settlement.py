"""One effect: whatever a provider tells, however often, money is counted once and what does not fit moves nothing."""

import asyncio
from typing import Any

import pytest

from backend.payments.models import Channel, Kind, ObservedState
from backend.payments.records import Source
from backend.payments.verdicts import Verdict
from tests.payments.till import PRICE, Till, told


async def test_a_payment_settles_its_bill(till: Till) -> None:
    order = await till.started()

    verdict = await till.pay(order)

    assert verdict is Verdict.APPLIED
    assert await till.bill_state(order) == "settled"
    assert (await till.order(order)).state == "paid"
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}
    assert await till.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'") == 1


@pytest.mark.parametrize("source", list(Source))
async def test_whoever_tells_again_changes_nothing(till: Till, source: Source) -> None:
    order = await till.started()
    await till.pay(order)

    verdict = await till.apply(told(Channel.WECHAT, order.order_no, state=ObservedState.FINISHED), source)

    assert verdict is Verdict.REPEATED
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}


async def test_money_after_close_settles_the_bill_that_is_still_owed(till: Till) -> None:
    order = await till.started()
    await till.apply(told(Channel.WECHAT, order.order_no, kind=Kind.CLOSED, state=ObservedState.CLOSED))
    assert (await till.order(order)).state == "closed"

    await till.pay(order)

    assert (await till.order(order)).state == "paid"
    assert await till.bill_state(order) == "settled"


async def test_a_close_after_the_money_is_old_news(till: Till) -> None:
    order = await till.started()
    await till.pay(order)

    verdict = await till.apply(told(Channel.WECHAT, order.order_no, kind=Kind.CLOSED, state=ObservedState.CLOSED))

    assert verdict is Verdict.REPEATED
    assert (await till.order(order)).state == "paid"


async def test_two_channels_pay_one_bill_and_the_second_goes_back(till: Till) -> None:
    owner, bill_id = await till.bill()
    first = await till.start(owner, bill_id, Channel.WECHAT)
    second = await till.start(owner, bill_id, Channel.ALIPAY)

    await asyncio.gather(till.pay(first), till.pay(second))

    orders = [await till.order(first), await till.order(second)]
    assert sorted(str(order.booked_to) for order in orders) == ["overpayment", "receivable"]
    over = next(order for order in orders if order.booked_to == "overpayment")
    assert over.reserved_fen == PRICE
    assert await till.db.fetchval("SELECT order_no FROM payment_refunds WHERE cause = 'overpayment'") == over.order_no
    assert await till.balances() == {
        "clearing:wechat": PRICE,
        "clearing:alipay": PRICE,
        "receivable": -PRICE,
        "overpayment": -PRICE,
    }


async def test_a_second_payment_of_one_order_is_booked_listed_and_goes_back(till: Till) -> None:
    order = await till.started()
    await till.pay(order)

    await till.apply(told(Channel.WECHAT, order.order_no, provider_txn_id="T-second"))

    now = await till.order(order)
    assert (now.state, now.paid_fen, now.reserved_fen) == ("paid", 2 * PRICE, PRICE)
    assert await till.exceptions() == ["second_payment_of_one_order"]
    assert await till.db.fetchval("SELECT provider_txn_id FROM payment_refunds") == "T-second"
    assert await till.apply(told(Channel.WECHAT, order.order_no, provider_txn_id="T-second")) is Verdict.REPEATED


async def test_money_for_a_withdrawn_bill_goes_back(till: Till) -> None:
    order = await till.started()
    await till.db.execute("UPDATE bills SET state = 'withdrawn'")

    await till.pay(order)

    assert (await till.order(order)).booked_to == "overpayment"
    assert await till.bill_state(order) == "withdrawn"


async def test_money_for_a_bill_that_was_corrected_meanwhile_goes_back(till: Till) -> None:
    order = await till.started()
    await till.db.execute("UPDATE bills SET amount_fen = 100")

    await till.pay(order)

    assert (await till.order(order)).booked_to == "overpayment"
    assert await till.bill_state(order) == "open"


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"amount_fen": PRICE - 1}, "wrong_amount"),
        ({"amount_fen": None}, "wrong_amount"),
        ({"total_fen": PRICE + 1}, "wrong_amount"),
        ({"currency": "USD"}, "wrong_currency"),
        ({"channel": Channel.ALIPAY}, "wrong_channel"),
        ({"provider_txn_id": None}, "no_transaction_number"),
    ],
)
async def test_what_does_not_fit_moves_nothing_and_is_listed_once(till: Till, wrong: dict[str, Any], kind: str) -> None:
    order = await till.started()
    seen = told(wrong.pop("channel", Channel.WECHAT), order.order_no, **wrong)

    verdicts = [await till.apply(seen), await till.apply(seen, Source.QUERY)]

    assert verdicts == [Verdict.EXCEPTION, Verdict.EXCEPTION]
    assert await till.balances() == {}
    assert await till.order(order) == order
    assert await till.exceptions() == [kind]


async def test_a_transaction_pays_one_order_only(till: Till) -> None:
    first, second = await till.started(), await till.started()
    await till.apply(told(Channel.WECHAT, first.order_no, provider_txn_id="T-1"))

    verdict = await till.apply(told(Channel.WECHAT, second.order_no, provider_txn_id="T-1"))

    assert verdict is Verdict.EXCEPTION
    assert await till.exceptions() == ["transaction_of_another_order"]
    assert (await till.order(second)).state == "pending"


@pytest.mark.parametrize("number", ["20261120ABC", "9" * 31, "z" * 31, "é" * 31, "", "0" * 31, "a-b_c" * 5])
async def test_an_order_of_somebody_else_waits_and_moves_nothing(till: Till, number: str) -> None:
    assert await till.apply(told(Channel.WECHAT, number)) is Verdict.WAITING
    assert await till.balances() == {}


@pytest.mark.parametrize("state", [ObservedState.UNKNOWN, ObservedState.PENDING])
async def test_what_is_not_decided_is_never_guessed(till: Till, state: ObservedState) -> None:
    order = await till.started()

    await till.apply(told(Channel.WECHAT, order.order_no, state=state, amount_fen=None))

    assert (await till.order(order)).state == "pending"
