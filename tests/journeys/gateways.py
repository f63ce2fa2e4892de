"""The sandbox's three payment providers on real ports, in the test's own process and by its clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from litestar import Litestar
from msgspec import Struct

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.onboarding import CONTRACTS, onboard
from backend.sandbox.gateways.program import create_gateway
from tests.journeys.hall import free_port, serving

_SCALE = 600


class Gateways(Struct, frozen=True):
    """`merchants` is the hall's side of the keys; `addresses` by name."""

    merchants: Path
    addresses: Mapping[str, str]

    def switch(self, name: str, *faults: Fault) -> None:
        """These faults on, all others off."""
        book = Book(self.merchants.parent / f"{name}.db")
        book.set_faults(frozenset(faults))
        book.close()


@contextlib.asynccontextmanager
async def living(app: Litestar) -> AsyncIterator[None]:
    """What an application does beside requests, in a task of its own: it must end in the task that it began in."""
    alive, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            alive.set()
            await over.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live())
        await alive.wait()
        yield
        over.set()


@contextlib.asynccontextmanager
async def open_gateways(directory: Path, clock: Clock) -> AsyncIterator[Gateways]:
    """Keys that are in the directory already stay."""
    ports = {name: free_port() for name in CONTRACTS}
    addresses = {name: f"http://localhost:{port}" for name, port in ports.items()}
    merchants = onboard(directory, addresses)
    async with contextlib.AsyncExitStack() as running:
        for name, port in ports.items():
            app = create_gateway(name, directory, addresses[name], scale=_SCALE, clock=clock)
            await running.enter_async_context(living(app))
            await running.enter_async_context(serving(app, port))
        yield Gateways(merchants, addresses)
