"""Callbacks that arrive together: settled in one transaction, each as if it had come alone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.db import Database
from backend.payments.intake import Intake
from backend.payments.keeping import Arrival, retry_waiting
from backend.payments.models import Channel, Kind, Observation, ObservedState
from backend.payments.providers.protocol import Callback
from backend.payments.records import Order
from backend.payments.verdicts import Verdict
from tests.payments.test_deaths import Died, MortalDatabase, figures
from tests.payments.test_orders_of_events import LOOKS
from tests.payments.till import PRICE, Till, given_back, told

UNWRITABLE = "T-\x00"  # no text of Postgres


@pytest.fixture
def intake(till: Till) -> Intake:
    return Intake(till.db, till.keyring)


def arrival(till: Till, seen: Observation, key: str | None = None) -> Arrival:
    callback = Callback(key or f"{seen.order_no}:{seen.kind}:{seen.provider_txn_id}", seen, "serial")
    return Arrival(seen.channel, callback, "{}", b"{}", till.now)


def paid(order: Order, **facts: object) -> Observation:
    return told(Channel(order.channel), order.order_no, **facts)


async def together(intake: Intake, arrivals: Sequence[Arrival]) -> list[Verdict | BaseException]:
    async with asyncio.timeout(60):  # one who is forgotten would be waited for for ever
        return await asyncio.gather(*(intake.take(each) for each in arrivals), return_exceptions=True)


async def transactions(till: Till) -> int:
    """By how many the callbacks that are kept were written."""
    return int(await till.db.fetchval("SELECT count(DISTINCT xmin::text) FROM payment_callbacks"))


async def test_those_that_come_while_others_are_settled_are_settled_in_one_transaction(
    till: Till, intake: Intake
) -> None:
    """Here all of them come before a hand has begun."""
    orders = [await till.started(channel) for channel in Channel for _ in range(4)]

    verdicts = await together(intake, [arrival(till, paid(each)) for each in orders])

    assert verdicts == [Verdict.APPLIED] * 12
    assert await transactions(till) == 1
    assert [(await till.order(each)).state for each in orders] == ["paid"] * 12
    assert {await till.bill_state(each) for each in orders} == {"settled"}
    assert await till.balances() == {f"clearing:{c}": 4 * PRICE for c in Channel} | {"receivable": -12 * PRICE}
    assert await till.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'") == 12
    assert await till.db.fetchval("SELECT count(*) FROM receipts") == 12


async def test_one_that_cannot_be_applied_takes_nobody_with_it(till: Till, intake: Intake) -> None:
    orders = [await till.started() for _ in range(8)]
    seen = [paid(each) for each in orders]
    seen[5] = paid(orders[5], provider_txn_id=UNWRITABLE)

    verdicts = await together(intake, [arrival(till, each, f"N-{n}") for n, each in enumerate(seen)])

    assert isinstance(verdicts.pop(5), asyncpg.PostgresError)
    assert verdicts == [Verdict.APPLIED] * 7
    assert [(await till.order(each)).state for each in orders].count("paid") == 7
    assert (await till.order(orders[5])).state == "pending"


async def test_facts_about_one_order_take_turns(till: Till, intake: Intake) -> None:
    order = await till.started()
    others = [await till.started() for _ in range(4)]
    facts = [
        *(paid(each) for each in others),
        paid(order),
        paid(order, provider_txn_id="second"),
        given_back(order, "EXT00000001", 500),
        paid(order, state=ObservedState.FINISHED),
    ]

    verdicts = await together(intake, [arrival(till, each, f"N-{n}") for n, each in enumerate(facts)])

    assert sorted(map(str, verdicts)) == ["applied"] * 7 + ["repeated"]
    assert await till.exceptions() == ["second_payment_of_one_order"]
    assert (await till.order(order)).paid_fen == 2 * PRICE
    assert (await till.order(order)).refunded_fen == 500


async def test_two_orders_of_one_bill_at_once_settle_it_once_and_the_other_goes_back(
    till: Till, intake: Intake
) -> None:
    owner, bill_id = await till.bill()
    twice = [await till.start(owner, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    others = [await till.started() for _ in range(4)]

    await together(intake, [arrival(till, paid(each)) for each in [*others, *twice]])

    assert await transactions(till) == 1, "both in the same one"
    booked = sorted([str((await till.order(each)).booked_to) for each in twice])
    assert booked == ["overpayment", "receivable"]
    assert await till.db.fetchval("SELECT count(*) FROM payment_refunds WHERE cause = 'overpayment'") == 1
    assert await till.db.fetchval("SELECT count(*) FROM receipts WHERE bill_id = $1", bill_id) == 1


async def test_one_payment_told_of_two_orders_at_once_is_that_of_one(till: Till, intake: Intake) -> None:
    orders = [await till.started() for _ in range(6)]
    facts = [paid(each, provider_txn_id=f"T-{min(n, 4)}") for n, each in enumerate(orders)]

    verdicts = await together(intake, [arrival(till, each) for each in facts])

    assert sorted(map(str, verdicts)) == ["applied"] * 5 + ["exception"]
    assert await till.exceptions() == ["transaction_of_another_order"]
    assert await till.balances() == {"clearing:wechat": 5 * PRICE, "receivable": -5 * PRICE}


async def test_one_who_does_not_wait_for_the_answer_is_settled_all_the_same(till: Till, intake: Intake) -> None:
    orders = [await till.started() for _ in range(6)]
    tasks = [asyncio.create_task(intake.take(arrival(till, paid(each)))) for each in orders]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[4].cancel()

    answers = await asyncio.gather(*tasks, return_exceptions=True)
    await intake.take(arrival(till, paid(await till.started())))

    assert [isinstance(each, asyncio.CancelledError) for each in answers] == [True, False, False, False, True, False]
    assert [(await till.order(each)).state for each in orders] == ["paid"] * 6


def story(orders: Sequence[Order]) -> list[Observation]:
    """Paid, told again, finished, closed; and of the second order a part given back, of the others a wrong amount."""
    facts = []
    for n, order in enumerate(orders):
        refund_no = f"EXT{order.order_no[-20:]}"
        facts += [
            paid(order),
            paid(order, total_fen=PRICE),
            paid(order, state=ObservedState.FINISHED),
            paid(order, kind=Kind.CLOSED, state=ObservedState.CLOSED, amount_fen=None),
            given_back(order, refund_no, 500) if n == 1 else paid(order, amount_fen=PRICE - 1),
        ]
    return facts


@LOOKS
@given(data=st.data())
async def test_however_many_arrive_together_they_end_as_if_one_by_one(till: Till, data: st.DataObject) -> None:
    owner, bill_id = await till.bill()
    orders = [await till.started(), await till.started(Channel.ALIPAY)]
    orders += [await till.start(owner, bill_id, channel) for channel in (Channel.WECHAT, Channel.UNIONPAY)]
    facts = data.draw(st.permutations(story(orders)))

    left = [arrival(till, each, f"{bill_id}:{n}") for n, each in enumerate(facts)]
    while left:
        size = data.draw(st.integers(1, len(left)))
        verdicts = await together(Intake(till.db, till.keyring), left[:size])
        assert [each for each in verdicts if isinstance(each, BaseException)] == []
        left = left[size:]
    till.clock.at += timedelta(hours=2)
    await retry_waiting(till.db, till.keyring, till.now)

    found = [await till.order(each) for each in orders]
    assert [each.paid_fen for each in found] == [PRICE] * 4
    assert [each.refunded_fen for each in found] == [0, 500, 0, 0]
    assert sorted(str(each.booked_to) for each in found[2:]) == ["overpayment", "receivable"]
    assert await till.broken() == []


async def test_death_at_every_statement_of_a_transaction_of_many(till: Till) -> None:
    deaths = 0
    for statements in range(40):
        orders = [await till.started() for _ in range(6)]
        arrivals = [arrival(till, paid(each)) for each in orders]
        answers = await together(Intake(MortalDatabase(till.db, statements), till.keyring), arrivals)
        died = any(isinstance(each, Died | asyncpg.InterfaceError) for each in answers)

        again = await together(Intake(till.db, till.keyring), arrivals)

        assert {str(each) for each in again} <= {"applied", "repeated"}
        assert {await figures(till, each) for each in orders} == {("paid", PRICE, 0, 0, 1, 1)}
        deaths += died
        if not died:
            break
    assert deaths >= 10
    assert await till.broken() == []


async def test_without_a_database_everybody_is_told_that_it_failed(till: Till, database_url: str) -> None:
    orders = [await till.started() for _ in range(5)]
    doomed = await asyncpg.create_pool(database_url, min_size=1, max_size=2)
    await doomed.close()

    answers = await together(Intake(Database(doomed), till.keyring), [arrival(till, paid(each)) for each in orders])  # type: ignore[arg-type]

    assert [isinstance(each, Exception) for each in answers] == [True] * 5
