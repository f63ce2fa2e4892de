"""Of a bill whose last day is near a person is told, of a child's its guardians too, of a firm's its agents."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.matching.service import sweep
from backend.payments.bills import raise_bill
from tests.departments.feeding import person
from tests.matching.registry import TODAY, Registry, child, firm

DAY = timedelta(days=1)
FIRM, CHILD = firm(1), child(date(2020, 5, 18))


@pytest.fixture
def town(db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> Registry:
    return Registry(db, redis, keyring, city, clock)


async def bill_due_soon(town: Registry, payer: dict[str, str]) -> UUID:
    """Due in three days, swept."""
    async with town.db.transaction() as tx:
        owner = await town.id_of(payer)
        bill_id = await raise_bill(
            tx, town.city, town.keyring, owner, "passport", town.at.at, payee="市场监管局", due_on=TODAY + 3 * DAY
        )
    await town.settle()
    await sweep(town.db, town.redis, town.city, town.at, town.at.at.date())
    return bill_id


async def reminded(town: Registry, somebody: dict[str, str]) -> list[tuple[str, UUID | None]]:
    """State of every reminder of a bill to this reader, and on whose behalf it is."""
    rows = await town.db.fetch(
        """SELECT state, on_behalf_of FROM messages WHERE recipient_id = $1 AND rule = 'bill-due-soon'
           ORDER BY message_id""",
        await town.id_of(somebody),
    )
    return [(row["state"], row["on_behalf_of"]) for row in rows]


async def test_it_leads_the_agents_of_a_firm_to_the_bill(town: Registry) -> None:
    await town.name_agent(FIRM, 1)
    await town.settle()
    bill_id = await bill_due_soon(town, FIRM)

    link = await town.db.fetchval("SELECT link FROM messages WHERE rule = 'bill-due-soon'")
    assert link == f"/bills/{bill_id}"
    assert sorted(await town.told(1)) == [("active", "bill-due-soon"), ("active", "payment-due")]


async def test_a_child_and_its_guardians_are_told_and_a_grown_up_alone(town: Registry) -> None:
    for n in (1, 2):
        await town.name_guardian(CHILD, n)
    await town.settle()
    await bill_due_soon(town, CHILD)
    await bill_due_soon(town, person(1))

    about = await town.id_of(CHILD)
    assert await reminded(town, CHILD) == [("active", None)]
    assert await reminded(town, person(1)) == [("active", about), ("active", None)]
    assert await reminded(town, person(2)) == [("active", about)]


async def test_guardians_come_and_go_and_the_child_keeps_its_own(town: Registry) -> None:
    word = await town.name_guardian(CHILD, 1)
    await town.settle()
    await bill_due_soon(town, CHILD)

    await town.name_guardian(CHILD, 2, id=word)
    await town.settle()

    about = await town.id_of(CHILD)
    assert await reminded(town, CHILD) == [("active", None)]
    assert await reminded(town, person(1)) == [("withdrawn", about)]
    assert await reminded(town, person(2)) == [("active", about)]


async def test_a_withdrawn_bill_is_taken_back_from_all(town: Registry) -> None:
    await town.name_guardian(CHILD, 1)
    await town.settle()
    bill_id = await bill_due_soon(town, CHILD)

    await town.db.execute("UPDATE bills SET state = 'withdrawn' WHERE bill_id = $1", bill_id)
    await town.name_guardian(CHILD, 2)
    await town.settle()

    assert [state for state, _ in await reminded(town, CHILD)] == ["withdrawn"]
    assert [state for state, _ in await reminded(town, person(1))] == ["withdrawn"]
    assert await reminded(town, person(2)) == []


async def test_from_eighteen_on_one_is_told_alone(town: Registry) -> None:
    grown = child(date(2008, 11, 20))
    await town.name_guardian(grown, 1)
    await town.settle()
    await bill_due_soon(town, grown)

    assert await reminded(town, grown) == [("active", None)]
    assert await reminded(town, person(1)) == []
