"""Keys of departments: shown once, kept as a hash, and gone when revoked."""

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.departments.errors import (
    BadDepartmentId,
    BadScope,
    DepartmentExists,
    KeyRefused,
    UnknownDepartment,
    UnknownKey,
)
from backend.departments.service import (
    add_department,
    add_key,
    authenticate,
    list_departments,
    list_keys,
    revoke_key,
    rotate_key,
)

SCOPES = ["licences:driving-licence", "events:*"]


async def make(db: Database, clock: FixedClock, name: str = "traffic-police") -> str:
    return await add_department(db, name, "市公安局交警总队", SCOPES, clock.now())


async def test_a_key_opens_the_feeds_of_its_scopes(db: Database, clock: FixedClock) -> None:
    key = await authenticate(db, f"Bearer {await make(db, clock)}")

    assert key.department_id == "traffic-police"
    assert key.feeds("licences")
    assert key.allows("licences", "driving-licence")
    assert not key.allows("licences", "passport")
    assert key.allows("events", "person.died")
    assert not key.feeds("bills")


async def test_the_secret_is_kept_nowhere(db: Database, clock: FixedClock) -> None:
    text = await make(db, clock)
    secret = text.split("_", 2)[2]

    stored = await db.fetchval("SELECT k::text FROM department_keys k")

    assert secret not in stored
    assert secret.encode().hex() not in stored


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), lambda t: t[:-1]]
)
async def test_an_altered_key_is_refused(db: Database, clock: FixedClock, change: object) -> None:
    text = await make(db, clock)

    with pytest.raises(KeyRefused):
        await authenticate(db, f"Bearer {change(text)}")  # type: ignore[operator]


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Basic c3NiOng=", "Bearer ssb_000000000000_" + "A" * 43, "Bearer \u00e9"]
)
async def test_what_is_no_key_is_refused(db: Database, clock: FixedClock, header: str | None) -> None:
    await make(db, clock)

    with pytest.raises(KeyRefused):
        await authenticate(db, header)


async def test_a_revoked_key_is_refused_and_others_stay(db: Database, clock: FixedClock) -> None:
    first = await make(db, clock)
    second = await add_key(db, "traffic-police", ["events:*"], clock.now())

    await revoke_key(db, first.split("_")[1], clock.now())

    with pytest.raises(KeyRefused):
        await authenticate(db, f"Bearer {first}")
    assert (await authenticate(db, f"Bearer {second}")).scopes == ("events:*",)
    with pytest.raises(UnknownKey):
        await revoke_key(db, first.split("_")[1], clock.now())


async def test_rotation_ends_the_old_key_and_keeps_the_scopes(db: Database, clock: FixedClock) -> None:
    old = await make(db, clock)

    new = await rotate_key(db, old.split("_")[1], clock.now())

    with pytest.raises(KeyRefused):
        await authenticate(db, f"Bearer {old}")
    assert set((await authenticate(db, f"Bearer {new}")).scopes) == set(SCOPES)
    assert [record.revoked_at is None for record in await list_keys(db, "traffic-police")] in (
        [False, True],
        [True, False],
    )


async def test_departments_are_listed_by_id(db: Database, clock: FixedClock) -> None:
    await make(db, clock, "tax")
    await make(db, clock, "civil-affairs")

    assert [department.department_id for department in await list_departments(db)] == ["civil-affairs", "tax"]


async def test_what_cannot_be_a_department_is_refused(db: Database, clock: FixedClock) -> None:
    await make(db, clock)

    with pytest.raises(DepartmentExists):
        await make(db, clock)
    with pytest.raises(BadDepartmentId):
        await make(db, clock, "Traffic Police")
    with pytest.raises(UnknownDepartment):
        await add_key(db, "nobody", SCOPES, clock.now())


@pytest.mark.parametrize("scopes", [[], ["licences"], ["licences:"], ["salaries:*"], ["licences:*", "events:a b"]])
async def test_what_cannot_be_a_scope_is_refused(db: Database, clock: FixedClock, scopes: list[str]) -> None:
    with pytest.raises(BadScope):
        await add_department(db, "tax", "税务局", scopes, clock.now())
