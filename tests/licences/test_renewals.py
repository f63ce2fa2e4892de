"""A renewal that was filed stops reminders until it is decided, in whatever order the departments report."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_or_create_subjects
from backend.core.clock import FixedClock
from backend.core.events import record
from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.licences import feed
from backend.licences.service import close_renewal, file_renewal
from tests.departments.feeding import Town, licence_line, person

FILED = date(2026, 11, 10)
KEY = DepartmentKey(KeyId("k"), DepartmentId("police"), ("licences:*",))
Fact = Callable[[], Awaitable[None]]


class Reports:
    """What is reported of the driving licence of the n-th person."""

    def __init__(self, town: Town, n: int = 1) -> None:
        self.town, self.n = town, n

    async def owner(self) -> UUID:
        holder = Holder(SubjectKind.PERSON, person(self.n)["number"], person(self.n)["name"])
        async with self.town.db.transaction() as tx:
            [owner] = (await find_or_create_subjects(tx, self.town.keyring, [holder], self.town.clock.now())).values()
        return owner

    async def licence(self, **fields: Any) -> None:
        answer = await self.town.feed_licences(KEY, [licence_line(self.n, **fields)])
        assert {line.code for line in answer.refused.lines} <= {"outdated"}  # an older state that arrives last

    async def file(self, on: date = FILED, source_id: str | None = None) -> None:
        owner = await self.owner()
        async with self.town.db.transaction() as tx:
            await file_renewal(tx, owner, "driving-licence", on, self.town.clock.now(), source_id=source_id)

    async def close(self, on: date, source_id: str | None = None) -> None:
        owner = await self.owner()
        async with self.town.db.transaction() as tx:
            await close_renewal(tx, owner, "driving-licence", on, self.town.clock.now(), source_id=source_id)

    async def filed(self) -> dict[str, date | None]:
        """Of each licence, the renewal that holds its reminders back."""
        rows = await self.town.db.fetch(
            "SELECT source_id, renewal_filed_on FROM licences WHERE subject_id = $1 AND status = 'valid'",
            await self.owner(),
        )
        return dict(rows)


@pytest.fixture
async def reports(town: Town) -> Reports:
    await town.department()
    return Reports(town)


async def test_filing_concerns_the_type_and_closing_undoes_it(reports: Reports) -> None:
    await reports.licence()
    await reports.licence(id="P-1", type="passport")

    await reports.file()
    assert await reports.filed() == {"DL-1": FILED, "P-1": None}

    await reports.close(date(2026, 11, 12))
    assert await reports.filed() == {"DL-1": None, "P-1": None}


async def test_a_renewal_filed_before_the_licence_is_known_is_not_lost(reports: Reports) -> None:
    await reports.file(source_id="DL-1")

    await reports.licence()

    assert await reports.filed() == {"DL-1": FILED}


async def test_only_the_licence_that_is_named_is_concerned(reports: Reports) -> None:
    await reports.licence()

    await reports.file(source_id="DL-2")
    assert await reports.filed() == {"DL-1": None}

    await reports.file(source_id="DL-1")
    assert await reports.filed() == {"DL-1": FILED}


async def test_a_period_that_began_on_the_day_of_filing_is_the_renewed_one(reports: Reports) -> None:
    await reports.licence(issued_on="2026-11-10", expires_on="2036-11-10")

    await reports.file(date(2026, 11, 10))

    assert await reports.filed() == {"DL-1": None}


async def test_what_was_filed_for_one_expiry_does_not_hold_for_the_next(reports: Reports) -> None:
    """Endorsements change the expiry and nothing else."""
    await reports.licence()
    await reports.file()
    await reports.licence(expires_on="2036-12-31", updated_at="2026-11-15T00:00:00Z")
    assert await reports.filed() == {"DL-1": None}

    await reports.file()
    assert await reports.filed() == {"DL-1": None}

    await reports.file(date(2036, 11, 20))
    assert await reports.filed() == {"DL-1": date(2036, 11, 20)}


async def test_reminders_resume_when_a_renewal_is_closed(reports: Reports, clock: FixedClock) -> None:
    await reports.licence()
    await reports.file()
    before = await reports.town.db.fetchval("SELECT changed_at FROM licences")
    clock.at += timedelta(days=1)

    await reports.close(date(2026, 11, 20))

    assert await reports.town.db.fetchval("SELECT changed_at FROM licences") > before


STORIES: dict[str, tuple[Callable[[Reports], list[Fact]], dict[str, date | None]]] = {
    "filed": (lambda r: [r.licence, r.file], {"DL": FILED}),
    "filed twice, closed between": (
        lambda r: [r.licence, r.file, lambda: r.close(date(2026, 11, 12)), lambda: r.file(date(2026, 11, 14))],
        {"DL": date(2026, 11, 14)},
    ),
    "filed twice, then closed": (
        lambda r: [r.licence, r.file, lambda: r.file(date(2026, 11, 14)), lambda: r.close(date(2026, 11, 14))],
        {"DL": None},
    ),
    "one licence closed by its own id": (
        lambda r: [r.licence, r.file, lambda: r.close(date(2026, 11, 12), f"DL-{r.n}")],
        {"DL": None},
    ),
    "renewed under a new id": (
        lambda r: [
            r.licence,
            r.file,
            lambda: r.licence(id=f"NEW-{r.n}", supersedes=f"DL-{r.n}", issued_on="2026-11-15", expires_on="2036-11-15"),
        ],
        {"NEW": None},
    ),
    "renewed under the same id": (
        lambda r: [
            r.licence,
            r.file,
            lambda: r.licence(issued_on="2026-11-15", expires_on="2036-11-15", updated_at="2026-11-15T08:00:00+08:00"),
        ],
        {"DL": None},
    ),
    "renewed and filed again": (
        lambda r: [
            r.licence,
            r.file,
            lambda: r.licence(issued_on="2026-11-15", expires_on="2036-11-15", updated_at="2026-11-15T08:00:00+08:00"),
            lambda: r.file(date(2036, 10, 1)),
        ],
        {"DL": date(2036, 10, 1)},
    ),
}


@pytest.mark.parametrize("story", STORIES)
async def test_the_order_of_arrival_does_not_matter(reports: Reports, story: str) -> None:
    facts_of, expected = STORIES[story]

    for n, order in enumerate(permutations(range(len(facts_of(reports))))):
        this = Reports(reports.town, n + 1)
        facts = facts_of(this)
        for place in order:
            await facts[place]()

        found = {source_id.split("-")[0]: filed for source_id, filed in (await this.filed()).items()}
        assert found == expected, order


@pytest.mark.parametrize(
    ("known", "fed", "expected"),
    [
        (False, {}, FILED),
        (True, {"issued_on": "2026-11-15", "expires_on": "2036-11-15", "updated_at": "2026-11-15T08:00:00Z"}, None),
    ],
    ids=["new", "renewed"],
)
async def test_a_filing_waits_for_a_feed_that_is_under_way(
    reports: Reports, monkeypatch: pytest.MonkeyPatch, known: bool, fed: dict[str, str], expected: date | None
) -> None:
    await reports.owner()
    if known:
        await reports.licence()
    written = asyncio.Event()

    async def slowly(*args: Any) -> None:
        written.set()
        await asyncio.sleep(0.3)
        await record(*args)

    monkeypatch.setattr(feed, "record", slowly)
    feeding = asyncio.create_task(reports.licence(**fed))
    await written.wait()
    await reports.file()
    await feeding

    assert await reports.filed() == {"DL-1": expected}
