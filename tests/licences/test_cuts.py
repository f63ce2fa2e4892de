"""However often a feed is cut and sent again, the store ends as if it had come once and whole."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.departments.errors import ConnectionCut
from backend.departments.feeds import take_feed
from backend.departments.lines import MAX_BATCH_LINES
from backend.departments.models import DepartmentKey
from backend.licences.feed import LicenceFeed
from tests.departments.feeding import Town, licence_line, ndjson

# Few ids and few moments, so that lines meet: duplicates, conflicts, illegal moves, other holders, superseding.
LINES = st.one_of(
    st.just(b"rubbish"),
    st.builds(
        lambda n, owner, **fields: licence_line(owner, id=f"DL-{n}", **fields),
        st.integers(1, 4),
        st.sampled_from([1, 1, 1, 2]),
        status=st.sampled_from(["valid", "valid", "suspended", "transferred", "revoked", "cancelled", "nonsense"]),
        expires_on=st.sampled_from(["2026-12-31", "2027-12-31", None, "2019-01-01"]),
        updated_at=st.sampled_from([f"2026-11-0{day}T00:00:00Z" for day in range(1, 6)]),
        type=st.sampled_from(["driving-licence", "driving-licence", "passport", "marriage-certificate"]),
        supersedes=st.sampled_from([None, None, "DL-1", "DL-2"]),
        issued_on=st.sampled_from(["2019-01-01", "2018-01-01"]),
    ),
)


async def feed_cut(town: Town, key: DepartmentKey, body: bytes, at: int, batch_lines: int) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for start in range(0, at, 512):
            yield body[start : min(start + 512, at)]
        raise ConnectionCut

    feed = LicenceFeed(key, town.city, town.keyring)
    with pytest.raises(ConnectionCut):
        await take_feed(town.db, feed, key.department_id, broken(), town.clock, batch_lines=batch_lines)


async def store(town: Town, department: str) -> list[tuple[Any, ...]]:
    """What is known, without the ids that are made up on arrival."""
    rows = await town.db.fetch(
        """SELECT d.source_id, encode(d.owner_key, 'hex'), encode(d.fingerprint, 'hex'), d.updated_at, l.licence_type,
                  l.declared_status, l.status, l.issued_on, l.expires_on, l.supersedes, new.source_id AS successor
           FROM feed_directory d
           JOIN licences l ON l.subject_id = d.subject_id AND l.licence_id = d.object_id
           LEFT JOIN licences new ON new.subject_id = l.subject_id AND new.licence_id = l.superseded_by
           WHERE d.department_id = $1 ORDER BY d.source_id""",
        department,
    )
    return [tuple(row) for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(LINES, min_size=1, max_size=25), st.lists(st.integers(0, 6000), max_size=4), st.sampled_from([2, 5, 1000])
)
async def test_cut_feeds_end_where_a_whole_one_ends(town: Town, lines: list[Any], cuts: list[int], batch: int) -> None:
    body = ndjson(lines)
    await town.db.execute(
        "TRUNCATE departments, department_keys, feed_directory, licences, subjects, subject_directory, events CASCADE"
    )
    whole, cut = await town.department(name="whole"), await town.department(name="cut")

    await town.feed_licences(whole, body)
    expected = await store(town, "whole")
    await town.db.execute("DELETE FROM licences WHERE department_id = 'whole'")
    for at in cuts:
        await feed_cut(town, cut, body, min(at, len(body)), batch)
    answer = await town.feed_licences(cut, body)

    assert await store(town, "cut") == expected
    assert answer.accepted.count + answer.unchanged.count + answer.refused.count == len(lines)


async def test_what_was_committed_before_the_cut_stays(town: Town) -> None:
    key = await town.department()
    body = ndjson(licence_line(n) for n in range(2500))

    await feed_cut(town, key, body, len(body) - 10, MAX_BATCH_LINES)

    assert await town.db.fetchval("SELECT count(*) FROM licences") == 2000
    answer = await town.feed_licences(key, body)
    assert (answer.unchanged.lines, answer.accepted.lines) == ([(1, 2000)], [(2001, 2500)])
