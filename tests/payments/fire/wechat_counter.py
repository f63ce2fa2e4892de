"""WeChat Pay's end of a create call, as a real server that a process may die at."""

import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from aiohttp import web

from tests.payments.providers.wechat.gateway import signed

_CREATE = "/v3/pay/transactions/h5"


class WechatCounter:
    """`asked`: the bodies that came for each order number, all alike if the hall does right."""

    def __init__(self, strikes: Callable[[], bool]) -> None:
        self._strikes = strikes
        self.url = ""
        self.asked: dict[str, list[bytes]] = defaultdict(list)

    async def create(self, request: web.Request) -> web.Response:
        body = await request.read()
        order_no = json.loads(body)["out_trade_no"]
        self.asked[order_no].append(body)
        self._strikes()
        answer = json.dumps({"h5_url": f"https://wx.example/{order_no}"}).encode()
        return web.Response(body=answer, headers=signed(answer, datetime.now(UTC)), content_type="application/json")


@contextlib.asynccontextmanager
async def wechat_counter(strikes: Callable[[], bool]) -> AsyncIterator[WechatCounter]:
    counter = WechatCounter(strikes)
    app = web.Application()
    app.router.add_post(_CREATE, counter.create)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    counter.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield counter
    finally:
        await runner.cleanup()
