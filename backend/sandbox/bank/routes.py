"""The bank's interface for its clients: order a payout, ask about one, list a day."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from msgspec import Struct

from backend.core.clock import SHANGHAI
from backend.sandbox.bank.records import Asked, state_of, trade_of
from backend.sandbox.bank.signing import headers_for, refusal_of
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.faults import Fault

_ON_A_PAGE = 500


class Branch(Struct, frozen=True):
    """What the routes share."""

    counter: Counter
    client_id: str
    client_key: RSAPublicKey
    key: RSAPrivateKey

    def refuse(self, request: Request[Any, Any, Any], body: bytes) -> str | None:
        if request.headers.get("bank-client") != self.client_id:
            return "unknown_client"
        what = f"POST\n{request.url.path}"
        return refusal_of(self.client_key, what, dict(request.headers), body, self.counter.now())

    def answer(self, request: Request[Any, Any, Any], status: int, told: object) -> Response[bytes]:
        """Signed together with the nonce of the question, so that it answers no other."""
        body, nonce = msgspec.json.encode(told), request.headers.get("bank-nonce", "")
        signed = headers_for(self.key, str(status), nonce, body, self.counter.now())
        return Response(body, status_code=status, headers=signed, media_type="application/json")


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    payout_no: str


class Day(Struct, frozen=True, forbid_unknown_fields=True):
    """`after`: the last number of the page before, empty at first."""

    day: date
    after: str = ""


@post("/v1/payouts")
async def order(request: Request[Any, Any, Any], branch: NamedDependency[Branch]) -> Response[bytes]:
    """The same number with the same contents is answered as it stands; with others it is refused."""
    body = await request.body()
    asked, refusal = _read(branch, request, body, Asked)
    if asked is None:
        return refusal
    book, trade = branch.counter.book, trade_of(asked, branch.counter.now())
    kept = book.add_trade(trade)
    if kept.request != trade.request:
        return branch.answer(request, 409, _fault("number_reused"))
    return branch.answer(request, 200, state_of(book, kept))


@post("/v1/payouts/query")
async def query(request: Request[Any, Any, Any], branch: NamedDependency[Branch]) -> Response[bytes]:
    asked, refusal = _read(branch, request, await request.body(), Number)
    if asked is None:
        return refusal
    trade = branch.counter.book.find_trade(asked.payout_no)
    if trade is None or branch.counter.has(Fault.FORGETS):
        return branch.answer(request, 404, _fault("unknown_payout"))
    return branch.answer(request, 200, state_of(branch.counter.book, trade))


@post("/v1/payouts/day")
async def list_day(request: Request[Any, Any, Any], branch: NamedDependency[Branch]) -> Response[bytes]:
    """What was paid on a day of Shanghai, by number; `after` None on the last page."""
    asked, refusal = _read(branch, request, await request.body(), Day)
    if asked is None:
        return refusal
    if branch.counter.now() < datetime.combine(asked.day, time(0), SHANGHAI) + timedelta(days=1):
        return branch.answer(request, 409, _fault("day_not_over"))
    trades, _ = branch.counter.book.day(asked.day)
    left = sorted((trade for trade in trades if trade.order_no > asked.after), key=lambda trade: trade.order_no)
    page = [state_of(branch.counter.book, trade) for trade in left[:_ON_A_PAGE]]
    after = page[-1].payout_no if len(left) > _ON_A_PAGE else None
    return branch.answer(request, 200, {"payouts": page, "after": after})


def _read(branch: Branch, request: Request[Any, Any, Any], body: bytes, shape: Any) -> tuple[Any, Response[bytes]]:
    """What is asked, or None and why not."""
    refused = branch.refuse(request, body)
    if refused is not None:
        return None, branch.answer(request, 401, _fault(refused))
    try:
        return msgspec.json.decode(body, type=shape), branch.answer(request, 200, {})
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, branch.answer(request, 400, _fault("bad_request"))


def _fault(code: str) -> Mapping[str, str]:
    return {"code": code}


def bank_router(branch: Branch) -> Router:
    return Router(
        path="/",
        route_handlers=[order, query, list_day],
        dependencies={"branch": Provide(lambda: branch, sync_to_thread=False)},
    )
