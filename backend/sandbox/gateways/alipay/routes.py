"""gateway.do and the bill's address: what merchants call, and what a buyer's phone is led to."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from litestar import Request, Response, Router, get, post, route
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Struct

from backend.sandbox.gateways.alipay.answers import Envelopes
from backend.sandbox.gateways.alipay.bills import ADDRESS, BillDesk
from backend.sandbox.gateways.alipay.calls import Call, Intake, check_timestamp, fields_of
from backend.sandbox.gateways.alipay.refunds import query_refund, refund
from backend.sandbox.gateways.alipay.refusals import INVALID, Refused
from backend.sandbox.gateways.alipay.trades import OPENING, close, open_trade, query
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.desk import Face, Form, cashier_path
from backend.sandbox.screens import NO_STORE, screen

Method: TypeAlias = Callable[[Counter, Call], dict[str, Any]]
METHODS: dict[str, Method] = {
    "alipay.trade.query": query,
    "alipay.trade.close": close,
    "alipay.trade.refund": refund,
    "alipay.trade.fastpay.refund.query": query_refund,
}
BILL = "alipay.data.dataservice.bill.downloadurl.query"


class Office(Struct, frozen=True):
    """What the routes share."""

    face: Face
    counter: Counter
    intake: Intake
    envelopes: Envelopes
    bills: BillDesk
    new_trade_no: Callable[[], str]


@route("/gateway.do", http_method=["GET", "POST"])
async def gateway_do(request: Request[Any, Any, Any], office: NamedDependency[Office]) -> Response[Any]:
    """An order that a phone brings leads to the cashier; every other call is answered in a signed envelope."""
    try:
        fields = fields_of(request.scope["query_string"], await request.body())
    except Refused as refused:
        return office.envelopes.unsigned(None, refused.content)
    if fields.get("method") in OPENING:
        return await _open(office, fields)
    return _answer(office, fields)


async def _open(office: Office, fields: Mapping[str, str]) -> Response[Any]:
    try:
        call = office.intake.read(fields)
        check_timestamp(fields, None)
        trade = open_trade(office.counter, call, office.new_trade_no)
    except Refused as refused:
        return screen("no_order.html", face=office.face, code=refused.sub_code, said=refused.sub_msg, status=400)
    await office.counter.pay_before_answer(trade.order_no, trade.txn_id)
    return Redirect(cashier_path(trade.order_no), status_code=303, headers=NO_STORE)


def _answer(office: Office, fields: Mapping[str, str]) -> Response[bytes]:
    method = fields.get("method", "")
    known = METHODS | {BILL: office.bills.address}
    try:
        call = office.intake.read(fields)
        check_timestamp(fields, office.counter.now())
        if method not in known:
            raise Refused(INVALID, "isv.invalid-method", "不存在的方法名")
        content = known[method](office.counter, call)
    except Refused as refused:
        if refused.signed:
            return office.envelopes.signed(method, refused.content)
        return office.envelopes.unsigned(method if method in known else None, refused.content)
    return office.envelopes.signed(method, {"code": "10000", "msg": "Success", **content})


@get(ADDRESS)
async def download_bill(office: NamedDependency[Office], token: FromQuery[str] = "") -> Response[bytes]:
    file = office.bills.file(office.counter, token)
    if file is None:
        return Response("下载链接已失效".encode(), status_code=403, media_type="text/plain;charset=utf-8")
    name, content = file
    attached = {"Content-Disposition": f'attachment; filename="{name}"'} | NO_STORE
    return Response(content, media_type="application/octet-stream", headers=attached)


@post("/desk/finish")
async def finish(office: NamedDependency[Office], data: Form) -> Response[Any]:
    """As it happens months after a payment: it can no longer be refunded."""
    office.counter.finish(str(data.get("order_no", "")))
    return Redirect("/", status_code=303)


def office_router(office: Office) -> Router:
    return Router(
        path="/",
        route_handlers=[gateway_do, download_bill, finish],
        dependencies={"office": Provide(lambda: office, sync_to_thread=False)},
    )
