"""Who waits for whom where callbacks are settled together: in no circle, and not long for what is not theirs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from backend.core.db import Database, Tx, connect
from backend.payments.intake import Intake
from backend.payments.keeping import keep, retry_waiting
from backend.payments.queries.bills import list_stored_bills, lock_bill
from backend.payments.records import Order
from backend.payments.verdicts import Verdict
from tests.payments.test_intake import arrival, paid, together
from tests.payments.till import Till

NOBODY_LONG = 30
APART = "callbacks are settled one by one"
HOLD_ORDER = "SELECT FROM payment_orders WHERE order_no = $1 FOR UPDATE"


@pytest.fixture
async def others(database_url: str) -> AsyncIterator[Sequence[Database]]:
    """Connections of other processes."""
    async with AsyncExitStack() as open_ones:
        found = [await connect(database_url, max_size=4) for _ in range(3)]
        for each in found:
            open_ones.push_async_callback(each.close)
        yield found


@asynccontextmanager
async def held(db: Database) -> AsyncIterator[Tx]:
    """What is locked inside stays so until the end."""
    async with db.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


async def somebody_waits(db: Database, number: int = 1) -> None:
    sql = """SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE NOT granted AND datname = current_database()"""
    async with asyncio.timeout(NOBODY_LONG):
        while await db.fetchval(sql) < number:  # noqa: ASYNC110 - what is waited for lies in the database
            await asyncio.sleep(0.01)


async def by_owner(till: Till) -> list[Order]:
    """Two, of which the first bill in the order of owners was raised last."""
    low, high = sorted([await till.resident(1), await till.resident(2)])
    _, first = await till.bill(high)
    _, second = await till.bill(low)
    return [await till.start(low, second), await till.start(high, first)]


async def test_a_feed_of_bills_and_callbacks_lock_in_one_order(
    till: Till, others: Sequence[Database], caplog: pytest.LogCaptureFixture
) -> None:
    low, high = await by_owner(till)

    async def feed() -> Any:
        async with others[1].transaction() as tx:
            return await list_stored_bills(tx, [low.subject_id, high.subject_id], [low.bill_id, high.bill_id])

    async with held(others[0]) as holder:
        await lock_bill(holder, low.subject_id, low.bill_id)
        feeding = asyncio.create_task(feed())
        await somebody_waits(till.db)
        intake = Intake(till.db, till.keyring)
        settling = asyncio.create_task(together(intake, [arrival(till, paid(each)) for each in (high, low)]))
        await somebody_waits(till.db, 2)

    assert len(await feeding) == 2
    assert await settling == [Verdict.APPLIED] * 2
    assert APART not in caplog.text


async def test_notices_told_again_lock_with_the_others(
    till: Till, others: Sequence[Database], caplog: pytest.LogCaptureFixture
) -> None:
    """Two processes: one has a notice again of the order of which the other one has a new one, and the other way."""
    one, two = sorted(
        [await till.started(), await till.started()], key=lambda order: (order.subject_id, order.order_no)
    )
    kept = arrival(till, paid(one), "A-kept")
    async with till.db.transaction() as tx:
        await keep(tx, kept, till.now)
    first, second = (Intake(each, till.keyring) for each in others[1:])

    async with held(others[0]) as holder:
        await holder.execute("SELECT FROM payment_callbacks WHERE event_key = 'A-kept' FOR UPDATE")
        again = asyncio.create_task(together(first, [arrival(till, paid(two), "B-1"), kept]))
        await somebody_waits(till.db)
        new = asyncio.create_task(together(second, [arrival(till, paid(one), "C-1"), arrival(till, paid(two), "C-2")]))
        async with asyncio.timeout(NOBODY_LONG):
            told_new = await new

    assert told_new == [Verdict.APPLIED] * 2, "whoever waits for a row of a callback holds no order yet"
    assert await again == [Verdict.REPEATED] * 2
    assert [(await till.order(each)).paid_fen for each in (one, two)] == [one.amount_fen, two.amount_fen]


async def test_one_whose_order_is_held_by_somebody_holds_up_nobody_and_is_kept(
    till: Till, others: Sequence[Database]
) -> None:
    orders = [await till.started() for _ in range(8)]
    intake = Intake(till.db, till.keyring)
    async with held(others[0]) as holder:
        await holder.execute(HOLD_ORDER, orders[5].order_no)
        tasks = [asyncio.create_task(intake.take(arrival(till, paid(each)))) for each in orders]
        stuck = tasks.pop(5)
        async with asyncio.timeout(NOBODY_LONG):
            assert await asyncio.gather(*tasks) == [Verdict.APPLIED] * 7
            assert await intake.take(arrival(till, paid(await till.started()))) is Verdict.APPLIED, (
                "nor who comes later"
            )
            with pytest.raises(asyncpg.LockNotAvailableError):
                await stuck

    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks WHERE verdict = 'waiting'") == 1
    till.clock.at += timedelta(minutes=1)
    await retry_waiting(till.db, till.keyring, till.now)
    assert (await till.order(orders[5])).state == "paid"


async def test_many_notices_of_one_held_order_leave_connections_for_others(
    till: Till, others: Sequence[Database]
) -> None:
    order = await till.started()
    intake = Intake(till.db, till.keyring)
    async with held(others[0]) as holder:
        await holder.execute(HOLD_ORDER, order.order_no)
        async with asyncio.timeout(NOBODY_LONG):
            answers = await together(intake, [arrival(till, paid(order), f"N-{n}") for n in range(8)])
            assert await till.db.fetchval("SELECT 1") == 1

    assert {type(each) for each in answers} == {asyncpg.LockNotAvailableError}


async def test_together_they_wait_for_many_orders_no_longer_than_for_one(
    till: Till, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is held for a moment only, one after the other."""
    orders = sorted([await till.started() for _ in range(8)], key=lambda order: (order.subject_id, order.order_no))
    async with AsyncExitStack() as holds:
        each_held = []
        for order in orders[:7]:
            connection = await asyncpg.connect(database_url)
            holds.push_async_callback(connection.close)
            await connection.execute("BEGIN")
            await connection.execute(HOLD_ORDER, order.order_no)
            each_held.append(connection)
        intake = Intake(till.db, till.keyring)
        settling = asyncio.create_task(together(intake, [arrival(till, paid(each)) for each in orders]))
        for connection in each_held:
            await asyncio.sleep(0.2)
            await connection.execute("ROLLBACK")
        async with asyncio.timeout(NOBODY_LONG):
            assert await settling == [Verdict.APPLIED] * 8
    assert APART in caplog.text
