"""A bank on its own books in a directory, the hall's way to it, and an address where its notices arrive."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx

from backend.core.clock import Clock
from backend.payments.payouts.bank import Bank
from backend.payments.payouts.settings import read_bank
from backend.sandbox.bank.contract import onboard_bank
from backend.sandbox.bank.program import create_bank
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.faults import Fault
from tests.sandbox.gateways.merchant import Delivery, Merchant, merchant, until

URL = "http://bank.example"


class BankTown:
    """`bank` is what the hall speaks through; `book` are the bank's own books."""

    def __init__(self, bank: Bank, book: Book, post: Merchant, path: Path) -> None:
        self.bank, self.book, self.post, self.path = bank, book, post, path

    def fault(self, *faults: Fault) -> None:
        self.book.set_faults(frozenset(faults))

    async def notices(self, count: int) -> list[Delivery]:
        """What the bank has told so far, at least so many."""
        return await self.post.waits_for(count)

    async def decided(self, payout_no: str) -> None:
        """Waits until the bank has paid or refused."""
        await until(lambda: self.book.get_trade(payout_no).state != "waiting")

    async def came_back(self, payout_no: str) -> None:
        await until(lambda: self.book.find_refund(payout_no) is not None)


@contextlib.asynccontextmanager
async def bank_town(directory: Path, clock: Clock) -> AsyncIterator[BankTown]:
    path = onboard_bank(directory, URL)
    app = create_bank(directory, scale=100_000, clock=clock, takes=timedelta())
    async with (
        merchant((200, b"{}")) as post,
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http,  # type: ignore[arg-type]
    ):
        book = Book(directory / "bank.db")
        public_url = post.url.removesuffix("/callbacks")
        yield BankTown(Bank(read_bank(str(path), public_url), http), book, post, path)
        book.close()
