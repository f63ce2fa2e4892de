"""The sweep tells every resident who is due once: whatever day it runs, however often, however late."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.matching.errors import DayNotCome
from backend.matching.reports import SweepReport
from backend.matching.service import look_again, note_change, sweep, sweep_if_due
from notifications.inbox import count_unread
from notifications.preferences import stop_rule
from tests.matching.town import hold, settle, told

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
IN_30_DAYS = TODAY + timedelta(days=30)


class Office:
    """Runs sweeps, moving the clock along with the days."""

    def __init__(self, db: Database, redis: Redis, city: City, clock: FixedClock) -> None:
        self.db, self.redis, self.city, self.clock = db, redis, city, clock

    async def sweep(self, as_of: date = TODAY, *, dry_run: bool = False) -> SweepReport:
        self.clock.at += max(as_of - TODAY - (self.clock.at.date() - TODAY), timedelta(0))
        return await sweep(self.db, self.redis, self.city, self.clock, as_of, dry_run=dry_run)

    async def look_again(self, resident: UUID) -> None:
        async with self.db.transaction() as tx:
            await note_change(tx, [resident], self.clock.now())
        await look_again(self.db, self.redis, self.city, self.clock.now())


@pytest.fixture
def office(db: Database, redis: Redis, city: City, clock: FixedClock) -> Office:
    return Office(db, redis, city, clock)


async def test_who_reaches_a_rung_today_is_told_and_nobody_else(office: Office) -> None:
    due, early, late = await settle(office.db, 3)
    await hold(office.db, [due], "driving-licence", IN_30_DAYS)
    await hold(office.db, [early], "driving-licence", IN_30_DAYS + DAY)
    await hold(office.db, [late], "driving-licence", None)

    report = await office.sweep()

    assert [(who, title) for who, _, title in await told(office.db)] == [(due, "机动车驾驶证即将到期")]
    assert (report.residents, report.messages, report.digests) == (1, 1, 0)
    assert report.rules["licence-expiry:driving-licence"].by_rung == {30: 1}


async def test_a_later_rung_is_counted_instead_of_the_earlier(office: Office) -> None:
    [resident, both] = await settle(office.db, 2)
    await hold(office.db, [resident, both], "driving-licence", IN_30_DAYS)
    await office.sweep()
    await hold(office.db, [both], "passport", TODAY + timedelta(days=45), changed_at=office.clock.now())

    await office.sweep(TODAY + timedelta(days=15))

    now = office.clock.now()
    assert len(await told(office.db)) == 4
    assert (await count_unread(office.db, resident, now)).total == 1
    assert (await count_unread(office.db, both, now)).total == 1  # a digest speaks of what the single message said


async def test_a_second_sweep_of_the_day_tells_nobody_again(office: Office) -> None:
    await hold(office.db, await settle(office.db, 5), "driving-licence", IN_30_DAYS)
    await office.sweep()

    again = await office.sweep()

    assert again.messages == 0
    assert len(await told(office.db)) == 5


async def test_sweeps_at_once_tell_everybody_once(office: Office) -> None:
    await hold(office.db, await settle(office.db, 300), "driving-licence", IN_30_DAYS)

    reports = await asyncio.gather(*(office.sweep() for _ in range(3)))

    assert sum(report.messages for report in reports) == 300
    assert len({who for who, _, _ in await told(office.db)}) == 300


async def test_missed_days_are_made_up_for_and_only_the_latest_rung_is_told(office: Office) -> None:
    one, both = await settle(office.db, 2)
    await office.sweep()
    await hold(office.db, [one], "driving-licence", TODAY + timedelta(days=32))  # reaches 30 on the second missed day
    await hold(office.db, [both], "driving-licence", TODAY + timedelta(days=8))  # reaches 7, and 1 after six more days
    await office.sweep(TODAY + timedelta(days=7))

    titles = {who: title for who, _, title in await told(office.db)}
    matches = await office.db.fetch("SELECT subject_id, rung FROM matches")

    assert set(titles) == {one, both}
    assert {row["subject_id"]: row["rung"] for row in matches} == {one: 30, both: 1}


async def test_a_licence_learnt_of_after_the_sweep_is_told_by_the_next_one(office: Office) -> None:
    await office.sweep()
    fresh, old = await settle(office.db, 2)
    await hold(office.db, [fresh], "driving-licence", TODAY + timedelta(days=27), changed_at=office.clock.now())
    await hold(office.db, [old], "driving-licence", TODAY + timedelta(days=20), changed_at=office.clock.now())

    await office.sweep()

    assert [who for who, _, _ in await told(office.db)] == [fresh], "ten days late is too late: the next rung will tell"


async def test_what_was_known_before_the_last_sweep_is_not_told_twice_by_the_late_window(office: Office) -> None:
    await office.sweep(TODAY)
    await hold(office.db, await settle(office.db, 1), "driving-licence", IN_30_DAYS)  # changed long ago: already seen

    report = await office.sweep(TODAY)

    assert report.messages == 0


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "cancelled", "transferred", "revoked", "other"])
async def test_a_licence_that_is_not_in_force_is_held_back_with_its_reason(office: Office, status: str) -> None:
    await hold(office.db, await settle(office.db, 1), "driving-licence", IN_30_DAYS, status=status)

    report = await office.sweep()

    assert await told(office.db) == []
    assert report.rules["licence-expiry:driving-licence"].held_back == {status: 1}


async def test_the_dead_and_those_who_have_filed_are_not_reminded(office: Office) -> None:
    dead, filed, superseded = await settle(office.db, 3)
    await hold(office.db, [dead, filed, superseded], "driving-licence", IN_30_DAYS)
    newer = await hold(office.db, [superseded], "driving-licence", TODAY + timedelta(days=3000))
    await office.db.execute("UPDATE subjects SET died_on = $2 WHERE subject_id = $1", dead, TODAY)
    await office.db.execute("UPDATE licences SET renewal_filed_on = $2 WHERE subject_id = $1", filed, TODAY)
    await office.db.execute(
        "UPDATE licences SET superseded_by = $2 WHERE subject_id = $1 AND licence_id <> $2", superseded, newer[0]
    )

    report = await office.sweep()

    assert await told(office.db) == []
    held_back = report.rules["licence-expiry:driving-licence"].held_back
    assert held_back == {"holder_dead": 1, "renewal_filed": 1, "superseded": 1}


async def test_several_licences_of_one_resident_become_one_digest(office: Office) -> None:
    both, single = await settle(office.db, 2)
    await hold(office.db, [both, single], "driving-licence", IN_30_DAYS)
    await hold(office.db, [both], "passport", TODAY + timedelta(days=7))

    report = await office.sweep()

    titles = {who: title for who, _, title in await told(office.db)}
    assert titles == {both: "您有几张证照到期待办", single: "机动车驾驶证即将到期"}
    assert (report.residents, report.messages, report.digests) == (2, 2, 1)
    items = await office.db.fetchval("SELECT zh->'items' FROM messages WHERE recipient_id = $1", both)
    assert [item["title"] for item in msgspec.json.decode(items)] == ["普通护照", "机动车驾驶证"]


async def test_a_dry_run_counts_the_same_and_does_nothing(office: Office) -> None:
    residents = await settle(office.db, 20)
    await hold(office.db, residents, "driving-licence", IN_30_DAYS)
    await hold(office.db, residents[:5], "passport", TODAY + timedelta(days=7))

    foreseen = await office.sweep(dry_run=True)
    assert await told(office.db) == []
    report = await office.sweep()

    assert msgspec.structs.replace(foreseen, dry_run=False) == report
    assert (report.messages, report.digests) == (20, 5)


async def test_a_day_to_come_is_refused_except_for_a_preview(office: Office) -> None:
    with pytest.raises(DayNotCome):
        await sweep(office.db, office.redis, office.city, office.clock, TODAY + DAY)

    assert (await sweep(office.db, office.redis, office.city, office.clock, TODAY + DAY, dry_run=True)).messages == 0


async def test_the_daily_sweep_waits_for_half_past_eight_and_catches_up(office: Office) -> None:
    office.clock.at = office.clock.at.replace(hour=0, minute=29)  # 08:29 in Shanghai
    first = await sweep_if_due(office.db, office.redis, office.city, office.clock)
    before = await sweep_if_due(office.db, office.redis, office.city, office.clock)
    office.clock.at += timedelta(minutes=1)
    on_time = await sweep_if_due(office.db, office.redis, office.city, office.clock)
    office.clock.at += timedelta(days=3)
    late = await sweep_if_due(office.db, office.redis, office.city, office.clock)

    assert first is not None
    assert first.as_of == TODAY - DAY
    assert before is None
    assert on_time is not None
    assert on_time.as_of == TODAY
    assert late is not None
    assert (late.after, late.as_of) == (TODAY, TODAY + 3 * DAY)


async def test_a_renewed_licence_takes_its_reminder_back(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await hold(office.db, [resident], "driving-licence", IN_30_DAYS)
    await office.sweep()
    await office.db.execute("UPDATE licences SET expires_on = $2 WHERE subject_id = $1", resident, date(2036, 1, 1))

    await office.look_again(resident)

    assert await told(office.db) == [], "nobody had been told yet, so it vanishes"


async def test_a_digest_stays_while_one_of_its_licences_is_still_to_be_renewed(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    await hold(office.db, [resident], "driving-licence", IN_30_DAYS)
    await hold(office.db, [resident], "passport", TODAY + timedelta(days=7))
    await office.sweep()

    for licence_type, left in (("passport", 1), ("driving-licence", 0)):
        await office.db.execute(
            "UPDATE licences SET declared_status = 'cancelled' WHERE subject_id = $1 AND licence_type = $2",
            resident,
            licence_type,
        )
        await office.look_again(resident)
        assert len(await told(office.db)) == left
        if left:
            items, due_on = await office.db.fetchrow("SELECT zh->'items', due_on FROM messages")  # type: ignore[misc]
            assert [item["title"] for item in msgspec.json.decode(items)] == ["机动车驾驶证"]
            assert due_on == IN_30_DAYS


async def test_what_was_stopped_is_left_out_of_a_digest_and_announced_to_nobody(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    for licence_type in ("driving-licence", "passport", "hong-kong-macao-permit"):
        await hold(office.db, [resident], licence_type, TODAY + timedelta(days=7))
    await stop_rule(office.db, resident, "licence-expiry:passport", office.clock.now())

    report = await office.sweep()

    titles = {title for _, _, title in await told(office.db)}
    unread = await count_unread(office.db, resident, office.clock.now())
    assert titles == {"您有几张证照到期待办", "普通护照即将到期"}
    assert unread.total == 1
    assert (report.messages, report.digests) == (2, 1)


async def test_who_stopped_digests_gets_a_message_for_each(office: Office) -> None:
    (resident,) = await settle(office.db, 1)
    for licence_type in ("driving-licence", "passport"):
        await hold(office.db, [resident], licence_type, TODAY + timedelta(days=7))
    await stop_rule(office.db, resident, "licence-expiry:digest", office.clock.now())

    foreseen = await office.sweep(dry_run=True)
    report = await office.sweep()

    unread = await count_unread(office.db, resident, office.clock.now())
    assert unread.total == 2
    assert (report.messages, report.digests) == (foreseen.messages, foreseen.digests) == (2, 0)
