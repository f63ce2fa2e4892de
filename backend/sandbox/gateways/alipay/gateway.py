"""Alipay as one program's provider."""

import msgspec
from litestar import Router

from backend.core.clock import Clock
from backend.sandbox.gateways.alipay.contract import Contract
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Sender
from backend.sandbox.gateways.desk import Face


class AlipayGateway(Sender):
    """What Alipay answers, and what it tells by itself."""

    face = Face("alipay", "支付宝", "Alipay", "#1677ff")
    gaps = (240, 600, 600, 3600, 7200, 21600, 54000)

    def __init__(self, kept: bytes, book: Book, clock: Clock, url: str) -> None:
        self._contract = msgspec.json.decode(kept, type=Contract)
        self._book, self._clock, self._url = book, clock, url

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200 and body == b"success"

    def new_txn_id(self) -> str:
        raise NotImplementedError

    def router(self, counter: Counter) -> Router:
        return Router(path="/", route_handlers=[])
