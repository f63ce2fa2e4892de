"""POST /api/feeds/bills; a resident's payments as JSON."""

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
from backend.payments.providers.protocol import Creation, Scene


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


class PaymentWish(Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody wants to pay."""

    channel: Channel
    scene: Scene = Scene.WEB
    openid: str | None = None


class Payment(Struct, frozen=True):
    """An attempt as its owner sees it; `creation` leads to the provider."""

    order_no: str
    bill_id: UUID
    channel: str
    amount_fen: int
    state: str
    creation: Creation | None


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
    bill = await get_bill(db, session.subject_id, bill_id)
    wish = Wish(
        subject_id=session.subject_id,
        bill_id=bill_id,
        channel=data.channel,
        scene=data.scene,
        key=key,
        title=city.fees[bill.fee_code].name.zh if bill.fee_code in city.fees else bill.fee_code,
        payer_ip=payer_ip(request),
        return_url=return_url(settings),
        payer_openid=data.openid,
    )
    return _payment(await start_payment(db, redis, keyring, providers, wish, clock.now()))


@get("/api/payments/{order_no:str}", opt=access(Access.RESIDENT), tags=["payments"])
async def show_payment(db: Given[Database], session: Given[Session], order_no: FromPath[str]) -> Payment:
    """How an attempt stands here."""
    return _payment(Attempt(await get_order(db, session.subject_id, order_no), None))


def _payment(attempt: Attempt) -> Payment:
    order = attempt.order
    return Payment(order.order_no, order.bill_id, order.channel, order.amount_fen, order.state, attempt.creation)


HANDLERS = [feed_bills, take_callback, pay_bill, show_payment]
