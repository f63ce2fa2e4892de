"""What departments report becomes a fact of the house, once."""

from typing import Any

import msgspec
import pytest

from tests.departments.feeding import Town, citizen_id, codes, event_line, licence_line, lines_of, person

UNNAMED = {"kind": "person", "number": citizen_id(1)}
COMPANY = {"kind": "organisation", "number": "11430000006122244L", "name": "测试单位"}


async def recorded(town: Town) -> list[dict[str, Any]]:
    rows = await town.db.fetch("SELECT payload::text FROM events WHERE type = 'departments.event_received' ORDER BY 1")
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def test_an_event_is_recorded_with_its_facts(town: Town) -> None:
    key = await town.department()

    answer = await town.feed_events(key, [event_line(1)])

    assert answer.accepted.lines == [(1, 1)]
    [fact] = await recorded(town)
    assert fact["event_type"] == "residence.registered"
    assert fact["facts"] == {"registered_on": "2026-05-20"}
    assert (fact["department_id"], fact["corrects"]) == ("police", False)
    assert fact["occurred_at"] == "2026-05-20T01:00:00Z"


async def test_the_same_event_again_changes_nothing(town: Town) -> None:
    key = await town.department()
    await town.feed_events(key, [event_line(1), event_line(2)])

    answer = await town.feed_events(key, [event_line(1), event_line(2)])

    assert (answer.accepted.count, answer.unchanged.lines) == (0, [(1, 2)])
    assert len(await recorded(town)) == 2


async def test_a_corrected_event_comes_again_under_the_same_report(town: Town) -> None:
    key = await town.department()
    await town.feed_events(key, [event_line(1)])

    await town.feed_events(
        key, [event_line(1, facts={"registered_on": "2026-05-02"}, updated_at="2026-06-01T09:00:00+08:00")]
    )

    facts = await recorded(town)
    assert {fact["report_id"] for fact in facts} == {facts[0]["report_id"]}
    assert {(fact["corrects"], fact["facts"]["registered_on"]) for fact in facts} == {
        (False, "2026-05-20"),
        (True, "2026-05-02"),
    }


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "person.abducted"}, "unknown_event_type"),
        ({"facts": {}}, "missing_fact"),
        ({"facts": {"registered_on": "2026-05-20", "colour": "red"}}, "unknown_fact"),
        ({"facts": {"registered_on": "2026-02-30"}}, "bad_date"),
        ({"facts": {"registered_on": "2026-05-20", "region": "999999"}}, "bad_fact"),
        ({"facts": {"registered_on": ["2026-05-20"]}}, "wrong_type"),
        ({"occurred_at": "2026-11-20T10:06:00+08:00"}, "in_future"),
        ({"updated_at": "2027-01-01T00:00:00Z"}, "in_future"),
        ({"subject": COMPANY}, "wrong_holder_kind"),
        ({"subject": UNNAMED}, "unknown_subject"),
        ({"subject": person(1) | {"number": "310101199001010011"}}, "bad_number"),
        ({"subject": person(1) | {"name": " "}}, "bad_name"),
    ],
)
async def test_a_bad_event_is_refused_and_the_others_stay(town: Town, fields: dict[str, Any], code: str) -> None:
    key = await town.department()

    answer = await town.feed_events(key, [event_line(2), event_line(1, **fields), event_line(3)])

    assert codes(answer) == [(2, code)]
    assert answer.refused.lines[0].id == "EV-1"
    assert lines_of(answer.accepted.lines) == [1, 3]


def naming(n: int, **facts: Any) -> dict[str, Any]:
    """A line by which the n-th person may act for a company from May on."""
    agent = {"number": citizen_id(n), "name": person(n)["name"]}
    known = {"agent": agent, "role": "authorised", "valid_from": "2026-05-01"}
    return event_line(n, "organisation.agent_named", subject=COMPANY, facts=known | facts)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"agent": citizen_id(1)}, "bad_fact"),
        ({"agent": {"number": "310101199001010011", "name": "测试"}}, "bad_number"),
        ({"agent": {"number": citizen_id(1), "name": " "}}, "bad_name"),
        ({"agent": {"number": citizen_id(9)}}, "unknown_person"),
        ({"agent": {"number": citizen_id(9), "name": "测试", "phone": "1"}}, "unknown_field"),
        ({"agent": {"name": "测试"}}, "missing_field"),
        ({"role": {"number": citizen_id(1)}}, "bad_fact"),
        ({"role": "guardian"}, "bad_fact"),
        ({"valid_until": "2026-04-30"}, "dates_out_of_order"),
    ],
)
async def test_a_fact_that_names_nobody_is_refused(town: Town, facts: dict[str, Any], code: str) -> None:
    key = await town.department()

    answer = await town.feed_events(key, [naming(2), naming(1, **facts), naming(3, valid_until="2026-05-01")])

    assert codes(answer) == [(2, code)]


async def test_nobody_is_their_own_guardian(town: Town) -> None:
    key = await town.department()
    guardian = {"number": citizen_id(1), "name": "测试"}
    facts = {"guardian": guardian, "valid_from": "2026-05-01"}

    answer = await town.feed_events(key, [event_line(1, "child.guardian_named", facts=facts)])

    assert codes(answer) == [(1, "same_person")]


async def test_who_a_fact_names_is_kept_by_their_id_alone(town: Town) -> None:
    key = await town.department()

    await town.feed_events(key, [naming(4)])
    await town.feed_events(key, [naming(5, agent={"number": citizen_id(4)})])

    first, second = await recorded(town)
    assert first["facts"]["agent"] == second["facts"]["agent"] != first["subject_id"]
    assert await town.db.fetchval("SELECT count(*) FROM subjects") == 2
    stored = await town.db.fetchval("SELECT string_agg(e::text, '') FROM events e")
    assert citizen_id(4) not in stored
    assert person(4)["name"] not in stored


async def test_five_minutes_of_a_fast_clock_are_forgiven(town: Town) -> None:
    key = await town.department()

    answer = await town.feed_events(key, [event_line(1, occurred_at="2026-11-20T10:05:00+08:00")])

    assert answer.accepted.count == 1


async def test_somebody_known_needs_no_name(town: Town) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1)])

    answer = await town.feed_events(key, [event_line(1, subject=UNNAMED)])

    assert answer.accepted.count == 1
    assert await town.db.fetchval("SELECT count(DISTINCT subject_id) FROM events") == 1


async def test_a_key_feeds_only_the_events_of_its_scope(town: Town) -> None:
    key = await town.department("events:residence.registered")

    answer = await town.feed_events(
        key, [event_line(1), event_line(1, "person.died", id="D", facts={"died_on": "2026-05-01"})]
    )

    assert codes(answer) == [(2, "out_of_scope")]


async def test_the_recorded_fact_holds_no_number_and_no_name(town: Town) -> None:
    key = await town.department()
    await town.feed_events(key, [event_line(1)])

    stored = await town.db.fetchval("SELECT string_agg(e::text, '') FROM events e")
    directory = await town.db.fetchval("SELECT string_agg(d::text, '') FROM feed_directory d")

    for text in (stored, directory):
        assert citizen_id(1) not in text
        assert person(1)["name"] not in text
