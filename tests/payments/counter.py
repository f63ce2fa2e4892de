"""The hall as it is served, with the real adapters of three providers whose side of the keys the tests hold."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from backend.app import create_app
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.payments.models import Channel
from backend.payments.poller import poll_orders, poll_refunds
from backend.payments.providers.protocol import Provider
from backend.payments.records import Order
from tests.payments.providers.alipay import gateway as alipay
from tests.payments.providers.unionpay import gateway as unionpay
from tests.payments.providers.wechat import gateway as wechat
from tests.payments.till import Till

Told = tuple[Channel, bytes, dict[str, str]]  # whose notice, its body and its headers
SETTINGS = Settings(database_url="", redis_url="", data_keys="", lookup_key="", vapid_private_key="")


class Counter:
    """Where providers tell, and what became of it."""

    def __init__(self, till: Till, visitor: httpx.AsyncClient) -> None:
        self.till = till
        self._visitor = visitor

    async def tell(self, channel: Channel, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self._visitor.post(f"/callbacks/{channel}", content=body, headers=headers or {})

    async def poll(self) -> None:
        till = self.till
        await poll_orders(till.db, till.keyring, till.providers, till.now)
        await poll_refunds(till.db, till.keyring, till.providers, till.now)

    async def kept(self) -> list[tuple[str, str]]:
        """Channel and verdict of the callbacks that were believed."""
        rows = await self.till.db.fetch("SELECT channel, verdict FROM payment_callbacks ORDER BY event_key")
        return [tuple(row) for row in rows]

    async def refused(self) -> list[tuple[str, str, int]]:
        """Channel, reason and number of those that were not."""
        rows = await self.till.db.fetch("SELECT channel, reason, count FROM payment_callbacks_refused ORDER BY reason")
        return [tuple(row) for row in rows]

    async def paid(self, channel: Channel) -> Order:
        """An order that its provider has told to be paid."""
        order = await self.till.started(channel)
        answer = await self.tell(*payment(order))
        assert answer.status_code == 200
        return await self.till.order(order)


@asynccontextmanager
async def open_counter(till: Till, **answers: Any) -> AsyncIterator[Counter]:
    """`till` uses the real adapters from now on. `wechat_answers`, `alipay_answers`, `unionpay_answers`: what each says
    when asked; a provider that is not expected to be asked fails the test.
    """
    till.providers = providers(**answers)  # type: ignore[assignment]
    resources = Resources(db=till.db, redis=till.redis, clock=till.clock, settings=SETTINGS, keyring=till.keyring)
    edge, _ = create_app(resources, till.city, till.providers)
    transport = httpx.ASGITransport(app=edge)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.example") as visitor:
        yield Counter(till, visitor)


def providers(
    wechat_answers: Callable[[httpx.Request], httpx.Response] | None = None,
    alipay_answers: alipay.Answering | None = None,
    unionpay_answers: unionpay.Answering | None = None,
    **wechat_keys: Any,
) -> dict[Channel, Provider]:
    return {
        Channel.WECHAT: wechat.pay(wechat_answers or _created, **wechat_keys),
        Channel.ALIPAY: alipay.alipay(alipay.replying(alipay_answers) if alipay_answers else None),
        Channel.UNIONPAY: unionpay.unionpay(unionpay.replying(unionpay_answers) if unionpay_answers else None),
    }


def _created(request: httpx.Request) -> httpx.Response:
    assert request.url.path == "/v3/pay/transactions/h5"
    return wechat.answer({"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1"})


def payment(order: Order) -> Told:
    """What the order's provider tells when it has been paid."""
    match Channel(order.channel):
        case Channel.WECHAT:
            return wechat_notice(order)
        case Channel.ALIPAY:
            return Channel.ALIPAY, alipay.notice(alipay_fields(order)), {}
        case Channel.UNIONPAY:
            return Channel.UNIONPAY, unionpay.notice(unionpay_fields(order)), {}


def wechat_notice(
    order: Order, event: str = "TRANSACTION.SUCCESS", **told: Any
) -> tuple[Channel, bytes, dict[str, str]]:
    amount = {"total": order.amount_fen, "payer_total": order.amount_fen, "currency": "CNY", "payer_currency": "CNY"}
    facts = wechat.TRANSACTION | {"out_trade_no": order.order_no, "amount": amount} | told
    body = wechat.notice(facts, event, id=f"EV-{event}-{facts.get('out_refund_no', '')}"[:36])
    return Channel.WECHAT, body, wechat.signed(body)


def alipay_fields(order: Order, **changes: str) -> dict[str, str]:
    return {"out_trade_no": order.order_no, "total_amount": "120.00", "receipt_amount": "120.00"} | changes


def unionpay_fields(order: Order, **changes: str) -> dict[str, str]:
    return {"orderId": order.order_no, "txnAmt": str(order.amount_fen)} | changes
