"""An honest bill agrees in everything; one changed row makes one difference of its class; the rest repairs itself."""

import gzip
from typing import Any

import pytest

from backend.payments.models import Channel
from backend.payments.reconciliation.fees import set_rate
from backend.payments.reconciliation.models import DayState
from backend.payments.records import Account
from tests.payments.reconciliation.daybook import DAY, Daybook
from tests.payments.till import PRICE

PAYMENT, PART, WHOLE = 0, 4, 5  # rows of an ordinary day


async def test_an_honest_bill_agrees_in_everything(book: Daybook) -> None:
    await book.ordinary_day()
    before = await book.till.balances()

    outcome = await book.reconcile()
    following = await book.next_day()

    assert (outcome.state, outcome.revision, outcome.is_new) == (DayState.DONE, 1, True)
    picture = outcome.picture
    assert picture is not None
    assert picture.stated is not None
    assert (picture.matched, picture.repaired, picture.differing) == (6, 0, {})
    assert (picture.stated.payments, picture.stated.payments_fen) == (4, 4 * PRICE)
    assert (picture.here.payments, picture.here.payments_fen) == (4, 4 * PRICE)
    assert (picture.here.refunds, picture.here.refunds_fen) == (2, PRICE + 500)
    assert following.state is DayState.DONE
    assert await book.differences() == []
    fees = 4 * 72
    clearing = f"clearing:{book.channel}"
    assert await book.till.balances() == before | {clearing: before[clearing] - fees, Account.CHANNEL_FEE: fees}


CHANGES: list[tuple[str, int, dict[str, Any], set[Channel]]] = [
    ("amount", PAYMENT, {"fen": PRICE + 1, "received_fen": PRICE + 1}, set(Channel)),
    ("amount", PAYMENT, {"fen": 1, "received_fen": 1}, set(Channel)),
    ("amount", PAYMENT, {"received_fen": PRICE - 5}, set(Channel)),
    ("amount", PART, {"fen": 501, "received_fen": 501}, set(Channel)),
    ("amount", PART, {"received_fen": 499}, set(Channel)),
    ("fee", PAYMENT, {"fee_fen": 73}, set(Channel)),
    ("fee", PAYMENT, {"fee_fen": 0}, set(Channel)),
    ("fee", WHOLE, {"fee_fen": -73}, {Channel.WECHAT, Channel.UNIONPAY}),  # Alipay gives no fee back
    ("state", PAYMENT, {"status": "99"}, {Channel.UNIONPAY}),
    ("state", PART, {"status": "PROCESSING"}, {Channel.WECHAT}),
    ("state", PART, {"status": "CHANGE"}, {Channel.WECHAT}),
    ("state", PART, {"status": "FAIL"}, {Channel.WECHAT}),
    ("number", PAYMENT, {"order_no": "A" * 31}, set(Channel)),
    ("number", PAYMENT, {"order_no": "somebody1"}, set(Channel)),
    ("number", PAYMENT, {"txn_id": "429999999999999999999", "query_id": "429999999999999999999"}, set(Channel)),
    ("number", PART, {"refund_no": "B" * 31}, {Channel.WECHAT, Channel.ALIPAY, Channel.UNIONPAY}),
    ("number", PART, {"txn_id": "429999999999999999999", "original_id": "429999999999999999999"}, set(Channel)),
    ("number", PART, {"refund_id": "59999", "query_id": "59999"}, {Channel.WECHAT, Channel.UNIONPAY}),
    ("number", PART, {"order_no": "somebody1"}, {Channel.WECHAT, Channel.ALIPAY}),
]


@pytest.mark.parametrize(
    ("judged", "row", "facts", "channel"),
    [
        pytest.param(judged, row, facts, channel, id=f"{channel}-{judged}-{row}-{'-'.join(facts)}")
        for judged, row, facts, channels in CHANGES
        for channel in Channel
        if channel in channels
    ],
)
async def test_one_changed_row_makes_one_difference_of_its_class(
    till: Any, judged: str, row: int, facts: dict[str, Any], channel: Channel
) -> None:
    book = Daybook(till, channel)
    await set_rate(till.db, channel, book.provider.merchant, DAY, 6000)
    await book.ordinary_day()
    book.change(row, **facts)

    outcome = await book.reconcile()
    await book.next_day()

    assert await book.classes() == [(judged, "open")]
    assert outcome.picture is not None
    assert (outcome.picture.matched, outcome.picture.differing) == (5, {judged: 1})


async def test_a_row_more_is_missing_here_and_a_row_less_is_missing_there(book: Daybook) -> None:
    await book.ordinary_day()
    book.trades.append(book.trades[0].__class__(
        number=99, fen=4200, order_no="C" * 31, txn_id="429900000000000000000", query_id="429900000000000000000",
        received_fen=4200,
    ))  # fmt: skip
    del book.trades[WHOLE]

    await book.reconcile()
    at_first = await book.classes()
    await book.next_day()

    assert sorted(at_first) == [("missing_here", "open"), ("missing_there", "waiting")]
    assert sorted(await book.classes()) == [("missing_here", "open"), ("missing_there", "open")]
    told = {each.judged: each.effect_fen for each in await book.differences()}
    assert told == {"missing_here": 4200, "missing_there": PRICE}


