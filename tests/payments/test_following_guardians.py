"""Who is a child's guardian changes: who comes is told what it still owes, who goes hears no more, the child keeps its
own."""

import asyncio
from datetime import date, timedelta

from backend.citizens.models import DeathWord
from backend.citizens.service import record_death_word
from backend.core.clock import local_date
from backend.core.ids import uuid7
from backend.payments.addressees import addressees_of
from backend.payments.events import BillRecorded
from backend.payments.following import follow_agents
from backend.payments.queries.bills import lock_bill
from backend.payments.telling import ask_for, tell_of_bill
from tests.payments.office import ASKED, DAY, GONE, Family
from tests.payments.till import PRICE


async def test_who_is_named_later_is_told_what_is_open_and_nobody_twice(family: Family) -> None:
    await family.may_act(0)
    await family.till.bill(family.child)
    await family.till.pay(await family.till.start(*await family.till.bill(family.child)))
    own, first = await family.child_told(), await family.told(0)

    await family.may_act(1)

    assert await family.all_told() == [own, first, [ASKED]]


async def test_the_first_guardian_ever_is_told_what_the_child_heard_alone(family: Family) -> None:
    await family.till.bill(family.child)
    assert await family.all_told() == [[ASKED], [], []]

    await family.may_act(0)

    assert await family.all_told() == [[ASKED], [ASKED], []]


async def test_who_is_guardian_no_more_hears_no_more_and_the_child_keeps_its_own(family: Family) -> None:
    await family.may_act(0, 1)
    await family.till.bill(family.child)
    await family.till.pay(await family.till.start(*await family.till.bill(family.child)))
    own = await family.child_told()
    assert await family.told(0) == await family.told(1) == own
    await family.read(1)

    for parent in (0, 1):
        await family.may_act_no_more(parent)

    assert {state for _, state in await family.told(0)} == {"withdrawn"}
    assert {state for _, state in await family.told(1)} == {"superseded"}
    assert await family.child_told() == own
    await family.till.bill(family.child)
    assert [len(each) for each in await family.all_told()] == [3, 2, 2]


async def test_who_is_named_again_gets_back_what_still_stands(family: Family) -> None:
    await family.may_act(0)
    await family.till.bill(family.child)
    await family.settle()
    await family.may_act_no_more(0)
    assert await family.told(0) == [GONE]

    family.till.clock.at += DAY
    await family.may_act(0)

    assert await family.all_told() == [[ASKED], [ASKED], []]


async def test_who_is_named_again_after_it_was_paid_gets_nothing_back(family: Family) -> None:
    await family.may_act(0)
    order = await family.till.start(*await family.till.bill(family.child))
    await family.settle()
    await family.may_act_no_more(0)
    await family.settle()
    await family.till.pay(order)
    await family.settle()

    family.till.clock.at += DAY
    await family.may_act(0)

    assert await family.told(0) == [GONE]


async def test_what_the_child_was_told_waits_for_the_fact_of_a_change_not_for_a_guardian(family: Family) -> None:
    _, bill_id = await family.till.bill(family.child)
    await family.may_act(0)
    assert await family.all_told() == [[ASKED], [ASKED], []]
    await family.till.db.execute("UPDATE bills SET amount_fen = amount_fen + 1 WHERE bill_id = $1", bill_id)

    await family.may_act(1)

    assert await family.all_told() == [[ASKED], [GONE, ASKED], [ASKED]]


async def test_from_eighteen_on_one_hears_alone(family: Family) -> None:
    """Of the last day of a right nobody reports an end."""
    tomorrow = local_date(family.till.now) + DAY
    born_on = date(tomorrow.year - 18, tomorrow.month, tomorrow.day)
    await family.till.db.execute("UPDATE subjects SET born_on = $2 WHERE subject_id = $1", family.child, born_on)
    await family.may_act(0)
    await family.till.bill(family.child)
    assert await family.all_told() == [[ASKED], [ASKED], []]

    family.till.clock.at += DAY

    assert await family.all_told() == [[ASKED], [GONE], []]
    await family.till.bill(family.child)
    assert await family.all_told() == [[ASKED, ASKED], [GONE], []]


async def test_the_dead_hear_nothing_and_who_was_said_to_be_hears_again(family: Family) -> None:
    await family.may_act(0, 1)
    await family.till.bill(family.child)
    assert await family.all_told() == [[ASKED]] * 3
    word_id, today = uuid7(), local_date(family.till.now)
    for withdrawn, told in ((False, [GONE]), (True, [ASKED])):
        family.till.clock.at += timedelta(minutes=1)
        word = DeathWord(family.readers[0], word_id, today, withdrawn, family.till.now)
        async with family.till.db.transaction() as tx:
            await record_death_word(tx, word, family.till.now)

        assert await family.all_told() == [[ASKED], told, [ASKED]]


async def test_a_bill_and_a_new_guardian_at_the_same_moment_are_told_once(family: Family) -> None:
    """Two programs, each with one of the facts, of which neither sees yet what the other tells."""
    till = family.till
    await family.may_act(0, 1)
    _, bill_id = await till.bill(family.child)
    raised = BillRecorded(
        subject_id=family.child, bill_id=bill_id, fee_code="passport", amount_fen=PRICE, due_on=None, withdrawn=False,
        first=True,
    )  # fmt: skip

    async def follow() -> None:
        async with till.db.transaction() as tx:
            await follow_agents(tx, family.child, till.now + timedelta(seconds=1))

    async with till.db.transaction() as tx:
        await tell_of_bill(tx, raised, till.now)
        other = asyncio.create_task(follow())
        await asyncio.sleep(0.2)
    await other

    assert await family.all_told() == [[ASKED]] * 3


async def test_the_first_guardian_named_while_the_child_is_being_told_keeps_what_was_told(family: Family) -> None:
    """Nobody takes turns for a child without guardians, so that the two may overlap."""
    till = family.till
    child, bill_id = await till.bill(family.child)
    async with till.db.transaction() as tx:
        to = await addressees_of(tx, child, till.now)
        await family.may_act(0)
        assert await family.all_told() == [[ASKED], [ASKED], []]

        bill = await lock_bill(tx, child, bill_id)
        assert bill is not None
        await ask_for(tx, bill, to, till.now, till.now)

    assert await family.all_told() == [[ASKED], [ASKED], []]
