"""What a resident is told: a bill to pay until it is paid, that it was paid, and of every yuan on its way back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.city.pack import read_pack
from backend.city.service import load_pack
from backend.core.events import Dispatcher, record
from backend.event_handlers import event_map
from backend.payments.events import BillRecorded
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.refunds import request_refund
from notifications.inbox import count_unread, list_inbox
from notifications.models import InboxMessage, Kind, Tab
from notifications.service import requeue_due
from notifications.topics import TOPICS
from tests.conftest import SHANGHAI
from tests.departments.feeding import Town
from tests.payments.test_bill_feed import bill_line, feed
from tests.payments.till import PRICE, Till, given_back


class Inbox:
    """Of one resident, after all facts so far were handled."""

    def __init__(self, till: Till, owner: UUID) -> None:
        self._till, self.owner = till, owner
        self._dispatcher = Dispatcher(till.db, event_map(till.redis))

    async def settle(self) -> None:
        while await self._dispatcher.run_once(self._till.now):
            pass
        parked = await self._till.db.fetchval("SELECT count(*) FROM event_handlings WHERE done_at IS NULL")
        assert parked == 0

    async def todo(self) -> list[InboxMessage]:
        return await self._tab(Tab.TODO)

    async def notices(self) -> list[str]:
        return [message.zh.title for message in await self._tab(Tab.NOTICE)]

    async def _tab(self, tab: Tab) -> list[InboxMessage]:
        await self.settle()
        return list((await list_inbox(self._till.db, self.owner, tab, self._till.now)).messages)


@pytest.fixture
async def inbox(till: Till) -> Inbox:
    return Inbox(till, await till.resident())


def line(day: int = 1, **fields: Any) -> dict[str, Any]:
    """The department's bill for the first resident, as stated on this day of November."""
    return bill_line(1, updated_at=f"2026-11-{day:02}T08:00:00+08:00", **fields)


async def test_a_bill_is_told_with_amount_payee_day_and_basis(town: Town, till: Till, inbox: Inbox) -> None:
    await load_pack(till.db, read_pack(SHANGHAI), till.now)
    await feed(town, await town.department("bills:*"), [line()])

    [message] = await inbox.todo()

    assert message.zh.title == "待缴费：普通护照"
    assert "120\u00a0元" in message.zh.body
    assert "上海市公安局出入境管理局" in message.zh.body
    assert "12\u00a0月\u00a018\u00a0日前" in message.zh.body
    assert message.zh.why is not None
    assert message.zh.why.source == "发改价格规〔2019〕914号"
    assert message.en is not None
    assert message.en.title == "To pay: Ordinary passport fee"
    assert "¥120" in message.en.body
    assert "18\u00a0December" in message.en.body
    assert message.link.startswith("/bills/")
    assert message.kind is Kind.STATUTORY
    assert message.due_on == date(2026, 12, 18)


async def test_the_lock_screen_is_told_nothing_of_it(till: Till, inbox: Inbox) -> None:
    """Of the matter only the words of the topic leave."""
    await till.bill(inbox.owner)
    await inbox.settle()

    topics = await till.db.fetch("SELECT topic FROM messages")

    assert [row["topic"] for row in topics] == ["payment"]
    assert not any(sign.isdigit() for sign in TOPICS["payment"].push_zh + TOPICS["payment"].push_en)


async def test_told_again_it_makes_no_second_message(town: Town, inbox: Inbox) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [line()])
    await inbox.settle()
    await feed(town, key, [line(2, payee="上海市公安局")])
    events = await town.db.fetch("SELECT payload::text AS payload FROM events")
    assert len(events) == 2
    await town.db.execute("UPDATE events SET done_at = NULL")
    await town.db.execute("DELETE FROM event_handlings")

    assert len(await inbox.todo()) == 1
    assert await town.db.fetchval("SELECT count(*) FROM messages") == 1


@pytest.mark.parametrize("change", [{"amount_fen": 24_000}, {"due_on": "2026-12-01"}])
async def test_another_amount_or_day_takes_the_place_of_what_was_told(
    town: Town, inbox: Inbox, change: dict[str, Any]
) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [line()])
    before = [message.zh.body for message in await inbox.todo()]
    await feed(town, key, [line(2, **change)])

    after = [message.zh.body for message in await inbox.todo()]

    assert len(after) == 1
    assert after != before


async def test_back_to_what_it_was_is_told_too(town: Town, inbox: Inbox) -> None:
    key = await town.department("bills:*")
    for day, amount in ((1, 12_000), (2, 24_000), (3, 12_000)):
        await feed(town, key, [line(day, amount_fen=amount)])
        await inbox.settle()

    [message] = await inbox.todo()

    assert "120\u00a0元" in message.zh.body