async def test_what_the_next_days_bill_brings_was_not_missing(book: Daybook) -> None:
    await book.ordinary_day()
    late = book.trades.pop(PAYMENT)
    await book.reconcile()
    assert await book.classes() == [("missing_there", "waiting")]

    book.trades[:] = [late]
    book.till.clock.at = book.till.clock.at.replace(day=21)
    await book.reconcile(day=DAY.replace(day=20))

    assert await book.classes() == []


async def test_payments_and_refunds_that_were_missed_are_repaired(book: Daybook) -> None:
    order = await book.pay(known=False)
    paid = await book.pay()
    await book.give_back(paid, 700, known=False)

    outcome = await book.reconcile()

    assert outcome.picture is not None
    assert (outcome.picture.matched, outcome.picture.repaired, outcome.picture.differing) == (1, 2, {})
    assert await book.classes() == [("missing_here", "repaired")] * 2
    assert await book.till.bill_state(order) == "settled"
    assert (await book.till.order(order)).state == "paid"
    assert (await book.till.order(paid)).refunded_fen == 700
    assert outcome.picture.here.payments == 2


async def test_a_refund_made_at_the_providers_own_desk_is_booked(book: Daybook) -> None:
    order = await book.pay()
    payment = book.trades[0]
    book.trades.append(
        payment.__class__(
            number=2, fen=300, order_no=payment.order_no, txn_id=payment.txn_id, query_id="598",
            original_id=payment.txn_id, refund_no="DESK00000001", refund_id="598", is_refund=True, received_fen=300,
        )
    )  # fmt: skip

    await book.reconcile()

    assert await book.classes() == [("missing_here", "repaired")]
    assert (await book.till.order(order)).refunded_fen == 300


async def test_a_second_payment_of_one_order_is_booked_and_goes_back(book: Daybook) -> None:
    order = await book.pay()
    book.trades.append(book.trades[0].__class__(
        number=2, fen=PRICE, order_no=order.order_no, txn_id="428800000000000000000", query_id="428800000000000000000",
        received_fen=PRICE,
    ))  # fmt: skip

    await book.reconcile()

    assert await book.classes() == [("missing_here", "repaired")]
    assert (await book.till.order(order)).paid_fen == 2 * PRICE
    assert (await book.till.balances())["overpayment"] == -PRICE


async def test_a_row_that_stands_there_twice_is_no_second_payment(book: Daybook) -> None:
    order = await book.pay()
    book.trades.append(book.trades[0])

    await book.reconcile()

    [difference] = await book.differences()
    assert (difference.judged, difference.state, difference.verdict) == ("missing_here", "open", "twin")
    assert difference.effect_fen == PRICE
    assert (await book.till.order(order)).paid_fen == PRICE


async def test_a_bill_that_does_not_add_up_is_refused_before_anything_moves(wechat: Daybook) -> None:
    order = await wechat.pay(known=False)
    raw = gzip.decompress(wechat.bill()).replace(b"`1.0,", b"`2.0,")

    outcome = await wechat.reconcile(raw)

    assert outcome.state is DayState.REFUSED
    assert outcome.problem is not None
    assert "rows" in outcome.problem
    assert (await wechat.till.order(order)).paid_fen == 0
    assert await wechat.till.db.fetchval("SELECT count(*) FROM statement_lines") == 0
    assert await wechat.till.db.fetchval("SELECT state FROM statements") == "refused"
    assert await wechat.till.balances() == {}


async def test_another_merchants_bill_is_refused(wechat: Daybook) -> None:
    await wechat.pay()
    raw = gzip.decompress(wechat.bill()).replace(wechat.provider.merchant.encode(), b"1900000110")

    assert (await wechat.reconcile(raw)).state is DayState.REFUSED


async def test_without_an_agreed_rate_fees_are_booked_as_charged(book: Daybook) -> None:
    await book.ordinary_day()
    book.change(PAYMENT, fee_fen=999)

    outcome = await book.reconcile()

    assert await book.differences() == []
    assert outcome.picture is not None
    assert outcome.picture.fees_booked_fen == 3 * 72 + 999


async def test_fees_given_back_by_more_than_was_charged_are_booked_the_other_way(wechat: Daybook) -> None:
    order = await wechat.pay()
    await wechat.give_back(order, 700)
    wechat.trades[:] = wechat.trades[1:]
    wechat.change(0, fee_fen=-4)

    await wechat.reconcile()

    assert (await wechat.till.balances())[Account.CHANNEL_FEE] == -4


async def test_what_a_refund_under_way_becomes_is_told_by_the_bill(wechat: Daybook) -> None:
    order = await wechat.pay()
    await wechat.give_back(order, 700, known=False)
    wechat.change(1, status="CHANGE")

    await wechat.reconcile()
    again = await wechat.reconcile()

    assert await wechat.classes() == [("state", "repaired")]
    assert await wechat.till.exceptions() == ["refund_abnormal"]
    assert again.picture is not None
    assert (again.picture.matched, again.picture.repaired) == (1, 1)
