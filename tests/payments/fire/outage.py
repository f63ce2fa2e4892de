"""Half an hour in which nobody hears UnionPay: its five tries are gone, and asking alone brings in what was paid.

UnionPay is the sandbox's own program with its real schedule; phones post the hall's signed forms to it and pay there.
All clocks are one, which is put forward; only what work takes is real time.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct

from backend.payments.channels import Providers
from backend.payments.models import Channel
from backend.payments.orders import start_payment
from backend.payments.poller import poll_orders
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.records import Order
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.program import create_gateway
from tests.payments.till import Till
from tests.sandbox.gateways.town import URL, contract, running

_NOBODY = "http://127.0.0.1:9/callbacks/unionpay"
_BEFORE, _PAYING, _AWAY = timedelta(minutes=10), timedelta(minutes=10), timedelta(minutes=30)
_PAUSE = timedelta(seconds=2)  # of the worker, when nothing is due
_TOO_LONG = timedelta(minutes=10)


class Aftermath(Struct, frozen=True):
    """`settled`: seconds from our return until each payment was settled, in order."""

    tries: int
    queries: int
    settled: Sequence[float]

    def __str__(self) -> str:
        shares = {"half": 0.5, "99 in 100": 0.99, "all": 1.0}
        lines = [f"{len(self.settled)} payments, {self.tries} tries of UnionPay in vain, {self.queries} queries"]
        lines += [f"{name:>10} settled {self.after(share):6.1f} s after our return" for name, share in shares.items()]
        return "\n".join(lines)

    def after(self, share: float) -> float:
        return self.settled[max(0, round(len(self.settled) * share) - 1)]


class Unionpays(Struct):
    """The provider: its address for the hall and for phones, and a look into its books."""

    till: Till
    http: httpx.AsyncClient
    phone: httpx.AsyncClient
    book: Book
    providers: Providers
    queries: int = 0

    async def order(self) -> Order:
        """A resident's phone, sent there by the hall."""
        till = self.till
        wish = till.wish(*await till.bill(), Channel.UNIONPAY)
        attempt = await start_payment(till.db, till.redis, till.keyring, self.providers, wish, till.now)
        assert attempt.creation is not None
        assert attempt.creation.url is not None
        assert (await self.phone.post(attempt.creation.url, data=dict(attempt.creation.form or {}))).status_code == 303
        return attempt.order

    async def pay(self, order: Order) -> None:
        assert (await self.phone.post(f"/cashier/{order.order_no}")).status_code == 303

    async def has_tried(self) -> None:
        """Until everything that was to be sent by now has been."""
        while self.book.due_notices(self.till.now, 1):  # noqa: ASYNC110 - the books are what tells
            await asyncio.sleep(0.01)

    async def count(self, request: httpx.Request) -> None:
        self.queries += request.url.path.endswith("/queryTrans.do")


@contextlib.asynccontextmanager
async def unionpays(till: Till, directory: Path) -> AsyncIterator[Unionpays]:
    ours, theirs = contract("unionpay")
    (directory / "unionpay.json").write_bytes(msgspec.json.encode(ours))
    app = create_gateway("unionpay", directory, URL, scale=1, clock=till.clock)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with running(app), httpx.AsyncClient(transport=transport) as http, _phone(transport) as phone:
        config = msgspec.convert(theirs | {"gateway": f"{URL}/gateway/api", "back_url": _NOBODY}, UnionpayConfig)
        book = Book(directory / "unionpay.db")
        made = Unionpays(till, http, phone, book, {Channel.UNIONPAY: Unionpay(config, http)})
        http.event_hooks = {"request": [made.count]}
        yield made
        book.close()


def _phone(transport: httpx.ASGITransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"Accept": "text/html"})


async def outage(till: Till, directory: Path, *, paid: int, unpaid: int) -> Aftermath:
    """The last ten minutes before it and the half hour itself pass; then the worker comes back."""
    async with unionpays(till, directory) as provider:
        orders = []
        for _ in range(paid + unpaid):
            till.clock.at += _BEFORE / (paid + unpaid)
            orders.append(await provider.order())
        for order in orders[:paid]:
            till.clock.at += _PAYING / paid
            await provider.pay(order)
        for _ in range(20):
            till.clock.at += (_AWAY - _PAYING) / 20
            await provider.has_tried()
        told = [notice for order in orders for notice in provider.book.notices_about(order.order_no)]
        assert [(notice.acknowledged, notice.due_at) for notice in told] == [(False, None)] * paid
        settled = await _come_back(till, provider, paid)
        return Aftermath(sum(notice.sends for notice in told), provider.queries, settled)


async def _come_back(till: Till, provider: Unionpays, paid: int) -> list[float]:
    """As the worker does it: again at once while there may be more, else after a pause."""
    returned, settled = till.now, list[float]()
    while len(settled) < paid and till.now - returned < _TOO_LONG:
        began = time.perf_counter()
        more = await poll_orders(till.db, till.keyring, provider.providers, till.now)
        till.clock.at += timedelta(seconds=time.perf_counter() - began)
        known = await till.db.fetchval(
            "SELECT count(*) FROM payment_orders WHERE state = 'paid' AND channel = 'unionpay'"
        )
        settled += [(till.now - returned).total_seconds()] * (known - len(settled))
        if not more:
            till.clock.at += _PAUSE
    return settled
