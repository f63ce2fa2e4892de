"""Bad events through HTTP: refused or parked with the reason, counted, never silently dropped; good ones are told."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.events import MAX_ATTEMPTS, Dispatcher
from backend.departments import routes
from backend.departments.service import add_department
from backend.event_handlers import event_map
from backend.matching.service import look_again
from backend.ops.queries import get_backlog
from tests.departments.conftest import town
from tests.departments.feeding import Town, citizen_id, event_line, ndjson
from tests.hall import Hall
from tests.matching.people import after_event, with_rules
from tests.matching.town import told

__all__ = ["town"]

LATER = "2026-11-19T09:00:00+08:00"
TODAY = {"registered_on": "2026-11-20"}


class Office:
    """Departments' lines come in over HTTP, and are worked off."""

    def __init__(self, town: Town, redis: Redis, clock: FixedClock) -> None:
        self.db, self.clock, self._town, self._redis = town.db, clock, town, redis
        self.city: City = with_rules(town.city, after_event("welcome", "residence.registered"))
        self._hall = Hall(
            routes.HANDLERS, db=town.db, redis=redis, clock=town.clock, keyring=town.keyring, city=self.city
        )
        self._keys: dict[str, str] = {}

    async def feed(self, *lines: dict[str, Any], by: str = "police", scope: str = "events:*") -> dict[str, Any]:
        """The answer; no line of it is missing."""
        if by not in self._keys:
            self._keys[by] = await add_department(self.db, by, by, [scope], self.clock.now())
        headers = {"Authorization": f"Bearer {self._keys[by]}"}
        async with self._hall.browser() as department:
            answered = await department.post("/api/feeds/events", content=ndjson(lines), headers=headers)
        answer: dict[str, Any] = answered.json()
        assert sum(answer[what]["count"] for what in ("accepted", "unchanged", "refused")) == len(lines)
        return answer

    async def work_off(self) -> None:
        await Dispatcher(self.db, event_map(self._redis)).run_once(self.clock.now())
        while await look_again(self.db, self._redis, self.city, self.clock.now()):
            pass

    async def told(self) -> int:
        return len(await told(self.db))


@pytest.fixture
def office(town: Town, redis: Redis, clock: FixedClock) -> Office:
    return Office(town, redis, clock)


async def test_every_bad_event_is_refused_with_its_reason_and_counted_and_the_good_one_is_told(office: Office) -> None:
    nobody = {"kind": "person", "number": citizen_id(9)}
    bad = {
        "unknown_event_type": event_line(1, "person.abducted"),
        "in_future": event_line(2, occurred_at="2026-11-20T10:06:00+08:00"),
        "unknown_subject": event_line(3, subject=nobody),
        "missing_fact": event_line(4, facts={}),
        "wrong_type": event_line(5, withdrawn="yes"),
        "wrong_holder_kind": event_line(
            6, subject={"kind": "organisation", "number": "11430000006122244L", "name": "甲"}
        ),
    }

    answer = await office.feed(*bad.values(), event_line(7, facts=TODAY))
    await office.work_off()

    assert [refused["code"] for refused in answer["refused"]["lines"]] == list(bad)
    assert all(refused["reason"] and refused["id"] for refused in answer["refused"]["lines"])
    counted = await office.db.fetchrow("SELECT accepted, unchanged, refused FROM feed_days")
    assert counted is not None
    assert tuple(counted) == (1, 0, len(bad))
    assert await office.told() == 1


async def test_a_department_reports_only_what_is_its_own(office: Office) -> None:
    await office.feed(event_line(1, facts=TODAY))

    refused = await office.feed(event_line(1, facts=TODAY), by="library", scope="events:person.moved_out")
    other = await office.feed(event_line(1, facts=TODAY, withdrawn=True, updated_at=LATER), by="customs")
    await office.work_off()

    assert [line["code"] for line in refused["refused"]["lines"]] == ["out_of_scope"]
    assert other["accepted"]["count"] == 1, "its own event of that id, not the one of the police"
    assert await office.told() == 1


async def test_what_is_repeated_or_older_than_what_is_known_changes_nothing(office: Office) -> None:
    line, older = event_line(1, facts=TODAY, updated_at=LATER), event_line(1, facts={"registered_on": "2026-11-18"})
    await office.feed(line)
    await office.work_off()

    repeated, outdated = await office.feed(line), await office.feed(older)
    await office.work_off()

    assert repeated["unchanged"]["count"] == 1
    assert [refused["code"] for refused in outdated["refused"]["lines"]] == ["outdated"]
    assert await office.told() == 1


async def test_a_withdrawn_event_takes_its_message_back_and_a_correction_tells_anew(office: Office) -> None:
    at = [f"2026-11-19T{hour:02}:00:00+08:00" for hour in range(9, 13)]
    spoken = []
    for line in (
        event_line(1, facts=TODAY, updated_at=at[0]),
        event_line(1, facts=TODAY, updated_at=at[1], withdrawn=True),
        event_line(1, facts={"registered_on": "2026-11-19"}, updated_at=at[2]),
        event_line(1, facts={"registered_on": "2026-12-19"}, updated_at=at[3]),
    ):
        await office.feed(line)
        await office.work_off()
        spoken.append(await office.told())

    assert spoken == [1, 0, 1, 0], "told, never happened, happened the day before, will happen next month"


async def test_an_event_that_arrives_withdrawn_is_kept_and_its_older_line_tells_nobody(office: Office) -> None:
    await office.feed(event_line(1, facts=TODAY, withdrawn=True, updated_at=LATER))

    answer = await office.feed(event_line(1, facts=TODAY))
    await office.work_off()

    assert [refused["code"] for refused in answer["refused"]["lines"]] == ["outdated"]
    assert await office.told() == 0


async def test_an_accepted_event_that_cannot_be_applied_is_parked_where_operators_see_it(office: Office) -> None:
    await office.feed(event_line(1, facts=TODAY), event_line(2, facts=TODAY))
    broken = msgspec.json.encode({"happened_on": "no date"}).decode()
    await office.db.execute(
        """UPDATE events SET payload = payload || $1::jsonb
           WHERE event_id = (SELECT event_id FROM events ORDER BY event_id LIMIT 1)""",
        broken,
    )

    for _ in range(MAX_ATTEMPTS + 1):
        await office.work_off()
        office.clock.at += timedelta(hours=1)

    assert await office.told() == 1, "the other one is told"
    assert (await get_backlog(office.db, office.clock.now())).parked_handlers == 2
