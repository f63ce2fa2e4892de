"""The kill switch: nobody is told after it, what was not sent is taken back, what was sent stays, and it can resume."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.matching import service
from backend.matching.desk.recalling import recall_stopped
from tests.matching.desk.office import DAY, LADDER, TODAY, Office
from tests.matching.town import hold

PASSPORT = "licence-expiry:passport"


async def mark_sent(office: Office, resident: UUID) -> None:
    await office.db.execute(
        "UPDATE deliveries SET state = 'sent', finished_at = $2 WHERE recipient_id = $1", resident, office.clock.now()
    )


async def stop(office: Office, code: str = LADDER) -> None:
    await office.stop(code)
    assert await recall_stopped(office.db, office.clock)
    assert not await recall_stopped(office.db, office.clock)


async def test_what_nobody_was_sent_is_taken_back_and_what_was_sent_stays(office: Office) -> None:
    waiting, sent, reading, sending, without_browser = residents = await office.drivers(5)
    await office.subscribe(residents[:4])
    await office.sweep()
    await mark_sent(office, sent)
    await office.db.execute("UPDATE messages SET read_at = $2 WHERE recipient_id = $1", reading, office.clock.now())
    await office.db.execute(
        "UPDATE deliveries SET leased_until = $2, lease = gen_random_uuid() WHERE recipient_id = $1",
        sending, office.clock.now() + timedelta(seconds=30),
    )  # fmt: skip

    await stop(office)

    assert await office.messages() == {
        waiting: "withdrawn",
        without_browser: "withdrawn",
        sent: "active",
        reading: "active",
        sending: "active",
    }
    left = await office.db.fetch("SELECT recipient_id, state, reason FROM deliveries")
    assert {row["recipient_id"]: (row["state"], row["reason"]) for row in left} == {
        waiting: ("dropped", "withdrawn"),
        sent: ("sent", None),
        reading: ("dropped", "withdrawn"),
        sending: ("queued", None),
    }
    states = await office.db.fetch("SELECT subject_id, state, reason FROM matches")
    assert {row["subject_id"] for row in states if row["reason"] == "rule_stopped"} == {waiting, without_browser}
    assert await office.db.fetchval("SELECT taken_back FROM rule_recalls") == 2


async def test_other_rules_go_on_and_a_digest_loses_the_part(office: Office) -> None:
    both, other = await office.drivers(2)
    await hold(office.db, [both], "passport", TODAY + timedelta(days=30))
    await office.db.execute("UPDATE licences SET licence_type = 'passport' WHERE subject_id = $1", other)
    await office.sweep()
    digest = "SELECT jsonb_array_length(zh->'items') FROM messages WHERE recipient_id = $1"
    assert await office.db.fetchval(digest, both) == 2

    await stop(office)

    assert await office.messages() == {both: "active", other: "active"}
    assert await office.db.fetchval(digest, both) == 1
    assert await office.db.fetchval("SELECT parts FROM messages WHERE recipient_id = $1", both) in ([], [PASSPORT])

    await stop(office, PASSPORT)

    assert set((await office.messages()).values()) == {"withdrawn"}


async def test_a_digest_that_was_sent_stays_as_it_was(office: Office) -> None:
    [both] = await office.drivers(1)
    await office.subscribe([both])
    await hold(office.db, [both], "passport", TODAY + timedelta(days=30))
    await office.sweep()
    await mark_sent(office, both)

    await stop(office)

    assert await office.db.fetchval("SELECT jsonb_array_length(zh->'items') FROM messages") == 2
    assert await office.db.fetchval("SELECT count(*) FROM matches WHERE state = 'told'") == 2


async def test_nobody_is_told_by_a_stopped_rule(office: Office) -> None:
    await office.stop(LADDER)
    residents = await office.drivers(3)

    await office.sweep()
    await office.look_again(*residents)

    assert await office.messages() == {}
    assert await office.db.fetchval("SELECT count(*) FROM matches") == 0


async def test_a_sweep_that_is_going_on_falls_silent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop waits for the batch that is being told, and no batch after it tells."""
    monkeypatch.setattr(service, "_AT_ONCE", 20)
    await office.drivers(400)
    begun = asyncio.Event()
    tell, batches = service._tell, 0

    async def tell_and_count(*args: Any) -> Any:
        nonlocal batches
        pointers = await tell(*args)
        batches += 1
        if batches == 3:
            begun.set()
        return pointers

    monkeypatch.setattr(service, "_tell", tell_and_count)

    async def stop_half_way() -> int:
        await begun.wait()
        await office.stop(LADDER)
        told: int = await office.db.fetchval("SELECT count(*) FROM matches")
        return told

    told_at_the_stop, _ = await asyncio.gather(stop_half_way(), office.sweep())

    assert begun.is_set()
    assert 60 <= told_at_the_stop < 400
    assert await office.db.fetchval("SELECT count(*) FROM matches") == told_at_the_stop

    assert await recall_stopped(office.db, office.clock)
    assert set((await office.messages()).values()) == {"withdrawn"}


async def test_a_stop_waits_for_whoever_is_just_telling(office: Office) -> None:
    """What is told by a transaction that began before is there to be taken back."""
    async with office.db.transaction() as tx:
        await service.hold_rulebook(tx, office.city)
        stopping = asyncio.create_task(office.stop(LADDER))
        await asyncio.sleep(0.1)
        assert not stopping.done()
    await stopping

    assert await office.state(LADDER) == "stopped"


async def test_a_recall_that_died_half_way_is_taken_up(office: Office) -> None:
    await office.drivers(3)
    await office.sweep()
    await office.stop(LADDER)
    await office.db.execute("UPDATE rule_recalls SET leased_until = $1", office.clock.now() + timedelta(minutes=1))

    assert not await recall_stopped(office.db, office.clock)  # somebody else is at it
    office.clock.at += timedelta(minutes=1)
    assert await recall_stopped(office.db, office.clock)

    assert set((await office.messages()).values()) == {"withdrawn"}


async def test_after_it_resumes_what_was_taken_back_is_told_after_all(office: Office) -> None:
    residents = await office.drivers(2)
    await office.subscribe(residents)
    await office.sweep()
    await stop(office)

    await office.resume(LADDER)
    await office.catch_up()

    assert set((await office.messages()).values()) == {"active"}
    assert {row["state"] for row in await office.db.fetch("SELECT state FROM deliveries")} == {"queued"}
    assert {row["state"] for row in await office.db.fetch("SELECT state FROM matches")} == {"told"}
    assert await office.db.fetchval("SELECT count(*) FROM messages") == 2


async def test_a_rule_that_resumed_meanwhile_is_not_taken_back(office: Office) -> None:
    await office.drivers(2)
    await office.sweep()
    await office.stop(LADDER)
    await office.resume(LADDER)

    assert not await recall_stopped(office.db, office.clock)

    assert set((await office.messages()).values()) == {"active"}


async def test_who_comes_due_after_it_resumed_is_told(office: Office) -> None:
    await office.sweep()
    await stop(office)
    await office.resume(LADDER)
    await office.drivers(1, days=31)
    office.clock.at += DAY

    await office.sweep(TODAY + DAY)

    assert set((await office.messages()).values()) == {"active"}
