"""A provider's program, a merchant to tell, a phone and the hall's HTTP client in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar import Litestar

from backend.core.clock import SHANGHAI, FixedClock, local_date
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.faults import Fault
from backend.sandbox.gateways.onboarding import CONTRACTS
from backend.sandbox.gateways.program import create_gateway
from tests.sandbox.gateways.merchant import Merchant, merchant, until

URL = "http://gateway.test"
SCALE = 600


@cache
def contract(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same keys for the whole run."""
    ours, theirs = CONTRACTS[name].make()
    return ours, theirs


def noon() -> FixedClock:
    """Of the real day: certificates are made valid from yesterday."""
    return FixedClock(datetime.combine(local_date(datetime.now(UTC)), time(12), SHANGHAI))


class Town:
    """`http`: for the hall's adapter. `phone`: a resident's. `book`: a look into the provider's own."""

    def __init__(self, name: str, clock: FixedClock, told: Merchant, app: Litestar, book: Book) -> None:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        self.clock, self.merchant, self.book = clock, told, book
        self.http = httpx.AsyncClient(transport=transport)
        self.phone = httpx.AsyncClient(transport=transport, base_url=URL, headers={"Accept": "text/html"})
        self.section = CONTRACTS[name].addressed(contract(name)[1], URL)

    @property
    def now(self) -> datetime:
        return self.clock.at

    @property
    def today(self) -> date:
        return local_date(self.clock.at)

    def later(self, **time: float) -> None:
        self.clock.at += timedelta(**time)

    def by_schedule(self, seconds: float) -> None:
        """Later by a gap of the provider's schedule, which runs faster here."""
        self.clock.at += timedelta(seconds=seconds / SCALE)

    async def has_sent(self, count: int, number: str) -> None:
        """Until the provider has noted so many sends of the first notice about an order, or a refund."""
        await until(lambda: [each.sends for each in self.book.notices_about(number)][:1] == [count])

    async def switch(self, *faults: Fault) -> None:
        await self.phone.post("/desk/faults", data={"fault": list(faults)})

    async def pay(self, order_no: str) -> None:
        assert (await self.phone.post(f"/cashier/{order_no}")).status_code == 303

    async def at_desk(self, action: str, **form: Any) -> None:
        assert (await self.phone.post(f"/desk/{action}", data=form)).status_code == 303


@contextlib.asynccontextmanager
async def town(name: str, directory: Path, usual: tuple[int, bytes]) -> AsyncIterator[Town]:
    """On a clock that the test moves. An answer that gets lost takes a tenth of a second of the real one."""
    (directory / f"{name}.json").write_bytes(msgspec.json.encode(contract(name)[0]))
    clock = noon()
    app = create_gateway(name, directory, URL, scale=SCALE, clock=clock)
    async with merchant(usual) as told, running(app):
        made = Town(name, clock, told, app, Book(directory / f"{name}.db"))
        yield made
        made.book.close()


@contextlib.asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Its lifespan begins and ends in one task, as its scopes demand; a fixture's two halves are two."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            begun.set()
            await over.wait()

    life = asyncio.create_task(live())
    await asyncio.wait([life, asyncio.create_task(begun.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        over.set()
        await life
