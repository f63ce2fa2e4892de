"""缴费: the bills, one bill with the ways to pay it, the way to the provider, and the result."""

import re
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from litestar import Request, Response, get, post, route
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.pages import page, see_other
from backend.core.ids import uuid7
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.payments import asking
from backend.payments.bills import get_bill
from backend.payments.channels import Providers, list_failing
from backend.payments.errors import ChannelUnavailable, NothingToPay, OrderNotFound
from backend.payments.models import Channel
from backend.payments.orders import Wish, creation_of, get_order, start_payment
from backend.payments.paths import bill_path, payer_ip, result_path, return_url
from backend.payments.payers import list_payable, payer_of, payers_of
from backend.payments.providers.errors import ProviderRefused, ProviderUnavailable
from backend.payments.providers.protocol import Scene
from backend.payments.records import BillState, Order, OrderState
from backend.payments.refunds import list_refunds
from backend.payments.screens import bill_list, bill_page, leads_to_provider, leave_page, result_page, title_of
from pwa.csp import CONTENT_SECURITY_POLICY
from pwa.views.payments import ResultState
from pwa.views.shell import Tab

_ASK_EVERY_S = 3
_LOOK_AGAIN_S = 4
_LARGEST_RETURN = 64 * 1024
_OPEN = frozenset({OrderState.CREATED, OrderState.PENDING})
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}")  # neither a top-level domain nor the rest of an address


@get("/bills", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_bills(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    session: Given[Session],
) -> Response[bytes]:
    """The reader's own, then those of everybody for whom they may act today."""
    found = await list_payable(db, keyring, session.subject_id, clock.now())
    view = bill_list(found, session.subject_id, city)
    return await page(request, "payments/bills.html", view, tab=Tab.ME)


@get("/bills/{bill_id:uuid}", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_bill(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    providers: Given[Providers],
    session: Given[Session],
    bill_id: FromPath[UUID],
    failed: FromQuery[Channel | None] = None,
) -> Response[bytes]:
    """A bill to pay, without the channel that has just `failed`; one that has been paid leads to its result."""
    payers = await payers_of(db, keyring, session.subject_id, bill_id, clock.now())
    bill = await get_bill(db, payers, bill_id)
    if bill.settled_by is not None:
        return see_other(result_path(bill.settled_by))
    offered = providers if bill.state == BillState.OPEN else {}
    failing = await list_failing(redis, providers) | ({failed} if failed else set())
    view = bill_page(bill, payers[bill.subject_id], city, offered, failing, uuid7().hex)
    return await page(request, "payments/bill.html", view, tab=Tab.ME)


@post("/bills/{bill_id:uuid}/pay", opt=access(Access.RESIDENT), include_in_schema=False)
async def pay(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    providers: Given[Providers],
    session: Given[Session],
    bill_id: FromPath[UUID],
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[bytes]:
    """Tapped twice it is one payment: the form carries its key. A channel that fails leads back to choose another."""
    if data.get("channel") not in set(Channel):
        raise ChannelUnavailable
    payers = await payers_of(db, keyring, session.subject_id, bill_id, clock.now())
    bill = await get_bill(db, payers, bill_id)
    wish = Wish(
        subject_id=bill.subject_id,
        bill_id=bill_id,
        channel=Channel(data["channel"]),
        scene=Scene.WEB,
        key=data.get("key", ""),
        title=title_of(city, bill.fee_code).zh,
        payer_ip=payer_ip(request),
        return_url=return_url(settings),
    )
    try:
        attempt = await start_payment(db, redis, keyring, providers, wish, clock.now())
    except (ProviderUnavailable, ProviderRefused, ChannelUnavailable):
        return see_other(f"{bill_path(bill_id)}?failed={wish.channel}")
    except NothingToPay:
        return see_other(bill_path(bill_id))
    return see_other(f"{result_path(attempt.order.order_no)}/go")


@get("/payments/{order_no:str}/go", opt=access(Access.RESIDENT), include_in_schema=False)
async def go(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    keyring: Given[Keyring],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[bytes]:
    """Leads to the provider: with script at once, without by the link or button.

    WeChat Pay lets nobody in whose browser does not name the merchant's domain (Referer, "H5支付常见问题").
    """
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    order = await get_order(db, payer.subject_id, order_no)
    creation = creation_of(order)
    if creation is None or creation.url is None or not leads_to_provider(order, clock.now()):
        return see_other(result_path(order_no))
    response = await page(request, "payments/leave.html", leave_page(order, payer, creation), tab=Tab.ME)
    response.headers["Referrer-Policy"] = "origin"
    if creation.form is not None:
        response.headers["Content-Security-Policy"] = _with_form_to(creation.url)
    return response


@get("/payments/{order_no:str}", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_result(
    request: Request[Any, Any, Any],
    db: Given[Database],
    redis: Given[Redis],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    providers: Given[Providers],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[bytes]:
    """Asks the provider while it is open; looks again by itself. The same address tells the same truth ever after."""
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    order = await get_order(db, payer.subject_id, order_no)
    provider = providers.get(Channel(order.channel))
    if order.state in _OPEN and provider is not None and await _may_ask(redis, order):
        await asking.ask(db, keyring, provider, order, clock.now())
        order = await get_order(db, payer.subject_id, order_no)
    bill = await get_bill(db, [payer.subject_id], order.bill_id)
    refunds = await list_refunds(db, payer.subject_id, order.order_no) if order.paid_fen else []
    view = result_page(order, bill, payer, refunds, city, clock.now())
    response = await page(request, "payments/result.html", view, tab=Tab.ME)
    if view.state is ResultState.CHECKING:
        response.headers["Refresh"] = str(_LOOK_AGAIN_S)
    return response


@route(
    "/payments/{order_no:str}/back",
    http_method=["GET", "POST"],
    opt=access(Access.PROVIDER),
    request_max_body_size=_LARGEST_RETURN,
    include_in_schema=False,
    sync_to_thread=False,
)
def come_back(order_no: FromPath[str]) -> Response[bytes]:
    """Where providers lead back to. UnionPay does it by a form from its own site, to which browsers give no session:
    nothing of it is read or believed, and the GET that follows is the resident's own again.
    """
    return see_other(result_path(quote(order_no, safe="")))


async def _may_ask(redis: Redis, order: Order) -> bool:
    """However often somebody reloads, the provider is asked every few seconds only."""
    return bool(await redis.set(f"payments:asked:{order.order_no}", b"", nx=True, ex=_ASK_EVERY_S))


def _with_form_to(url: str) -> str:
    """This one page may send its form to the provider, and on to other hosts of its domain: UnionPay's gateway leads to
    its cashier, and browsers hold that to the same rule.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.netloc:
        raise OrderNotFound
    targets = f"{parts.scheme}://{parts.netloc}"
    _, _, domain = parts.netloc.partition(".")
    if _DOMAIN.fullmatch(domain):
        targets += f" {parts.scheme}://*.{domain}"
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action {targets}")


HANDLERS = [show_bills, show_bill, pay, go, show_result, come_back]
