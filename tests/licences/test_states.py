"""Which status may follow which."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.departments.faults import LineRefused
from backend.licences.models import Status
from backend.licences.states import ALLOWED, ENDED, State, check
from tests.departments.feeding import Town, codes, licence_line

DECLARABLE = [status for status in Status if status is not Status.SUPERSEDED]
DATES = st.sampled_from([date(2026, 1, 1), date(2027, 1, 1), None])
STATES = st.builds(State, st.just("driving-licence"), st.sampled_from(DECLARABLE), DATES)


def legal(before: State, after: State) -> bool:
    try:
        check(before, after)
    except LineRefused:
        return False
    return True


def test_every_status_is_in_the_table_and_may_stay_as_it_is() -> None:
    assert set(ALLOWED) == set(DECLARABLE)
    assert all(status in allowed for status, allowed in ALLOWED.items())


@given(STATES, STATES, STATES)
def test_what_is_not_allowed_cannot_be_reached_by_a_detour(first: State, second: State, third: State) -> None:
    if legal(first, second) and legal(second, third):
        assert legal(first, third)


@pytest.mark.parametrize(
    ("before", "after"),
    [("revoked", "valid"), ("cancelled", "valid"), ("withdrawn", "suspended"), ("revoked", "withdrawn")],
)
async def test_what_has_ended_does_not_begin_again(town: Town, before: str, after: str) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1, status=before)])

    answer = await town.feed_licences(key, [licence_line(1, status=after, updated_at="2026-11-02T00:00:00Z")])

    assert codes(answer) == [(1, "illegal_status")]
    assert await town.db.fetchval("SELECT status FROM licences") == before


@pytest.mark.parametrize("later", ["2032-12-31", None])
async def test_a_revoked_licence_cannot_be_extended(town: Town, later: str | None) -> None:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1, status="07")])

    answer = await town.feed_licences(
        key, [licence_line(1, status="07", expires_on=later, updated_at="2026-11-02T00:00:00Z")]
    )

    assert codes(answer) == [(1, "illegal_extension")]


async def test_suspension_and_transfer_go_both_ways(town: Town) -> None:
    key = await town.department()

    for day, status in enumerate(["01", "02", "01", "06", "valid", "07", "04"], start=1):
        answer = await town.feed_licences(
            key, [licence_line(1, status=status, updated_at=f"2026-11-{day:02}T00:00:00Z")]
        )
        assert answer.accepted.count == 1

    assert await town.db.fetchval("SELECT status FROM licences") == Status.CANCELLED


def test_only_ended_statuses_are_final() -> None:
    for before, after in itertools.product(DECLARABLE, DECLARABLE):
        assert (after in ALLOWED[before]) or before in ENDED
