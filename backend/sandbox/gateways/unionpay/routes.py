"""UnionPay's addresses: the phone's form, the merchant's calls, and the files."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect
from msgspec import Struct

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.desk import Face, cashier_path
from backend.sandbox.gateways.unionpay.answers import Signer
from backend.sandbox.gateways.unionpay.files import download
from backend.sandbox.gateways.unionpay.orders import open_order, query
from backend.sandbox.gateways.unionpay.refunds import give_back
from backend.sandbox.gateways.unionpay.refusals import Refused
from backend.sandbox.gateways.unionpay.requests import Intake, read_form
from backend.sandbox.screens import NO_STORE, screen

Fields: TypeAlias = Mapping[str, str]
Asked: TypeAlias = Request[Any, Any, Any]


class Office(Struct, frozen=True):
    """What the routes share."""

    face: Face
    mer_id: str
    counter: Counter
    intake: Intake
    signer: Signer
    new_query_id: Callable[[], str]

    async def answer(self, request: Asked, do: Callable[[Fields], Awaitable[dict[str, str]]]) -> Response[bytes]:
        """Signed, whatever was asked, and whoever asked."""
        fields: Fields = {}
        try:
            fields = read_form(await request.body())
            self.intake.check(fields)
            return self.signer.answer(fields, await do(fields))
        except Refused as refused:
            return self.signer.refuse(fields, refused)


@post("/gateway/api/frontTransReq.do")
async def take_form(request: Asked, office: NamedDependency[Office]) -> Response[Any]:
    """The phone brings the order, signed by the merchant, and goes on to the cashier."""
    try:
        fields = read_form(await request.body())
        office.intake.check(fields)
        trade = open_order(office.counter, fields)
    except Refused as refused:
        return screen("no_order.html", face=office.face, code=refused.code, said=refused.said, status=400)
    await office.counter.pay_before_answer(trade.order_no, office.new_query_id())
    return Redirect(cashier_path(trade.order_no), status_code=303, headers=NO_STORE)


@post("/gateway/api/appTransReq.do")
async def take_order(request: Asked, office: NamedDependency[Office]) -> Response[bytes]:
    async def order(fields: Fields) -> dict[str, str]:
        trade = open_order(office.counter, fields)
        await office.counter.pay_before_answer(trade.order_no, office.new_query_id())
        return {"tn": trade.details["tn"]}

    return await office.answer(request, order)


@post("/gateway/api/backTransReq.do")
async def take_refund(request: Asked, office: NamedDependency[Office]) -> Response[bytes]:
    async def refund(fields: Fields) -> dict[str, str]:
        return give_back(office.counter, fields, office.new_query_id)

    return await office.answer(request, refund)


@post("/gateway/api/queryTrans.do")
async def answer_query(request: Asked, office: NamedDependency[Office]) -> Response[bytes]:
    async def find(fields: Fields) -> dict[str, str]:
        return query(office.counter, fields)

    return await office.answer(request, find)


@post("/filedownload/")
async def give_file(request: Asked, office: NamedDependency[Office]) -> Response[bytes]:
    async def file(fields: Fields) -> dict[str, str]:
        return download(office.counter, office.mer_id, fields)

    return await office.answer(request, file)


def office_router(office: Office) -> Router:
    return Router(
        path="/",
        route_handlers=[take_form, take_order, take_refund, answer_query, give_file],
        dependencies={"office": Provide(lambda: office, sync_to_thread=False)},
    )
