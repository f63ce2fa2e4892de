"""The API v3 as a merchant meets it: every call verified first, every answer signed."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from msgspec import Struct

from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.wechat.bills import DOWNLOAD_PATH, Bills
from backend.sandbox.gateways.wechat.certificates import list_certificates
from backend.sandbox.gateways.wechat.entry import enter
from backend.sandbox.gateways.wechat.errors import WechatError
from backend.sandbox.gateways.wechat.orders import ENTRY_PATH, TRADE_TYPES, Orders
from backend.sandbox.gateways.wechat.platform import Platform
from backend.sandbox.gateways.wechat.refunds import Refunds
from backend.sandbox.gateways.wechat.signing import Asked

_CREATE_PATHS = [f"/v3/pay/transactions/{way}" for way in TRADE_TYPES]
_Request = Request[Any, Any, State]
_Answer = Response[bytes]
_SERIAL = "wechatpay-serial"


class Provided(Struct, frozen=True):
    """What the routes share."""

    platform: Platform
    orders: Orders
    refunds: Refunds
    bills: Bills
    counter: Counter
    face: Face


class Call:
    """A verified call of the merchant."""

    def __init__(self, platform: Platform, request: _Request, body: bytes) -> None:
        self._platform, self.body = platform, body
        self.query = request.query_params
        self.way = request.url.path.rpartition("/")[2]
        self._serial = request.headers.get(_SERIAL, "")

    def answer(self, told: Any, status: int = 200) -> _Answer:
        return self._platform.answer(told, self._serial, status)


async def verified(request: _Request, provided: NamedDependency[Provided]) -> Call:
    """Raises WechatError SIGN_ERROR."""
    platform, body = provided.platform, await request.body()
    query = request.scope["query_string"].decode()
    path = request.scope["raw_path"].decode().partition("?")[0] + (f"?{query}" if query else "")
    asked = Asked(request.method, path, body)
    platform.merchant.check(request.headers.get("authorization", ""), asked, platform.now())
    return Call(platform, request, body)


@post(_CREATE_PATHS, status_code=200)
async def create(call: NamedDependency[Call], provided: NamedDependency[Provided]) -> _Answer:
    return call.answer(await provided.orders.create(call.way, call.body))


@get("/v3/pay/transactions/out-trade-no/{order_no:str}")
async def find_order(
    call: NamedDependency[Call], provided: NamedDependency[Provided], order_no: FromPath[str]
) -> _Answer:
    return call.answer(provided.orders.find(order_no, call.query.get("mchid", "")))


@get("/v3/pay/transactions/id/{txn_id:str}")
async def find_transaction(
    call: NamedDependency[Call], provided: NamedDependency[Provided], txn_id: FromPath[str]
) -> _Answer:
    return call.answer(provided.orders.find_by_transaction(txn_id, call.query.get("mchid", "")))


@post("/v3/pay/transactions/out-trade-no/{order_no:str}/close", status_code=200)
async def close(call: NamedDependency[Call], provided: NamedDependency[Provided], order_no: FromPath[str]) -> _Answer:
    """Done is 204, which Litestar lets no handler with a Response say of itself."""
    provided.orders.close(order_no, call.body)
    return call.answer(None, 204)


@post("/v3/refund/domestic/refunds", status_code=200)
async def refund(call: NamedDependency[Call], provided: NamedDependency[Provided]) -> _Answer:
    return call.answer(provided.refunds.apply(call.body))


@get("/v3/refund/domestic/refunds/{refund_no:str}")
async def find_refund(
    call: NamedDependency[Call], provided: NamedDependency[Provided], refund_no: FromPath[str]
) -> _Answer:
    return call.answer(provided.refunds.find(refund_no))


@get("/v3/certificates")
async def certificates(call: NamedDependency[Call], provided: NamedDependency[Provided]) -> _Answer:
    return call.answer(list_certificates(provided.platform))


@get("/v3/bill/tradebill")
async def bill(call: NamedDependency[Call], provided: NamedDependency[Provided]) -> _Answer:
    asked = call.query
    told = provided.bills.apply(asked.get("bill_date", ""), asked.get("bill_type", "ALL"), asked.get("tar_type", ""))
    return call.answer(told)


@get(DOWNLOAD_PATH)
async def download(call: NamedDependency[Call], provided: NamedDependency[Provided]) -> _Answer:
    """The one answer that is not signed."""
    return Response(provided.bills.download(call.query.get("token", "")), media_type="application/octet-stream")


@get(ENTRY_PATH)
async def enter_h5(request: _Request, provided: NamedDependency[Provided]) -> Response[Any]:
    return enter(provided.face, provided.counter, request)


_HANDLERS = [
    create, find_order, find_transaction, close, refund, find_refund, certificates, bill, download, enter_h5,
]  # fmt: skip


def wechat_router(provided: Provided) -> Router:
    def refuse(request: _Request, error: WechatError) -> _Answer:
        told = {"code": error.code, "message": error.message}
        return provided.platform.answer(told, request.headers.get(_SERIAL, ""), error.status)

    return Router(
        path="/",
        route_handlers=_HANDLERS,
        dependencies={"provided": Provide(lambda: provided, sync_to_thread=False), "call": Provide(verified)},
        exception_handlers={WechatError: refuse},
    )
