"""Which expiry days are due: every rung once, of several missed ones the latest, late arrivals for a week."""

from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backend.city.city import City
from backend.reminders.ladders import LATE_ARRIVAL, ladders, next_rungs
from backend.reminders.models import Ladder

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
rungs = st.lists(st.integers(-30, 400), min_size=1, max_size=8, unique=True).map(tuple)
gaps = st.integers(1, 60)


def ladder(city: City, steps: tuple[int, ...], *, after: date, as_of: date) -> Ladder:
    kind = msgspec.structs.replace(city.licence_type("driving-licence"), reminder_rungs=steps)
    (only,) = ladders([kind], after=after, as_of=as_of)
    return only


def test_an_ordinary_day_finds_each_rung_of_that_day(city: City) -> None:
    found = ladder(city, (90, 30, -1), after=TODAY - DAY, as_of=TODAY)

    assert found.fresh == {TODAY + timedelta(days=90), TODAY + timedelta(days=30), TODAY - DAY}
    assert found.rung_of[TODAY + timedelta(days=30)] == 30


def test_types_with_the_same_rungs_share_a_ladder(city: City) -> None:
    found = ladders(city.licence_types.values(), after=TODAY - DAY, as_of=TODAY)

    assert sum(len(each.licence_types) for each in found) == len(city.licence_types)
    assert len(found) < len(city.licence_types) / 4


def test_of_two_missed_rungs_the_later_one_counts(city: City) -> None:
    found = ladder(city, (7, 1), after=TODAY - timedelta(days=20), as_of=TODAY)

    assert found.rung_of[TODAY + DAY] == 1, "the seven-day rung was missed too, and is no longer true"


@given(steps=rungs, gap=gaps)
def test_what_was_reached_since_is_fresh_and_nothing_else(city: City, steps: tuple[int, ...], gap: int) -> None:
    after = TODAY - timedelta(days=gap)

    found = ladder(city, steps, after=after, as_of=TODAY)

    for offset in range(-130, 520):
        expires_on = TODAY + timedelta(days=offset)
        reached = [rung for rung in steps if expires_on - timedelta(days=rung) <= TODAY]
        latest = expires_on - timedelta(days=min(reached)) if reached else None
        assert (expires_on in found.fresh) == (latest is not None and after < latest)
        if latest is not None and latest > TODAY - LATE_ARRIVAL:
            assert found.rung_of[expires_on] == min(reached)


@given(steps=rungs, days=st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_however_the_days_are_cut_a_rung_is_fresh_at_most_once(
    city: City, steps: tuple[int, ...], days: list[int]
) -> None:
    seen: list[tuple[date, int]] = []
    after = TODAY
    for gap in days:
        found = ladder(city, steps, after=after, as_of=after + timedelta(days=gap))
        seen += [(expires_on, found.rung_of[expires_on]) for expires_on in found.fresh]
        after += timedelta(days=gap)

    assert len(seen) == len(set(seen))


def test_later_rungs_are_announced_in_order() -> None:
    assert next_rungs((90, 30, 7, -1), 30, TODAY) == [TODAY - timedelta(days=7), TODAY + DAY]
    assert next_rungs((90, 30), 30, TODAY) == []
