"""What became of the lines of each day is counted, as it was answered."""

from datetime import timedelta

from backend.core.clock import FixedClock, local_date
from tests.departments.feeding import Town, licence_line


async def days(town: Town) -> list[tuple[object, ...]]:
    rows = await town.db.fetch("SELECT day, feed, accepted, unchanged, refused FROM feed_days ORDER BY day")
    return [tuple(row) for row in rows]


async def test_lines_are_counted_by_day_as_they_were_answered(town: Town, clock: FixedClock) -> None:
    police, today = await town.department("licences:*"), local_date(clock.now())

    await town.feed_licences(police, [licence_line(1), licence_line(2), licence_line(3, type="no-such-type"), b"{"])
    await town.feed_licences(police, [licence_line(1), licence_line(4)])
    clock.at += timedelta(days=1)
    await town.feed_licences(police, [licence_line(1)])

    assert await days(town) == [(today, "licences", 3, 1, 2), (today + timedelta(days=1), "licences", 0, 1, 0)]


async def test_a_line_replaced_by_a_later_one_counts_as_it_was_answered(town: Town, clock: FixedClock) -> None:
    police = await town.department("licences:*")
    later = licence_line(1, updated_at="2026-11-02T08:00:00+08:00", status="suspended")

    answer = await town.feed_licences(police, [licence_line(1), later])

    assert (answer.accepted.count, answer.refused.count) == (1, 1)
    assert [day[2:] for day in await days(town)] == [(1, 0, 1)]
