"""Who may act for an organisation changes: who comes is told what it still owes, who goes hears no more."""

import asyncio
from datetime import timedelta

from backend.citizens.models import DeathWord, Role
from backend.citizens.service import record_death_word
from backend.core.clock import local_date
from backend.core.ids import uuid7
from backend.payments.events import BillRecorded
from backend.payments.following import follow_agents
from backend.payments.telling import tell_of_bill
from tests.payments.office import ASKED, DAY, GONE, Office
from tests.payments.till import PRICE


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


async def test_who_is_named_again_beside_others_gets_it_back_too(office: Office) -> None:
    await office.may_act(0, 1)
    await office.till.bill(office.firm)
    await office.settle()
    await office.may_act_no_more(0)
    assert await office.told(0) == [GONE]

    office.till.clock.at += DAY
    await office.may_act(0)

    assert (await office.told(0), await office.told(1)) == ([ASKED], [ASKED])


async def test_who_is_named_again_after_the_amount_has_changed_gets_nothing_old_back(office: Office) -> None:
    await office.may_act(0, 1)
    _, bill_id = await office.till.bill(office.firm)
    await office.settle()
    await office.may_act_no_more(0)
    await office.settle()
    await office.till.db.execute("UPDATE bills SET amount_fen = amount_fen + 1 WHERE bill_id = $1", bill_id)
    await office.may_act(1, role=Role.LEGAL_REPRESENTATIVE)
    assert await office.told(1) == [GONE, ASKED]
    assert await office.rows() == 1, "of more bills than are asked for anew the old amount would come back"

    office.till.clock.at += DAY
    await office.may_act(0)

    assert await office.told(0) == [GONE, ASKED]


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
