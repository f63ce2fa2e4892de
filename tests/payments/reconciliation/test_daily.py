"""Every day's bill comes by itself: after 10:30, again while there is none, after an outage all that were missed."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from backend.core.clock import SHANGHAI
from backend.payments.models import Channel
from backend.payments.reconciliation.daily import day_key, reconcile_due, run_day
from backend.payments.reconciliation.errors import DayNotOver
from backend.payments.reconciliation.models import DayState
from backend.payments.reconciliation.queries.days import list_days, list_last_done
from backend.payments.reconciliation.windows import day_of, hours_of
from tests.payments.providers import bill_days
from tests.payments.reconciliation.daybook import DAY, Daybook, Publisher
from tests.payments.till import Till

EMPTY = bill_days.wechat([])


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


async def work(till: Till, *publishers: Any, now: datetime) -> None:
    """What the worker does at this moment, until nothing is due."""
    till.clock.at = now
    while await reconcile_due(till.db, till.keyring, {each.channel: each for each in publishers}, now):
        pass


async def states(till: Till, publisher: Any) -> dict[date, str]:
    rows = await list_days(till.db, publisher.channel, publisher.merchant, "trades", date(2026, 1, 1))
    return {row.day: row.state for row in rows}


async def test_yesterdays_bill_is_fetched_after_half_past_ten(wechat: Daybook) -> None:
    await wechat.ordinary_day()
    wechat.provider.bills[DAY] = wechat.bill()

    await work(wechat.till, wechat.provider, now=at(10, 29))
    assert DAY not in wechat.provider.asked
    await work(wechat.till, wechat.provider, now=at(10, 30))
    await work(wechat.till, wechat.provider, now=at(18))

    assert wechat.provider.asked.count(DAY) == 1
    assert (await states(wechat.till, wechat.provider))[DAY] == "done"


async def test_a_bill_that_is_not_there_yet_is_asked_for_again_less_and_less_often(wechat: Daybook) -> None:
    await wechat.pay()
    for minute in range(240):
        await work(wechat.till, wechat.provider, now=at(10, 30) + timedelta(minutes=minute))

    assert wechat.provider.asked == [DAY] * 5  # at once, after 10, 20, 40 and 80 minutes, then every two hours
    wechat.provider.bills[DAY] = wechat.bill()
    await work(wechat.till, wechat.provider, now=at(15))
    assert await states(wechat.till, wechat.provider) == {DAY: "done"}


async def test_without_a_bill_what_the_ledger_has_is_missing_there_after_a_day(wechat: Daybook) -> None:
    await wechat.pay()

    await work(wechat.till, wechat.provider, now=at(10, 30))
    assert await states(wechat.till, wechat.provider) == {DAY: "waiting"}
    wechat.provider.bills[DAY + timedelta(days=1)] = EMPTY
    await work(wechat.till, wechat.provider, now=at(11, 0, day=21))

    assert await states(wechat.till, wechat.provider) == {DAY: "done", DAY + timedelta(days=1): "done"}
    assert await wechat.classes() == [("missing_there", "open")]


async def test_a_quiet_day_without_a_bill_ends_the_same_noon(till: Till) -> None:
    provider: Any = Publisher(Channel.ALIPAY)

    await work(till, provider, now=at(10, 30))
    assert await states(till, provider) == {DAY: "waiting"}
    await work(till, provider, now=at(12, 30))

    assert await states(till, provider) == {DAY: "done"}


async def test_after_an_outage_every_missed_day_is_done_oldest_first(till: Till) -> None:
    provider: Any = Publisher(Channel.WECHAT)
    days = [date(2026, 11, 10) + timedelta(days=offset) for offset in range(10)]
    provider.bills = dict.fromkeys(days, EMPTY)
    await work(till, provider, now=at(11, day=11))

    await work(till, provider, now=at(11))

    assert provider.asked == days
    assert set((await states(till, provider)).values()) == {"done"}
    assert await list_last_done(till.db) == [("wechat", days[-1])]


async def test_no_day_is_asked_for_that_the_provider_keeps_no_more(wechat: Daybook) -> None:
    await wechat.pay(at=at(10) - timedelta(days=200))
    await wechat.pay(at=at(10) - timedelta(days=92))
    await wechat.pay(at=at(10) - timedelta(days=3))

    await work(wechat.till, wechat.provider, now=at(11))

    assert wechat.provider.asked[0] == date(2026, 11, 17)
    await work(wechat.till, wechat.provider, now=at(11) + timedelta(days=100))
    assert wechat.provider.asked[3] == (at(11) + timedelta(days=10)).date()


async def test_a_provider_that_does_not_answer_keeps_nobody_else_waiting(till: Till) -> None:
    down: Any = Publisher(Channel.WECHAT)
    fine: Any = Publisher(Channel.ALIPAY)
    down.down, fine.bills[DAY] = True, bill_days.alipay([])

    await work(till, down, fine, now=at(10, 30))
    assert (await states(till, down), await states(till, fine)) == ({DAY: "waiting"}, {DAY: "done"})
    down.down, down.bills[DAY] = False, EMPTY
    await work(till, down, fine, now=at(10, 41))

    assert await states(till, down) == {DAY: "done"}


async def test_a_refused_bill_is_asked_for_again_until_it_adds_up(wechat: Daybook) -> None:
    await wechat.pay()
    wechat.provider.bills[DAY] = b"rubbish"
    await work(wechat.till, wechat.provider, now=at(10, 30))
    assert await states(wechat.till, wechat.provider) == {DAY: "refused"}

    wechat.provider.bills[DAY] = wechat.bill()
    await work(wechat.till, wechat.provider, now=at(10, 41))

    assert await states(wechat.till, wechat.provider) == {DAY: "done"}


async def test_two_workers_ask_once(wechat: Daybook) -> None:
    await wechat.pay()
    wechat.provider.bills[DAY] = wechat.bill()

    await asyncio.gather(*(work(wechat.till, wechat.provider, now=at(10, 30)) for _ in range(4)))

    assert wechat.provider.asked == [DAY]


async def test_an_imported_file_ends_the_wait(wechat: Daybook) -> None:
    await wechat.pay()
    await work(wechat.till, wechat.provider, now=at(10, 30))

    assert (await wechat.reconcile()).state is DayState.DONE
    await work(wechat.till, wechat.provider, now=at(18))

    assert wechat.provider.asked == [DAY]


async def test_a_day_can_be_run_by_hand_and_again(wechat: Daybook) -> None:
    await wechat.ordinary_day()
    till, provider = wechat.till, wechat.provider
    waiting = await run_day(till.db, till.keyring, provider, DAY, till.now)
    provider.bills[DAY] = wechat.bill()

    first = await run_day(till.db, till.keyring, provider, DAY, till.now)
    again = await run_day(till.db, till.keyring, provider, DAY, till.now)

    assert waiting.state is DayState.WAITING
    assert (first.is_new, again.is_new) == (True, False)
    assert first.picture == again.picture
    with pytest.raises(DayNotOver):
        await run_day(till.db, till.keyring, provider, DAY + timedelta(days=1), till.now)


async def test_in_the_sandbox_the_running_day_can_be_looked_at_and_is_done_again_when_it_is_over(
    wechat: Daybook,
) -> None:
    await wechat.pay()
    till, provider, now = wechat.till, wechat.provider, at(15, day=19)
    provider.bills[DAY] = wechat.bill()

    outcome = await run_day(till.db, till.keyring, provider, DAY, now, may_foresee=True)
    before = await states(till, provider)
    await wechat.pay(at=at(18, day=19))
    provider.bills[DAY] = wechat.bill()
    await work(till, provider, now=at(10, 31))

    assert outcome.picture is not None
    assert outcome.picture.matched == 1
    assert before == {DAY: "matching"}
    assert await states(till, provider) == {DAY: "done"}
    assert await wechat.differences() == []


@pytest.mark.parametrize(
    ("channel", "hour", "day"),
    [
        ("wechat", at(0, 0, 19), 19), ("wechat", at(23, 59, 19), 19), ("wechat", at(0, 0, 20), 20),
        ("unionpay", at(22, 59, 19), 19), ("unionpay", at(23, 0, 19), 20), ("unionpay", at(22, 59, 20), 20),
    ],
)  # fmt: skip
def test_a_channels_day_ends_at_its_own_hour(channel: str, hour: datetime, day: int) -> None:
    found = day_of(channel, hour)
    start, end = hours_of(channel, found)

    assert found == date(2026, 11, day)
    assert start <= hour < end


async def test_unionpays_late_evening_belongs_to_the_next_days_bill(till: Till) -> None:
    book = Daybook(till, Channel.UNIONPAY)
    await book.pay(at=at(23, 30, day=18))
    await book.pay(at=at(23, 30, day=19))
    book.trades.pop()

    outcome = await book.reconcile()

    assert await book.differences() == []
    assert outcome.picture is not None
    assert (outcome.picture.matched, outcome.picture.here.payments) == (1, 1)
    assert day_key(book.provider, DAY) == book.key
