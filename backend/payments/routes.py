"""POST /api/feeds/bills; the bills and payments of a resident, and of whom they act for, as JSON."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.departments.receiving import FEED_ROUTE, receive_feed
from backend.payments.bill_feed import BillFeed
from backend.payments.bills import get_bill
from backend.payments.callback_route import take_callback
from backend.payments.channels import Providers
from backend.payments.errors import KeyMissing
from backend.payments.models import Channel
from backend.payments.orders import Attempt, Wish, get_order, start_payment
from backend.payments.paths import payer_ip, return_url
from backend.payments.payers import Payer, list_payable, payer_of, payers_of
from backend.payments.providers.protocol import Creation, Scene
from backend.payments.records import Bill
from backend.payments.screens import title_of


@post("/api/feeds/bills", summary="Fees and fines that somebody owes, one JSON object per line", **FEED_ROUTE)
async def feed_bills(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
) -> Response[bytes]:
    """Newline-delimited JSON in, an answer for every line out; see docs/feeds.md."""
    return await receive_feed(request, db, clock, "bills", lambda key: BillFeed(key, city, keyring))


class Title(Struct, frozen=True):
    zh: str
    en: str | None


class PaymentWish(Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody wants to pay."""

    channel: Channel
    scene: Scene = Scene.WEB
    openid: str | None = None


class Payment(Struct, frozen=True):
    """An attempt as who may pay sees it; `creation` leads to the provider. `on_behalf_of`: who owes the bill, where
    that is not oneself.
    """

    order_no: str
    bill_id: UUID
    channel: str
    amount_fen: int
    state: str
    creation: Creation | None
    on_behalf_of: str | None


class NamedBill(Struct, frozen=True):
    """A bill as who may pay it sees it. `paid_by`: the payment that settled it. `on_behalf_of`: who owes it, where that
    is somebody for whom one may act today.
    """

    bill_id: UUID
    bill_no: str
    fee: str
    title: Title
    amount_fen: int
    payee: str
    basis: str
    due_on: date | None
    state: str
    paid_by: str | None
    paid_at: datetime | None
    on_behalf_of: str | None


@get("/api/bills", opt=access(Access.RESIDENT), tags=["payments"], summary="What one has to pay, and has paid")
async def show_bills(
    db: Given[Database], clock: Given[Clock], city: Given[City], keyring: Given[Keyring], session: Given[Session]
) -> list[NamedBill]:
    """At most 200 of one's own and of each for whom one may act today, 1000 in all: what is `open` first, one's own
    before that of others, by the day it is due; then `settled` and `refunded`, newest first.
    """
    found = await list_payable(db, keyring, session.subject_id, clock.now())
    return [_named(bill, found.payers[bill.subject_id], city) for bill in found.bills]


def _named(bill: Bill, payer: Payer, city: City) -> NamedBill:
    title = title_of(city, bill.fee_code)
    return NamedBill(
        bill.bill_id,
        bill.bill_no,
        bill.fee_code,
        Title(title.zh, title.en),
        bill.amount_fen,
        bill.payee,
        bill.basis,
        bill.due_on,
        bill.state,
        bill.settled_by,
        bill.settled_at,
        payer.on_behalf_of,
    )


@post("/api/bills/{bill_id:uuid}/payments", opt=access(Access.RESIDENT), status_code=201, tags=["payments"])
async def pay_bill(
    request: Request[Any, Any, Any],
    data: JSONBody[PaymentWish],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    providers: Given[Providers],
    session: Given[Session],
    bill_id: FromPath[UUID],
) -> Payment:
    """Header `Idempotency-Key`: the same key with the same wish is the same payment, with another one it is 422."""
    key = request.headers.get("idempotency-key")
    if key is None:
        raise KeyMissing
    payers = await payers_of(db, keyring, session.subject_id, bill_id, clock.now())
    bill = await get_bill(db, payers, bill_id)
    wish = Wish(
        subject_id=bill.subject_id,
        bill_id=bill_id,
        channel=data.channel,
        scene=data.scene,
        key=key,
        title=city.fees[bill.fee_code].name.zh if bill.fee_code in city.fees else bill.fee_code,
        payer_ip=payer_ip(request),
        return_url=return_url(settings),
        payer_openid=data.openid,
    )
    attempt = await start_payment(db, redis, keyring, providers, wish, clock.now())
    return _payment(attempt, payers[bill.subject_id])


@get("/api/payments/{order_no:str}", opt=access(Access.RESIDENT), tags=["payments"])
async def show_payment(
    db: Given[Database],
    clock: Given[Clock],
    keyring: Given[Keyring],
    session: Given[Session],
    order_no: FromPath[str],
) -> Payment:
    """How an attempt stands here."""
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    return _payment(Attempt(await get_order(db, payer.subject_id, order_no), None), payer)


def _payment(attempt: Attempt, payer: Payer) -> Payment:
    order = attempt.order
    return Payment(
        order.order_no,
        order.bill_id,
        order.channel,
        order.amount_fen,
        order.state,
        attempt.creation,
        payer.on_behalf_of,
    )


HANDLERS = [feed_bills, take_callback, show_bills, pay_bill, show_payment]
