"""A rule that goes live or resumes tells what came due meanwhile, once, and nothing that is old."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.city.rules import MessageClass
from backend.inbox.service import answer
from backend.matching.desk import catching_up
from backend.matching.desk.recalling import recall_stopped
from backend.matching.desk.releasing import begin_trial
from notifications.models import Locale, Purpose
from tests.matching.desk.office import DAY, LADDER, TODAY, Office
from tests.matching.people import after_event, with_rules
from tests.matching.town import settle

EVENT = "residence.registered"
RULE = "residence-permit-after-half-a-year"


async def try_out(office: Office, code: str = LADDER) -> None:
    await office.stop(code)
    await begin_trial(office.db, office.city, office.ann, code, "", office.clock.now())


async def pass_days(office: Office, days: int) -> None:
    """Every morning is swept."""
    for _ in range(days):
        office.clock.at += DAY
        await office.sweep(office.clock.at.date())


async def go_live(office: Office, code: str = LADDER) -> None:
    await office.resume(code)
    await office.catch_up()


async def states(office: Office) -> dict[UUID, str]:
    return {row["subject_id"]: row["state"] for row in await office.db.fetch("SELECT subject_id, state FROM matches")}


@pytest.mark.parametrize(("days", "told"), [(0, True), (6, True), (7, False), (14, False)])
async def test_who_was_found_on_trial_is_told_when_it_goes_live_unless_it_is_too_late(
    office: Office, days: int, *, told: bool
) -> None:
    [driver] = await office.drivers(1)
    await try_out(office)
    await office.sweep()
    await pass_days(office, days)
    assert await office.messages() == {}

    await go_live(office)
    await go_live_again_changes_nothing(office)

    assert await office.messages() == ({driver: "active"} if told else {})
    assert await states(office) == {driver: "told" if told else "shadow"}


async def go_live_again_changes_nothing(office: Office) -> None:
    """Asked for once more, and everything else that looks at people."""
    before = await office.db.fetchval("SELECT count(*) FROM messages")
    await office.db.execute("UPDATE rule_catch_ups SET done_at = NULL, leased_until = NULL")
    await office.catch_up()
    await office.look_again(*[row["subject_id"] for row in await office.db.fetch("SELECT subject_id FROM subjects")])
    assert await office.db.fetchval("SELECT count(*) FROM messages") == before


@pytest.mark.parametrize(("days", "told"), [(0, True), (6, True), (7, False)])
async def test_what_came_due_while_it_was_stopped_is_told_unless_it_is_too_late(
    office: Office, days: int, *, told: bool
) -> None:
    await office.stop(LADDER)
    [driver] = await office.drivers(1)
    await office.sweep()
    await pass_days(office, days)

    await go_live(office)
    await go_live_again_changes_nothing(office)

    assert await office.messages() == ({driver: "active"} if told else {})


@pytest.mark.parametrize(("days", "told"), [(6, True), (7, False)])
async def test_what_was_taken_back_at_the_stop_comes_back_unless_it_is_too_late(
    office: Office, days: int, *, told: bool
) -> None:
    [driver] = await office.drivers(1)
    await office.subscribe([driver])
    await office.sweep()
    await office.stop(LADDER)
    await recall_stopped(office.db, office.clock)
    await pass_days(office, days)

    await go_live(office)
    await go_live_again_changes_nothing(office)

    assert await office.messages() == {driver: "active" if told else "withdrawn"}


async def test_what_does_not_hold_any_more_is_neither_told_nor_left_standing(office: Office) -> None:
    renewed, told = await office.drivers(2)
    await office.db.execute("UPDATE licences SET expires_on = expires_on + 20 WHERE subject_id = $1", renewed)
    await office.sweep()
    await office.db.execute("UPDATE messages SET read_at = $1", office.clock.now())
    await try_out(office)
    await office.db.execute("UPDATE licences SET expires_on = expires_on - 20 WHERE subject_id = $1", renewed)
    await office.look_again(renewed)
    await office.sweep()
    await office.db.execute("UPDATE licences SET renewal_filed_on = $1", TODAY)
    await pass_days(office, 10)

    await go_live(office)

    assert await office.messages() == {told: "superseded"}, "it was told before, and stayed when the rule was stopped"
    assert set((await states(office)).values()) == {"settled"}


async def test_a_rule_that_speaks_at_once_tells_what_was_reported_while_it_was_stopped(office: Office) -> None:
    office.city = with_rules(office.city, after_event(RULE, EVENT, late=30, lasts=60))
    fresh, old = await settle(office.db, 2)
    await office.stop(RULE)
    await office.happened(fresh, EVENT, TODAY - timedelta(days=29))
    await office.happened(old, EVENT, TODAY - timedelta(days=30))
    await office.look_again(fresh, old)

    await go_live(office, RULE)

    assert await office.messages() == {fresh: "active"}


async def test_who_has_not_agreed_is_told_when_they_do(office: Office) -> None:
    rule = after_event(RULE, EVENT, message_class=MessageClass.RECOMMENDATION)
    office.city = with_rules(office.city, rule)
    [resident] = await settle(office.db, 1)
    await try_out(office, RULE)
    await office.happened(resident, EVENT, TODAY)
    await office.look_again(resident)
    assert await states(office) == {resident: "shadow"}

    await go_live(office, RULE)
    assert (await states(office), await office.messages()) == ({resident: "unheard"}, {})
    now = office.clock.now()
    await answer(office.db, resident, Purpose.RECOMMENDATIONS, given=True, version=1, locale=Locale.ZH, now=now)
    await office.look_again(resident)

    assert await office.messages() == {resident: "active"}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "_AT_ONCE", 5)


@pytest.mark.usefixtures("small_batches")
async def test_what_dies_half_way_is_taken_up_and_tells_everybody_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers = await office.drivers(23)
    await try_out(office)
    await office.sweep()
    await office.resume(LADDER)
    tell, batches = catching_up._tell, 0

    async def tell_and_die(*args: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise ConnectionError
        return await tell(*args)

    monkeypatch.setattr(catching_up, "_tell", tell_and_die)
    with pytest.raises(ConnectionError):
        await office.catch_up()
    assert len(await office.messages()) == 10
    assert not await catching_up.catch_up(office.db, office.redis, office.city, office.clock), "somebody is at it"

    office.clock.at += timedelta(minutes=1)
    await office.catch_up()

    assert await office.messages() == dict.fromkeys(drivers, "active")
    assert await office.db.fetchval("SELECT count(*) FROM messages") == 23
    assert await office.db.fetchval("SELECT told FROM rule_catch_ups WHERE done_at IS NOT NULL") == 23


@pytest.mark.usefixtures("small_batches")
async def test_stopped_half_way_it_falls_silent_and_takes_back_and_resumes_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers = await office.drivers(40)
    await try_out(office)
    await office.sweep()
    await office.resume(LADDER)
    begun, tell = asyncio.Event(), catching_up._tell

    async def tell_and_say(*args: Any) -> Any:
        begun.set()
        return await tell(*args)

    async def stop_half_way() -> None:
        await begun.wait()
        await office.stop(LADDER)

    monkeypatch.setattr(catching_up, "_tell", tell_and_say)
    await asyncio.gather(stop_half_way(), office.catch_up())
    while await recall_stopped(office.db, office.clock):
        pass
    told = await office.messages()

    await go_live(office)

    assert len(told) < 40
    assert set(told.values()) <= {"withdrawn"}
    assert await office.messages() == dict.fromkeys(drivers, "active")
    assert await office.db.fetchval("SELECT count(*) FROM messages") == 40


async def test_two_workers_and_a_sweep_at_once_tell_once(office: Office) -> None:
    drivers = await office.drivers(30)
    await try_out(office)
    await office.sweep()
    await office.resume(LADDER)

    await asyncio.gather(office.catch_up(), office.catch_up(), office.look_again(*drivers), office.sweep())

    assert await office.db.fetchval("SELECT count(*) FROM messages") == 30
