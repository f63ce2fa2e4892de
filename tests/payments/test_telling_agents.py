"""What those who act for an organisation are told of its bills: each once, and taken back from each."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend.citizens.models import DeathWord, Role
from backend.citizens.service import get_profile, record_death_word
from backend.core.clock import local_date
from backend.core.events import Dispatcher
from backend.core.ids import uuid7
from backend.event_handlers import event_map
from backend.matching.turning import turn_if_due
from backend.payments.events import BillRecorded
from backend.payments.following import follow_agents
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.refunds import request_refund
from backend.payments.telling import tell_of_bill
from notifications.inbox import list_inbox
from notifications.models import Kind, Tab
from tests.departments.feeding import Town
from tests.payments.test_bill_feed import bill_line, feed
from tests.payments.till import PRICE, Till, given_back

DAY = timedelta(days=1)
ASKED, GONE = ("payment-due", "active"), ("payment-due", "withdrawn")
PAID = ("payment-settled", "active")


class Office:
    """Two residents, a firm, and the map at work."""

    def __init__(self, till: Till, firm: UUID, readers: list[UUID]) -> None:
        self.till, self.firm, self.readers = till, firm, readers
        self._dispatcher = Dispatcher(till.db, event_map(till.redis))

    async def settle(self) -> None:
        await turn_if_due(self.till.db, self.till.now)
        while await self._dispatcher.run_once(self.till.now):
            pass
        parked = await self.till.db.fetchval("SELECT count(*) FROM event_handlings WHERE done_at IS NULL")
        assert parked == 0

    async def told(self, reader: int) -> list[tuple[str, str]]:
        """Rule and state of every message to the first or the second resident."""
        await self.settle()
        rows = await self.till.db.fetch(
            "SELECT rule, state FROM messages WHERE recipient_id = $1 ORDER BY message_id", self.readers[reader]
        )
        return [(row["rule"], row["state"]) for row in rows]

    async def may_act(self, *readers: int, **facts: object) -> None:
        for reader in readers:
            await self.till.may_act(self.readers[reader], self.firm, **facts)

    async def may_act_no_more(self, reader: int) -> None:
        await self.till.may_act(self.readers[reader], self.firm, None)

    async def rows(self) -> int:
        count: int = await self.till.db.fetchval("SELECT count(*) FROM bill_messages")
        return count

    async def read(self, reader: int) -> None:
        await self.till.db.execute(
            "UPDATE messages SET read_at = $2 WHERE recipient_id = $1", self.readers[reader], self.till.now
        )


@pytest.fixture
async def office(till: Till) -> Office:
    return Office(till, await till.firm(), [await till.resident(n) for n in (1, 2)])


async def test_each_agent_is_asked_once_and_the_firm_itself_reads_nothing(office: Office) -> None:
    await office.may_act(0, 1)
    _, bill_id = await office.till.bill(office.firm)

    assert (await office.told(0), await office.told(1)) == ([ASKED], [ASKED])
    rows = await office.till.db.fetch("SELECT recipient_id, on_behalf_of, link FROM messages")
    assert {row["recipient_id"] for row in rows} == set(office.readers)
    assert {(row["on_behalf_of"], row["link"]) for row in rows} == {(office.firm, f"/bills/{bill_id}")}


async def test_what_is_said_names_nobody_and_does_not_take_the_agent_for_who_owes(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    await office.settle()

    [message] = (await list_inbox(office.till.db, office.readers[0], Tab.TODO, office.till.now)).messages
    stored = await office.till.db.fetchval("SELECT string_agg(m::text, '') FROM messages m")

    assert message.kind is Kind.STATUTORY
    assert message.zh.why is not None
    assert message.zh.why.based_on == "出入境管理局开给您代办的单位的缴款单"
    assert message.en is not None
    assert message.en.why is not None
    assert message.en.why.plain == "An organisation you act for has ¥120 to pay, so we tell you."
    assert "上海测试" not in stored


async def test_two_roles_are_one_telling(office: Office) -> None:
    await office.may_act(0)
    await office.may_act(0, role=Role.LEGAL_REPRESENTATIVE, source="identity-provider")
    await office.till.bill(office.firm)

    assert await office.told(0) == [ASKED]


async def test_paying_takes_it_back_from_all_and_tells_all(office: Office) -> None:
    await office.may_act(0, 1)
    order = await office.till.start(*await office.till.bill(office.firm))
    await office.settle()
    await office.read(1)

    await office.till.pay(order)

    assert await office.told(0) == [GONE, PAID]
    assert await office.told(1) == [("payment-due", "superseded"), PAID]


async def test_a_withdrawn_bill_is_taken_back_from_all(town: Town, office: Office) -> None:
    await office.may_act(0, 1)
    key = await town.department("bills:*")
    payer = {"kind": "organisation", "number": await number_of(office), "name": "上海测试1号有限公司"}
    await feed(town, key, [bill_line(1, payer=payer)])
    assert await office.told(0) == [ASKED]

    await feed(town, key, [bill_line(1, payer=payer, withdrawn=True, updated_at="2026-11-02T08:00:00+08:00")])

    assert (await office.told(0), await office.told(1), await office.rows()) == ([GONE], [GONE], 0)


async def test_another_amount_takes_the_place_of_what_all_were_told(town: Town, office: Office) -> None:
    await office.may_act(0, 1)
    key = await town.department("bills:*")
    payer = {"kind": "organisation", "number": await number_of(office), "name": "上海测试1号有限公司"}
    for day, amount in ((1, 12_000), (2, 24_000), (3, 12_000), (4, 12_000)):
        line = bill_line(1, payer=payer, amount_fen=amount, updated_at=f"2026-11-{day:02}T08:00:00+08:00")
        await feed(town, key, [line])
        await office.settle()

    assert (await office.told(0), await office.told(1)) == ([GONE, GONE, ASKED], [GONE, GONE, ASKED])


async def number_of(office: Office) -> str:
    return (await get_profile(office.till.db, office.till.keyring, office.firm)).number


async def test_money_twice_is_told_to_all_until_it_has_gone_back(office: Office) -> None:
    await office.may_act(0, 1)
    firm, bill_id = await office.till.bill(office.firm)
    orders = [await office.till.start(firm, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    for order in orders:
        await office.till.pay(order)
    assert (await office.told(1))[-1] == ("payment-overpaid", "active")

    number = await office.till.db.fetchval("SELECT refund_no FROM payment_refunds")
    await office.till.apply(given_back(orders[1], number, PRICE))

    for reader in (0, 1):
        assert (await office.told(reader))[-2:] == [("payment-overpaid", "withdrawn"), ("payment-refunded", "active")]


async def test_each_refund_is_told_to_each_once(office: Office) -> None:
    await office.may_act(0, 1)
    order = await office.till.start(*await office.till.bill(office.firm))
    await office.till.pay(order)
    number = await request_refund(
        office.till.db, office.till.keyring, office.firm, order.order_no, Fen(500), "退费", office.till.now
    )
    for _ in range(2):
        await office.till.apply(given_back(order, number, 500))

    assert (await office.told(0)).count(("payment-refunded", "active")) == 1
    assert (await office.told(1)).count(("payment-refunded", "active")) == 1


async def test_who_is_named_later_is_told_what_is_open_and_nobody_twice(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
    first = await office.told(0)

    await office.may_act(1)

    assert await office.told(1) == [ASKED]
    assert await office.told(0) == first


async def test_what_nobody_heard_the_first_who_may_act_hears(office: Office) -> None:
    await office.till.bill(office.firm)
    await office.settle()
    assert await office.till.db.fetchval("SELECT count(*) FROM messages") == 0

    await office.may_act(0)

    assert await office.told(0) == [ASKED]


async def test_the_most_urgent_of_many_are_told(office: Office) -> None:
    for _ in range(23):
        await office.till.bill(office.firm)
    await office.settle()
    await office.may_act(0)

    assert await office.told(0) == [ASKED] * 20


async def test_who_may_act_no_more_hears_no_more(office: Office) -> None:
    await office.may_act(0, 1)
    await office.till.bill(office.firm)
    await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
    assert await office.told(0) == await office.told(1)
    await office.read(1)

    for reader in (0, 1):
        await office.may_act_no_more(reader)

    assert {state for _, state in await office.told(0)} == {"withdrawn"}
    assert {state for _, state in await office.told(1)} == {"superseded"}
    await office.till.bill(office.firm)
    assert len(await office.told(0)) == 2


async def test_who_is_named_again_gets_back_what_still_stands(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    await office.settle()
    await office.may_act_no_more(0)
    assert await office.told(0) == [GONE]

    office.till.clock.at += DAY
    await office.may_act(0)

    assert await office.told(0) == [ASKED]


async def test_who_is_named_again_after_it_was_paid_gets_nothing_back(office: Office) -> None:
    await office.may_act(0, 1)
    order = await office.till.start(*await office.till.bill(office.firm))
    await office.settle()
    await office.may_act_no_more(0)
    await office.settle()
    await office.till.pay(order)
    await office.settle()

    office.till.clock.at += DAY
    await office.may_act(0)

    assert await office.told(0) == [GONE]


async def test_who_is_named_again_long_after_is_told_anew(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    await office.settle()
    await office.may_act_no_more(0)
    await office.settle()

    office.till.clock.at += 60 * DAY
    await office.may_act(0)

    assert await office.told(0) == [GONE, ASKED]


async def test_rights_that_begin_and_end_by_their_dates_are_followed(office: Office) -> None:
    today = local_date(office.till.now)
    await office.may_act(0, valid_until=today)
    await office.may_act(1, valid_from=today + DAY)
    await office.till.bill(office.firm)
    assert (await office.told(0), await office.told(1)) == ([ASKED], [])

    office.till.clock.at += DAY

    assert (await office.told(0), await office.told(1)) == ([GONE], [ASKED])


async def test_the_dead_hear_nothing_and_who_was_said_to_be_hears_again(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    assert await office.told(0) == [ASKED]
    word_id, today = uuid7(), local_date(office.till.now)
    for withdrawn, told in ((False, [GONE]), (True, [ASKED])):
        office.till.clock.at += timedelta(minutes=1)
        word = DeathWord(office.readers[0], word_id, today, withdrawn, office.till.now)
        async with office.till.db.transaction() as tx:
            await record_death_word(tx, word, office.till.now)

        assert await office.told(0) == told


async def test_a_child_hears_of_its_own_bills_and_the_guardian_pays_without_being_told(office: Office) -> None:
    guardian, child = office.readers
    await office.till.db.execute("UPDATE subjects SET born_on = '2020-05-18' WHERE subject_id = $1", child)
    await office.till.may_act(guardian, child, Role.GUARDIAN)
    await office.till.bill(child)

    assert (await office.told(0), await office.told(1)) == ([], [ASKED])


async def test_notices_of_no_use_any_more_are_not_kept_track_of(office: Office) -> None:
    await office.may_act(0)
    for _ in range(2):
        await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
        await office.settle()
        office.till.clock.at += 8 * DAY

    assert await office.rows() == 1


async def test_a_bill_and_a_new_agent_at_the_same_moment_are_told_once(office: Office) -> None:
    """Two programs, each with one of the facts, of which neither sees yet what the other tells."""
    till = office.till
    await office.may_act(0, 1)
    _, bill_id = await till.bill(office.firm)
    raised = BillRecorded(
        subject_id=office.firm, bill_id=bill_id, fee_code="passport", amount_fen=PRICE, due_on=None, withdrawn=False,
        first=True,
    )  # fmt: skip

    async def follow() -> None:
        async with till.db.transaction() as tx:
            await follow_agents(tx, office.firm, till.now + timedelta(seconds=1))

    async with till.db.transaction() as tx:
        await tell_of_bill(tx, raised, till.now)
        other = asyncio.create_task(follow())
        await asyncio.sleep(0.2)
    await other

    assert (await office.told(0), await office.told(1)) == ([ASKED], [ASKED])


async def test_facts_handled_again_tell_nobody_again(office: Office) -> None:
    await office.may_act(0, 1)
    await office.till.bill(office.firm)
    await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
    before = await office.told(0)
    await office.till.db.execute("UPDATE events SET done_at = NULL")
    await office.till.db.execute("DELETE FROM event_handlings")

    assert await office.told(0) == before
    assert await office.told(1) == before
