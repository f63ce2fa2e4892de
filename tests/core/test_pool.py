"""Connections are lent one at a time, survive failures, and come back when the pool closes."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from backend.core.db import Database, connect

OWN_PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def small(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url, max_size=2)
    try:
        yield database
    finally:
        await database.close()


async def test_the_connection_used_last_is_used_next(small: Database) -> None:
    assert len({await small.fetchval(OWN_PID) for _ in range(5)}) == 1


async def test_no_more_than_its_size_are_open_and_everybody_has_a_turn(small: Database) -> None:
    asked = [small.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.01)") for _ in range(20)]

    pids = await asyncio.gather(*asked)

    assert len(pids) == 20
    assert len(set(pids)) == 2


async def test_whoever_waited_longest_is_next(small: Database) -> None:
    """Whose turn it is; who is answered first is the database's affair."""
    taken: list[int] = []
    await asyncio.gather(*(small.fetchval("SELECT 1 FROM pg_sleep(0.05)") for _ in range(2)))  # both are open now

    async def ask(number: int) -> None:
        for _ in range(3):
            async with small.pool.acquire() as connection:
                taken.append(number)
                await connection.fetchval("SELECT 1 FROM pg_sleep(0.005)")

    await asyncio.gather(*(ask(number) for number in range(8)))

    assert taken[:8] == [*range(8)]
    assert [sorted(taken[start : start + 8]) for start in (8, 16)] == [[*range(8)]] * 2


async def test_who_gives_up_waiting_loses_nobody_a_turn(small: Database) -> None:
    busy = [asyncio.create_task(small.execute("SELECT pg_sleep(0.2)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    impatient = [asyncio.create_task(small.fetchval("SELECT 1")) for _ in range(5)]
    patient = asyncio.create_task(small.fetchval("SELECT 2"))
    await asyncio.sleep(0.05)
    for task in impatient:
        task.cancel()

    await asyncio.gather(*busy)

    async with asyncio.timeout(30):
        assert await patient == 2
        assert await asyncio.gather(*(small.fetchval("SELECT 3") for _ in range(4))) == [3, 3, 3, 3]


async def test_who_gives_up_when_it_is_their_turn_passes_it_on(small: Database) -> None:
    async with small.pool.acquire(), small.pool.acquire() as last:
        waiting = asyncio.create_task(small.fetchval("SELECT 1"))
        await asyncio.sleep(0.01)
        await small.pool.put_back(last, sound=True)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        async with asyncio.timeout(30):
            assert await small.pool.take() is last


async def test_a_failed_statement_costs_nobody_a_connection(small: Database) -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await small.fetchval("SELECT 1 / 0")

    assert await small.fetchval("SELECT 1") == 1


async def test_a_cancelled_statement_costs_nobody_a_connection(small: Database) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await small.execute("SELECT pg_sleep(30)")

    assert await asyncio.gather(*(small.fetchval("SELECT 1") for _ in range(3))) == [1, 1, 1]


async def test_a_lost_connection_is_replaced(small: Database, db: Database) -> None:
    pid = await small.fetchval(OWN_PID)

    await db.execute("SELECT pg_terminate_backend($1)", pid)
    await asyncio.sleep(0.1)

    assert await small.fetchval(OWN_PID) != pid


async def test_a_connection_lost_in_use_is_replaced(small: Database, db: Database) -> None:
    pid = await small.fetchval(OWN_PID)
    running = asyncio.create_task(small.execute("SELECT pg_sleep(30)"))
    await asyncio.sleep(0.1)

    await db.execute("SELECT pg_terminate_backend($1)", pid)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await running
    assert await small.fetchval("SELECT 1") == 1


async def test_a_failed_transaction_leaves_nothing_open(small: Database) -> None:
    async def fail() -> None:
        async with small.transaction() as tx:
            await tx.execute("CREATE TABLE half_done (n int)")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()

    assert await small.fetchval("SELECT to_regclass('half_done')") is None


async def test_closing_waits_for_what_runs(database_url: str) -> None:
    database = await connect(database_url)
    running = asyncio.create_task(database.fetchval("SELECT 7 FROM pg_sleep(0.2)"))
    await asyncio.sleep(0.05)

    async with asyncio.timeout(30):
        await database.close()

    assert await running == 7


async def test_a_closed_pool_lends_nothing_and_says_so(database_url: str) -> None:
    database = await connect(database_url)
    await database.fetchval("SELECT 1")
    await database.close()

    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        async with asyncio.timeout(30):
            await database.fetchval("SELECT 1")
