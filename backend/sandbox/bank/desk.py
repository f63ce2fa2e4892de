"""The bank's own page: what it has paid, what it sends back, and its faults."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from msgspec import Struct, structs

from backend.sandbox.bank.records import state_of
from backend.sandbox.bank.teller import Teller
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.faults import SENTENCES, Fault
from backend.sandbox.screens import screen

_LISTED = 30
FACE = Face(
    name="bank",
    zh="代发银行",
    en="Paying bank",
    colour="#7a1f2b",
    faults=(
        Fault.NEVER_CALL_BACK,
        Fault.CALL_BACK_TWICE,
        Fault.CALL_BACK_LATE,
        Fault.WRONG_AMOUNT,
        Fault.FORGED,
        Fault.ANSWER_LOST,
        Fault.DOWN,
        Fault.PAYEE_REFUSED,
        Fault.BOUNCES,
        Fault.STUCK,
        Fault.FORGETS,
    ),
)
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Seat(Struct, frozen=True):
    counter: Counter
    teller: Teller


@get("/")
async def show(seat: NamedDependency[Seat]) -> Response[bytes]:
    book = seat.counter.book
    trades = book.list_trades(_LISTED)
    return screen(
        "bank_desk.html",
        face=FACE,
        payouts=[(trade, state_of(book, trade)) for trade in trades],
        told={trade.order_no: book.notices_about(trade.order_no) for trade in trades},
        sentences=SENTENCES,
        active=book.faults(),
    )


@post("/desk/faults")
async def switch_faults(request: Request[Any, Any, Any], seat: NamedDependency[Seat]) -> Response[Any]:
    """The faults named are on from now, all others off."""
    named = (await request.form()).getall("fault", [])
    seat.counter.book.set_faults(frozenset(Fault(name) for name in named if name in set(Fault)))
    return Redirect("/", status_code=303)


@post("/desk/return")
async def send_back(seat: NamedDependency[Seat], data: Form) -> Response[Any]:
    seat.teller.send_back(str(data.get("payout_no", "")))
    return Redirect("/", status_code=303)


@post("/desk/release")
async def release(seat: NamedDependency[Seat], data: Form) -> Response[Any]:
    """Tells of a payout once more, what was kept back included."""
    book, now = seat.counter.book, seat.counter.now()
    for notice in book.notices_about(str(data.get("payout_no", ""))):
        book.keep_notice(structs.replace(notice, due_at=now))
    return Redirect("/", status_code=303)


def desk_router(seat: Seat) -> Router:
    return Router(
        path="/",
        route_handlers=[show, switch_faults, send_back, release],
        dependencies={"seat": Provide(lambda: seat, sync_to_thread=False)},
    )
