"""A database with rows in it, taken from an older version to this one."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.core.migrations import DIRECTORY, migrate
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis import EmbeddedRedis
from tests.conftest import new_database

EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DIED = date(2026, 2, 27)
REPORTED, WITHDRAWN, BEFORE_REPORTS, ALIVE = (UUID(int=n) for n in range(1, 5))


@pytest.fixture
async def empty_database(servers: tuple[EmbeddedPostgres, EmbeddedRedis]) -> AsyncIterator[str]:
    async with new_database(servers[0]) as url:
        yield url


@pytest.fixture
async def old(empty_database: str, tmp_path: Path) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """Before 0025: deaths reported, withdrawn, and stated before reports were kept; and a short address."""
    for file in DIRECTORY.glob("*.sql"):
        if file.name < "0025":
            shutil.copy(file, tmp_path)
    await migrate(empty_database, tmp_path)
    connection = await asyncpg.connect(empty_database)
    for subject_id, died_on, stated_at in (
        (REPORTED, DIED, EARLY),
        (WITHDRAWN, None, LATE),
        (BEFORE_REPORTS, DIED, EARLY),
        (ALIVE, None, None),
    ):
        await connection.execute(
            """INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, born_on, died_on, death_stated_at,
                                     created_at, updated_at)
               VALUES ($1, 'person', 'k', '', '', '1950-01-01', $2, $3, $4, $4)""",
            subject_id,
            died_on,
            stated_at,
            EARLY,
        )
    for subject_id, event_type, facts, stated_at in (
        (REPORTED, "person.died", '{"died_on": "2026-02-27"}', EARLY),
        (WITHDRAWN, "person.died", '{"died_on": "2026-02-27"}', EARLY),
        (WITHDRAWN, "person.death_withdrawn", "{}", LATE),
        (ALIVE, "person.moved", "{}", LATE),
    ):
        await connection.execute(
            """INSERT INTO life_events (subject_id, report_id, event_type, department_id, happened_on, facts, stated_at,
                                        withdrawn, changed_at)
               VALUES ($1, gen_random_uuid(), $2, 'd', '2026-03-01', $3, $4, false, $4)""",
            subject_id,
            event_type,
            facts,
            stated_at,
        )
    await _insert_short_address(connection, b"o")
    try:
        yield connection
    finally:
        await connection.close()


async def test_what_was_said_of_deaths_is_kept(old: "asyncpg.Connection[asyncpg.Record]", empty_database: str) -> None:
    await migrate(empty_database)

    said = await old.fetch("SELECT subject_id, died_on, withdrawn, stated_at FROM death_words ORDER BY 1, stated_at")
    assert [tuple(each) for each in said] == [
        (REPORTED, DIED, False, EARLY),
        (WITHDRAWN, DIED, False, EARLY),
        (WITHDRAWN, None, False, LATE),
        (BEFORE_REPORTS, DIED, False, EARLY),
    ]


async def test_short_addresses_of_the_version_before_lead_on_for_a_year(
    old: "asyncpg.Connection[asyncpg.Record]", empty_database: str
) -> None:
    await migrate(empty_database)
    await _insert_short_address(old, b"n")

    kept = await old.fetch("SELECT useful_until FROM stop_links WHERE useful_until > $1", _in_days(364))
    assert len(kept) == 2


async def _insert_short_address(connection: "asyncpg.Connection[asyncpg.Record]", code: bytes) -> None:
    """As programs write it that know no end of it."""
    await connection.execute(
        "INSERT INTO stop_links (code_hash, recipient_id, message_id, made_at) VALUES ($1, $2, $3, $4)",
        code * 32,
        REPORTED,
        uuid4(),
        EARLY,
    )


def _in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
