"""The demo's operators are two, keep their keys over restarts, and get new ones where the old open nothing."""

from pathlib import Path

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.demo_operators import OPERATORS_FILE, register_operators
from backend.operators.service import authenticate, list_operators, revoke_operator


def keys(home: Path) -> list[str]:
    return [line.split("\t")[1] for line in (home / OPERATORS_FILE).read_text().splitlines()]


async def test_a_second_start_makes_no_further_operator(db: Database, clock: FixedClock, tmp_path: Path) -> None:
    await register_operators(db, tmp_path, clock.now())
    before = keys(tmp_path)
    await register_operators(db, tmp_path, clock.now())

    assert keys(tmp_path) == before
    assert len({(await authenticate(db, key))[0] for key in before}) == len(await list_operators(db)) == 2
    assert (tmp_path / OPERATORS_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_key_that_opens_nothing_is_replaced(db: Database, clock: FixedClock, tmp_path: Path) -> None:
    await register_operators(db, tmp_path, clock.now())
    first, second = keys(tmp_path)
    await revoke_operator(db, (await authenticate(db, first))[0], clock.now())

    await register_operators(db, tmp_path, clock.now())

    assert keys(tmp_path)[0] != first
    assert keys(tmp_path)[1] == second
    assert len({(await authenticate(db, key))[0] for key in keys(tmp_path)}) == 2
