"""The callback is there before its order is: kept as an orphan, not acknowledged, settled once the order has come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec import structs

from backend.core.settings import Settings
from backend.payments.keeping import retry_waiting
from backend.payments.models import Channel, OrderNo
from backend.payments.numbers import new_order_no
from backend.payments.queries.orders import insert_order
from backend.payments.records import Order
from tests.payments.fire.processes import Nursery, Process
from tests.payments.fire.scaffold import tell
from tests.payments.notices import payment
from tests.payments.till import PRICE, Till


@pytest.fixture
async def process(halls: Nursery, hall_settings: Settings) -> AsyncIterator[Process]:
    born = await halls.born(hall_settings)
    yield born
    born.kill()


async def planned(till: Till, channel: Channel) -> Order:
    """As it will be when it is committed."""
    known = await till.started(channel)
    order_no = OrderNo(new_order_no(till.keyring, known.subject_id))
    return structs.replace(known, order_no=order_no)


@pytest.mark.parametrize("told_again", [True, False])
@pytest.mark.parametrize("channel", list(Channel))
async def test_the_order_commits_after_its_callback_has_come(
    till: Till, process: Process, channel: Channel, told_again: bool
) -> None:
    """By the provider telling again, or by this house trying again by itself: whichever is first."""
    order = await planned(till, channel)
    notice = payment(order)
    async with till.db.transaction() as creating:
        assert await insert_order(creating, order, "key", None)

        early = await tell(process, notice)

        assert early.status_code == 503
        assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "waiting"
    if told_again:
        assert (await tell(process, notice)).status_code == 200
    else:
        till.clock.at += timedelta(minutes=1)
        await retry_waiting(till.db, till.keyring, till.now)

    assert (await till.order(order)).state == "paid"
    assert await till.bill_state(order) == "settled"
    assert await till.balances() == {f"clearing:{channel}": PRICE, "receivable": -PRICE}
    assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "applied"
    assert (await tell(process, notice)).status_code == 200


async def test_callback_commit_and_retry_at_the_same_moment(till: Till, process: Process) -> None:
    order = await planned(till, Channel.WECHAT)
    notice = payment(order)

    async def commit() -> None:
        async with till.db.transaction() as creating:
            await insert_order(creating, order, "key", None)
            await asyncio.sleep(0.05)

    await asyncio.gather(commit(), *(tell(process, notice) for _ in range(10)))
    till.clock.at += timedelta(minutes=1)
    await asyncio.gather(*(retry_waiting(till.db, till.keyring, till.now) for _ in range(4)))

    assert (await till.order(order)).paid_fen == PRICE
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks WHERE verdict = 'waiting'") == 0