async def test_of_several_changes_at_once_only_the_last_is_told(town: Town, inbox: Inbox) -> None:
    key = await town.department("bills:*")
    for day, amount in ((1, 12_000), (2, 24_000), (3, 36_000)):
        await feed(town, key, [line(day, amount_fen=amount)])
    await inbox.settle()

    assert await town.db.fetchval("SELECT count(*) FROM messages") == 1
    assert "360\u00a0元" in (await inbox.todo())[0].zh.body


async def test_a_withdrawn_bill_takes_its_message_back_and_one_that_stands_again_is_told_again(
    town: Town, inbox: Inbox
) -> None:
    key = await town.department("bills:*")
    await feed(town, key, [line()])
    await inbox.settle()

    await feed(town, key, [line(2, withdrawn=True)])
    withdrawn = await inbox.todo()
    await feed(town, key, [line(3)])

    assert withdrawn == []
    assert len(await inbox.todo()) == 1


async def test_paying_closes_what_asked_for_it_and_says_so(till: Till, inbox: Inbox) -> None:
    order = await till.start(*await till.bill(inbox.owner))
    assert len(await inbox.todo()) == 1

    await till.pay(order)

    assert await inbox.notices() == ["已缴费：passport"]
    assert await inbox.todo() == []
    assert (await count_unread(till.db, inbox.owner, till.now)).total == 1
    link = await till.db.fetchval("SELECT link FROM messages WHERE rule = 'payment-settled'")
    assert link == f"/payments/{order.order_no}"


async def test_a_bill_paid_before_its_fact_was_handled_is_not_asked_for(till: Till, inbox: Inbox) -> None:
    order = await till.start(*await till.bill(inbox.owner))
    await till.pay(order)

    assert await inbox.todo() == []
    assert await till.db.fetchval("SELECT count(*) FROM messages") == 1


async def test_paid_twice_is_told_with_the_refund_and_then_that_it_went_back(till: Till, inbox: Inbox) -> None:
    owner, bill_id = await till.bill(inbox.owner)
    first, second = [await till.start(owner, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    await till.pay(first)
    await till.pay(second)

    told = await inbox.notices()
    number = await till.db.fetchval("SELECT refund_no FROM payment_refunds")
    await till.apply(given_back(second, number, PRICE))

    assert set(told) == {"已缴费：passport", "重复支付，自动退款中"}
    assert set(await inbox.notices()) == {"已缴费：passport", "已退款：passport"}


async def test_money_for_a_withdrawn_bill_is_told_for_what_it_is(till: Till, inbox: Inbox) -> None:
    order = await till.start(*await till.bill(inbox.owner))
    await till.db.execute("UPDATE bills SET state = 'withdrawn'")
    await till.pay(order)

    assert await inbox.notices() == ["不用缴的钱，自动退款中"]


async def test_each_refund_is_told_once(till: Till, inbox: Inbox) -> None:
    order = await till.start(*await till.bill(inbox.owner))
    await till.pay(order)
    for part in (500, 700):
        number = await request_refund(till.db, till.keyring, inbox.owner, order.order_no, Fen(part), "退费", till.now)
        for _ in range(2):
            await till.apply(given_back(order, number, part))

    assert (await inbox.notices()).count("已退款：passport") == 2


async def test_a_fact_of_an_older_program_is_read(till: Till, inbox: Inbox) -> None:
    """It did not say when the bill was stated."""
    owner, bill_id = await till.bill(inbox.owner)
    await till.db.execute("DELETE FROM events")
    old = BillRecorded(
        subject_id=owner, bill_id=bill_id, fee_code="passport", amount_fen=PRICE, due_on=None, withdrawn=False,
        first=True,
    )  # fmt: skip
    async with till.db.transaction() as tx:
        await record(tx, [old], till.now)
    await till.db.execute("UPDATE events SET payload = payload - 'stated_at'")

    assert len(await inbox.todo()) == 1


async def test_what_follows_a_fact_is_delivered_within_seconds(till: Till, redis: Redis, inbox: Inbox) -> None:
    """Nobody publishes after the commit of a handler: the sender's next look finds it."""
    async with till.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO preferences (recipient_id, topic, channel, enabled, updated_at) VALUES ($1, $2, $3, true, $4)",
            inbox.owner, "payment", "sms", till.now,
        )  # fmt: skip
    await requeue_due(till.db, redis, till.now)
    await till.bill(inbox.owner)
    await inbox.settle()

    assert await requeue_due(till.db, redis, till.now) == 1
