"""One provider as one program."""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TypeAlias

import httpx
from litestar import Litestar, Response, Router, get

from backend.core.background import background, every
from backend.core.clock import Clock, SystemClock
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.sandbox.gateways.alipay.gateway import AlipayGateway
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Courier
from backend.sandbox.gateways.desk import Provided, desk_router
from backend.sandbox.gateways.outages import outages
from backend.sandbox.gateways.unionpay.gateway import UnionpayGateway
from backend.sandbox.gateways.wechat.gateway import WechatGateway
from backend.sandbox.screens import STYLESHEET_PATH, stylesheet

GatewayClass: TypeAlias = "type[WechatGateway] | type[AlipayGateway] | type[UnionpayGateway]"
GATEWAYS: Mapping[str, GatewayClass] = {
    "wechat": WechatGateway,
    "alipay": AlipayGateway,
    "unionpay": UnionpayGateway,
}
NAME, DIRECTORY, URL, TIME_SCALE = "GATEWAY_NAME", "GATEWAY_DIRECTORY", "GATEWAY_URL", "GATEWAY_TIME_SCALE"
_LARGEST_REQUEST = 1024 * 1024
_LOOK_EVERY_S = 0.05


def create_gateway(name: str, directory: Path, url: str, *, scale: float, clock: Clock | None = None) -> Litestar:
    """`directory` was made by `onboard`; `url` is where this is served; retries run `scale` times faster than real."""
    told = clock or SystemClock()
    book = Book(directory / f"{name}.db")
    gateway = GATEWAYS[name]((directory / f"{name}.json").read_bytes(), book, told, url)
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False)
    courier = Courier(book, gateway, told, scale, http)
    counter = Counter(book, courier, told, scale)

    @contextlib.asynccontextmanager
    async def deliver(_app: Litestar) -> AsyncIterator[None]:
        work = [courier.run()]
        if gateway.tells_ends:
            work.append(every(_LOOK_EVERY_S, counter.end_overdue, "end orders"))
        settling = every(_LOOK_EVERY_S, lambda: counter.settle_slowly(gateway.refund_takes), "settle refunds")
        async with http, background(*work, settling):
            yield
        book.close()

    calls = Router(path="/", route_handlers=[gateway.router(counter)], middleware=[outages(counter)])
    desk = desk_router(Provided(gateway.face, counter, gateway.new_txn_id))

    return Litestar(
        route_handlers=[health, style, desk, calls],
        lifespan=[deliver],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=_LARGEST_REQUEST,
    )


@get("/healthz")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@get(STYLESHEET_PATH)
async def style() -> Response[bytes]:
    return stylesheet()


def from_environment() -> Litestar:
    """The factory that the server of `suishenban gateway` calls."""
    die_with_parent()
    configure_logs("INFO")
    directory, scale = Path(os.environ[DIRECTORY]), float(os.environ[TIME_SCALE])
    return create_gateway(os.environ[NAME], directory, os.environ[URL], scale=scale)
