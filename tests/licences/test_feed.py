"""A licence is kept by the department's own id: new, changed, unchanged, outdated, twice, or somebody else's."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backend.core.clock import FixedClock
from tests.departments.feeding import Town, citizen_id, codes, licence_line, lines_of, person

LATER = "2026-11-02T08:00:00+08:00"
EARLIER = "2026-10-31T08:00:00+08:00"


async def recorded(town: Town) -> list[dict[str, Any]]:
    rows = await town.db.fetch("SELECT payload::text FROM events WHERE type = 'licences.recorded' ORDER BY event_id")
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def test_a_licence_is_stored_with_its_event(town: Town) -> None:
    key = await town.department()

    answer = await town.feed_licences(key, [licence_line(1)])

    assert answer.accepted.lines == [(1, 1)]
    row = await town.db.fetchrow(
        "SELECT subject_id, licence_id, status, expires_on::text, valid_from::text FROM licences"
    )
    assert row is not None
    assert (row["status"], row["expires_on"], row["valid_from"]) == ("valid", "2026-12-31", "2020-12-31")
    [fact] = await recorded(town)
    assert fact["licence_id"] == str(row["licence_id"])
    assert fact["subject_id"] == str(row["subject_id"])
    assert (fact["licence_type"], fact["expires_on"], fact["first"]) == ("driving-licence", "2026-12-31", True)


async def test_the_same_feed_again_changes_nothing(town: Town) -> None:
    key = await town.department()
    feed = [licence_line(n) for n in range(20)]
    await town.feed_licences(key, feed)
    before = await everything(town)

    answer = await town.feed_licences(key, feed)

    assert (answer.accepted.count, answer.unchanged.lines, answer.refused.count) == (0, [(1, 20)], 0)
    assert await everything(town) == before


async def test_the_order_of_fields_and_the_writing_of_codes_are_no_change(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1, face={"a": "1", "b": "2"})])

    same = licence_line(1, face={"b": "2", "a": "1"}, status="01", issued_on="20201231", valid_from="2020-12-31")
    answer = await town.feed_licences(key, [dict(reversed(same.items()))])

    assert answer.unchanged.count == 1


async def test_a_newer_declaration_replaces_the_stored_one(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_licences(key, [licence_line(1, expires_on="2032-12-31", updated_at=LATER)])

    assert answer.accepted.count == 1
    assert await town.db.fetchval("SELECT expires_on::text FROM licences") == "2032-12-31"
    assert [fact["first"] for fact in await recorded(town)] == [True, False]


async def test_an_older_declaration_is_refused(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_licences(key, [licence_line(1, expires_on="2032-12-31", updated_at=EARLIER)])

    assert codes(answer) == [(1, "outdated")]
    assert await town.db.fetchval("SELECT expires_on::text FROM licences") == "2026-12-31"


async def test_other_content_with_the_same_time_is_a_conflict(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_licences(key, [licence_line(1, expires_on="2032-12-31")])

    assert codes(answer) == [(1, "conflict")]


async def test_a_later_time_alone_is_remembered_but_changes_no_licence(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])
    before = await town.db.fetchval("SELECT l::text FROM licences l")

    answer = await town.feed_licences(key, [licence_line(1, updated_at=LATER)])
    outdated = await town.feed_licences(
        key, [licence_line(1, status="suspended", updated_at="2026-11-02T07:00:00+08:00")]
    )

    assert answer.unchanged.count == 1
    assert codes(outdated) == [(1, "outdated")]
    assert await town.db.fetchval("SELECT l::text FROM licences l") == before


@pytest.mark.parametrize("between", [0, 1500])
async def test_of_two_lines_with_one_id_the_later_counts_and_both_are_told(town: Town, between: int) -> None:
    """Whether they lie in one batch or in two."""
    key = await town.department()
    others = [licence_line(n) for n in range(10, 10 + between)]
    newer = licence_line(1, expires_on="2032-12-31", updated_at=LATER)

    rising = await town.feed_licences(key, [licence_line(1), *others, newer])
    falling = await town.feed_licences(key, [licence_line(2, updated_at=LATER), *others, licence_line(2)])

    last = between + 2
    assert codes(rising) == [(1, "duplicate_id")]
    assert f"Line {last} " in rising.refused.lines[0].reason
    assert lines_of(rising.accepted.lines) == list(range(2, last + 1))
    assert codes(falling) == [(last, "duplicate_id")]
    assert 1 in lines_of(falling.accepted.lines)
    assert await town.db.fetchval("SELECT expires_on::text FROM licences WHERE source_id = 'DL-1'") == "2032-12-31"


async def test_a_line_repeated_within_one_feed_is_told(town: Town) -> None:
    key = await town.department()

    answer = await town.feed_licences(key, [licence_line(1), licence_line(1)])

    assert answer.accepted.lines == [(1, 1)]
    assert codes(answer) == [(2, "duplicate_id")]


async def test_an_id_never_changes_hands(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_licences(
        key,
        [
            licence_line(1, holder=person(2), updated_at=LATER),
            licence_line(3),
            licence_line(3, holder=person(4), updated_at=LATER),
        ],
    )

    assert codes(answer) == [(1, "owner_changed"), (3, "owner_changed")]
    assert await town.db.fetchval("SELECT count(*) FROM subjects") == 2


async def test_an_id_never_changes_its_type(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_licences(key, [licence_line(1, type="passport", updated_at=LATER)])

    assert codes(answer) == [(1, "type_changed")]


async def test_departments_cannot_touch_each_others_ids(town: Town) -> None:
    police = await town.department(name="police")
    tax = await town.department(name="tax")
    await town.feed_licences(police, [licence_line(1)])

    answer = await town.feed_licences(tax, [licence_line(1, holder=person(9), status="revoked", updated_at=LATER)])

    assert answer.accepted.count == 1
    rows = await town.db.fetch("SELECT department_id, status FROM licences ORDER BY department_id")
    assert [tuple(row) for row in rows] == [("police", "valid"), ("tax", "revoked")]


async def test_a_key_feeds_only_the_types_of_its_scope(town: Town) -> None:
    key = await town.department("licences:driving-licence")

    answer = await town.feed_licences(key, [licence_line(1), licence_line(2, type="passport")])

    assert codes(answer) == [(2, "out_of_scope")]


async def test_feeds_of_one_department_at_the_same_time_lose_nothing(town: Town) -> None:
    key = await town.department()
    older = [licence_line(n) for n in range(1200)]
    newer = [licence_line(n, expires_on="2032-12-31", updated_at=LATER) for n in reversed(range(1200))]

    answers = await asyncio.gather(*(town.feed_licences(key, feed) for feed in (older, newer, older, newer)))

    assert sum(answer.accepted.count for answer in answers) >= 1200
    assert await town.db.fetchval("SELECT count(*) FROM licences WHERE expires_on = '2032-12-31'") == 1200
    assert await town.db.fetchval("SELECT count(*) FROM licences") == 1200
    assert await town.db.fetchval("SELECT count(*) FROM subjects") == 1200


async def test_two_departments_that_know_the_same_people_do_not_stop_each_other(town: Town) -> None:
    police, tax = await town.department(name="police"), await town.department(name="tax")
    lines = [licence_line(n) for n in range(1500)]

    answers = await asyncio.gather(town.feed_licences(police, lines), town.feed_licences(tax, lines[::-1]))

    assert [answer.accepted.count for answer in answers] == [1500, 1500]
    assert await town.db.fetchval("SELECT count(*) FROM subjects") == 1500


async def test_what_matters_for_reminders_moves_the_time_of_change(town: Town, clock: FixedClock) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])
    first = await town.db.fetchval("SELECT changed_at FROM licences")
    clock.at += timedelta(hours=1)

    await town.feed_licences(key, [licence_line(1, face={"a": "b"}, updated_at=LATER)])
    same = await town.db.fetchval("SELECT changed_at FROM licences")
    await town.feed_licences(key, [licence_line(1, expires_on="2027-01-01", updated_at="2026-11-03T00:00:00Z")])
    moved = await town.db.fetchval("SELECT changed_at FROM licences")

    assert same == first
    assert moved > first


async def test_what_names_a_person_is_sealed(town: Town) -> None:
    key = await town.department()
    line = licence_line(1, number="SECRET-NUMBER-1", face={"住址": "SECRET ROAD 1"})
    line["identifier"] = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    await town.feed_licences(key, [line])

    stored = " ".join(await everything(town))

    for secret in ("SECRET-NUMBER-1", "SECRET ROAD 1", "20230000403", citizen_id(1), person(1)["name"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored


async def test_nothing_personal_is_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    key = await town.department()
    caplog.set_level("DEBUG")

    await town.feed_licences(
        key, [licence_line(1), licence_line(2, status="fine"), b"broken " + citizen_id(3).encode()]
    )

    logged = str([record.__dict__ for record in caplog.records])
    for n in (1, 2, 3):
        assert citizen_id(n) not in logged


async def everything(town: Town) -> list[str]:
    """All rows a feed may write, with all their columns."""
    rows = await town.db.fetch(
        """SELECT l::text AS row FROM licences l UNION ALL SELECT d::text FROM feed_directory d
           UNION ALL SELECT s::text FROM subjects s UNION ALL SELECT e::text FROM events e ORDER BY 1"""
    )
    return [row["row"] for row in rows]
