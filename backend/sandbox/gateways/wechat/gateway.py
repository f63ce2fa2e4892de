"""WeChat Pay as one program."""

from datetime import timedelta

from litestar import Router

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Letter, Sender
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.faults import COMMON, Fault
from backend.sandbox.gateways.records import Notice


class WechatGateway(Sender):
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
        self._book, self._clock = book, clock

    def write(self, notice: Notice) -> Letter:
        raise NotImplementedError

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status in {200, 204}

    def new_txn_id(self) -> str:
        raise NotImplementedError

    def router(self, counter: Counter) -> Router:
        return Router(path="/v3", route_handlers=[])
