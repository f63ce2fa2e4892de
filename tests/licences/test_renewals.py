"""A renewal that was filed stops reminders until it is decided."""

from datetime import date
from uuid import UUID

from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.licences.service import close_renewal, file_renewal
from tests.departments.feeding import Town, licence_line

FILED = date(2026, 11, 10)


async def held(town: Town) -> UUID:
    key = await town.department()
    await town.feed_licences(key, [licence_line(1), licence_line(1, id="P-1", type="passport")])
    owner = await town.db.fetchval("SELECT subject_id FROM licences LIMIT 1")
    assert isinstance(owner, UUID)
    return owner


async def filed(town: Town) -> dict[str, date | None]:
    return dict(await town.db.fetch("SELECT source_id, renewal_filed_on FROM licences"))


async def test_filing_concerns_the_type_and_closing_undoes_it(town: Town) -> None:
    owner = await held(town)

    async with town.db.transaction() as tx:
        assert await file_renewal(tx, owner, "driving-licence", FILED) == 1
    assert await filed(town) == {"DL-1": FILED, "P-1": None}

    async with town.db.transaction() as tx:
        assert await close_renewal(tx, owner, "driving-licence", date(2026, 11, 12), town.clock.now()) == 1
    assert await filed(town) == {"DL-1": None, "P-1": None}


async def test_a_close_that_arrives_late_does_not_undo_a_newer_filing(town: Town) -> None:
    owner = await held(town)

    async with town.db.transaction() as tx:
        await file_renewal(tx, owner, "driving-licence", FILED)
        assert await close_renewal(tx, owner, "driving-licence", date(2026, 11, 9), town.clock.now()) == 0

    assert (await filed(town))["DL-1"] == FILED


async def test_a_filing_that_arrives_after_the_renewal_concerns_nothing(town: Town) -> None:
    owner = await held(town)

    async with town.db.transaction() as tx:
        assert await file_renewal(tx, owner, "driving-licence", date(2020, 12, 1)) == 0


async def test_only_the_licence_that_is_named_is_concerned(town: Town) -> None:
    owner = await held(town)

    async with town.db.transaction() as tx:
        assert await file_renewal(tx, owner, "driving-licence", FILED, source_id="DL-2") == 0
        assert await file_renewal(tx, owner, "driving-licence", FILED, source_id="DL-1") == 1


async def test_the_renewed_licence_is_no_longer_being_renewed(town: Town) -> None:
    owner = await held(town)
    async with town.db.transaction() as tx:
        await file_renewal(tx, owner, "driving-licence", FILED)

    renewed = licence_line(1, expires_on="2036-12-31", updated_at="2026-11-15T00:00:00Z")
    key = DepartmentKey(KeyId("k"), DepartmentId("police"), ("licences:*",))
    await town.feed_licences(key, [renewed])

    assert (await filed(town))["DL-1"] is None
