"""WeChat Pay as one program."""

from datetime import timedelta

import msgspec
from litestar import Router

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Letter, Sender
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.faults import COMMON, Fault
from backend.sandbox.gateways.records import Notice
from backend.sandbox.gateways.wechat import numbers
from backend.sandbox.gateways.wechat.bills import Bills
from backend.sandbox.gateways.wechat.contract import Kept
from backend.sandbox.gateways.wechat.notices import Notices
from backend.sandbox.gateways.wechat.orders import Orders
from backend.sandbox.gateways.wechat.platform import Platform
from backend.sandbox.gateways.wechat.refunds import Refunds
from backend.sandbox.gateways.wechat.routes import Provided, wechat_router


class WechatGateway(Sender):
    """What WeChat Pay answers, and what it tells by itself."""

    face = Face(
        name="wechat",
        zh="微信支付",
        en="WeChat Pay",
        colour="#07c160",
        faults=(*COMMON, Fault.REFUND_CLOSED, Fault.SIGNATURE_PROBE, Fault.NEW_CERTIFICATE),
    )
    gaps = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
    refund_takes = timedelta(seconds=30)

    def __init__(self, kept: bytes, book: Book, clock: Clock, url: str) -> None:
        self._platform = Platform(msgspec.json.decode(kept, type=Kept), clock, url)
        self._notices = Notices(self._platform, book)

    def write(self, notice: Notice) -> Letter:
        return self._notices.write(notice)

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status in {200, 204}

    def new_txn_id(self) -> str:
        return numbers.txn_id(self._platform.now())

    def router(self, counter: Counter) -> Router:
        platform = self._platform
        orders, refunds, bills = Orders(platform, counter), Refunds(platform, counter), Bills(platform, counter.book)
        return wechat_router(Provided(platform, orders, refunds, bills, counter, self.face))
