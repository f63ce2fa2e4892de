"""kill -9 at every answer of the database: between order and bank, between bank and ledger; paid once, all of it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import Struct

from backend.sandbox.bank.contract import onboard_bank
from backend.sandbox.bank.program import create_bank
from backend.sandbox.gateways.book import Book
from tests.entitlements.conftest import AMOUNT, Office, office, town
from tests.journeys.gateways import living
from tests.journeys.hall import free_port, serving
from tests.payments.fire.executioner import Executioner

__all__ = ["office", "town"]
_SOCKET = ".s.PGSQL.5432"
_FEWEST, _MOST = 8, 60  # answers that a payout needs: less, and nothing was tried


class _Condemned(Struct, frozen=True):
    """What the executioner kills."""

    pid: int

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Gallows:
    def __init__(self, mother: "asyncio.subprocess.Process", url: str, bank: Path, executioner: Executioner) -> None:
        self.mother, self.url, self.bank, self.executioner = mother, url, bank, executioner

    async def runs(self, at: str, answers: int) -> bool:
        """Whether a process that gets so many answers dies of it."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(f"{self.url} {self.bank} {at}\n".encode())
        born = int(await self.mother.stdout.readline())
        self.executioner.wait_for(_Condemned(born), answers)  # type: ignore[arg-type]
        ended = (await asyncio.wait_for(self.mother.stdout.readline(), 30)).decode().strip()
        self.executioner.rest()
        return ended == "killed"


@pytest.fixture
async def gallows(database_url: str, office: Office, tmp_path: Path) -> AsyncIterator[Gallows]:
    directory, executioner, port = tmp_path / "real", Executioner(), free_port()
    bank = onboard_bank(directory, f"http://127.0.0.1:{port}")
    app = create_bank(directory, scale=100_000, clock=office.clock, takes=timedelta())
    asked = urlsplit(database_url)
    command = [sys.executable, "-m", "tests.payments.payouts.victim"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    mother = await asyncio.create_subprocess_exec(*command, **pipes)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="fire-") as sockets:
        there, here = Path(parse_qs(asked.query)["host"][0]) / _SOCKET, Path(sockets) / _SOCKET
        async with living(app), serving(app, port), executioner.between(there, here):
            url = f"postgresql://postgres@{asked.path}?host={sockets}"
            yield Gallows(mother, url, bank, executioner)
    mother.kill()
    await mother.communicate()


@pytest.mark.slow
async def test_killed_at_every_moment_a_payout_is_paid_once(office: Office, gallows: Gallows) -> None:
    deaths, number = 0, 0
    while number < _MOST:
        subject_id, _, path = await office.offer(number + 1)
        async with await office.hall.resident(subject_id) as browser:
            await office.confirm(browser, path)
        if not await gallows.runs(office.now.isoformat(), number):
            break
        deaths, number = deaths + 1, number + 1
        office.clock.at += timedelta(minutes=3)  # what the dead had claimed is free again
    for _ in range(4):
        office.clock.at += timedelta(hours=1)
        await gallows.runs(office.now.isoformat(), 1_000_000)

    states = [state for _, state in await office.payouts()]
    book = Book(gallows.bank.parent / "bank.db")
    assert deaths >= _FEWEST
    assert set(states) == {"paid"}
    assert len(book.list_trades(1_000)) == len(states)
    assert await office.balances() == {"payout": AMOUNT * len(states), "treasury": -AMOUNT * len(states)}
    book.close()
