"""The provider's own pages: the counter where a resident pays, and the desk where its faults are switched."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct, structs

from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.faults import COMMON, SENTENCES, Fault
from backend.sandbox.gateways.records import Refund, RefundState, Trade, TradeState
from backend.sandbox.screens import NO_STORE, screen

_LISTED = 30
_DIGITS = re.compile(r"[0-9]{1,12}", re.ASCII)
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Action(Struct, frozen=True):
    """A button of one provider's own, beside orders in the state `on`; it posts `order_no` to `path`."""

    path: str
    zh: str
    en: str
    on: TradeState


class Face(Struct, frozen=True):
    """How a provider looks to people, and what differs at its counter.

    `posts_back`: it returns with a form. `faults`: what may be switched at its desk. `actions`: what else may be
    done there.
    """

    name: str
    zh: str
    en: str
    colour: str
    posts_back: bool = False
    faults: Sequence[Fault] = COMMON
    actions: Sequence[Action] = ()


class Provided(Struct, frozen=True):
    """What the routes of one provider share. `new_txn_id` makes a payment's number in its own style."""

    face: Face
    counter: Counter
    new_txn_id: Callable[[], str]


def cashier_path(order_no: str) -> str:
    return f"/cashier/{order_no}"


@get("/cashier/{order_no:str}")
async def show_cashier(provided: NamedDependency[Provided], order_no: FromPath[str]) -> Response[bytes]:
    trade = provided.counter.book.find_trade(order_no)
    if trade is None:
        return screen("no_trade.html", face=provided.face, status=404)
    return screen(
        "cashier.html",
        face=provided.face,
        trade=trade,
        open=provided.counter.is_open(trade),
        form_target=trade.return_url,
    )


@post("/cashier/{order_no:str}")
async def pay(provided: NamedDependency[Provided], order_no: FromPath[str]) -> Response[Any]:
    """Pays; afterwards the page says so and leads back."""
    provided.counter.pay(order_no, provided.new_txn_id())
    return Redirect(cashier_path(order_no), status_code=303, headers=NO_STORE)


@get("/")
async def show_desk(provided: NamedDependency[Provided]) -> Response[bytes]:
    book = provided.counter.book
    trades = book.list_trades(_LISTED)
    refunds = {trade.order_no: book.list_refunds(trade.order_no) for trade in trades}
    numbers = [*refunds, *(refund.refund_no for each in refunds.values() for refund in each)]
    return screen(
        "desk.html",
        face=provided.face,
        trades=trades,
        refunds=refunds,
        told={number: book.notices_about(number) for number in numbers},
        left={trade.order_no: _left_fen(book, trade) for trade in trades},
        sentences=SENTENCES,
        active=book.faults(),
    )


@post("/desk/faults")
async def switch_faults(request: Request[Any, Any, Any], provided: NamedDependency[Provided]) -> Response[Any]:
    """The faults named are on from now, all others off."""
    named = (await request.form()).getall("fault", [])
    provided.counter.book.set_faults(frozenset(Fault(name) for name in named if name in set(Fault)))
    return Redirect("/", status_code=303)


@post("/desk/release")
async def release(provided: NamedDependency[Provided], data: Form) -> Response[Any]:
    """Sends the notices of an order and its refunds once more, those kept back included."""
    book, now = provided.counter.book, provided.counter.now()
    order_no = str(data.get("order_no", ""))
    for number in (order_no, *(refund.refund_no for refund in book.list_refunds(order_no))):
        for notice in book.notices_about(number):
            book.keep_notice(structs.replace(notice, due_at=now))
    return Redirect("/", status_code=303)


@post("/desk/decide")
async def decide(provided: NamedDependency[Provided], data: Form) -> Response[Any]:
    """Ends a refund that got stuck: the money goes back after all."""
    refund = provided.counter.book.find_refund(str(data.get("refund_no", "")))
    if refund is not None and refund.state is RefundState.ABNORMAL:
        provided.counter.decide_refund(refund, RefundState.DONE)
    return Redirect("/", status_code=303)


@post("/desk/refund")
async def refund_at_desk(provided: NamedDependency[Provided], data: Form) -> Response[Any]:
    """Money given back without the merchant's asking."""
    counter = provided.counter
    trade = counter.book.find_trade(str(data.get("order_no", "")))
    amount = str(data.get("amount_fen", ""))
    if trade is not None and _DIGITS.fullmatch(amount) and 0 < int(amount) <= _left_fen(counter.book, trade):
        number = provided.new_txn_id()
        refund = Refund(
            refund_no=number,
            order_no=trade.order_no,
            amount_fen=int(amount),
            notify_url=trade.notify_url,
            created_at=counter.now(),
            refund_id=number,
        )
        counter.settle_refund(counter.book.add_refund(refund))
    return Redirect("/", status_code=303)


def _left_fen(book: Book, trade: Trade) -> int:
    """What could still go back."""
    return trade.amount_fen - book.refunded_fen(trade.order_no) if trade.state is TradeState.PAID else 0


def desk_router(provided: Provided) -> Router:
    return Router(
        path="/",
        route_handlers=[show_cashier, pay, show_desk, switch_faults, release, decide, refund_at_desk],
        dependencies={"provided": Provide(lambda: provided, sync_to_thread=False)},
    )
