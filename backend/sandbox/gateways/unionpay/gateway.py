"""UnionPay as one program's provider."""

import msgspec
from litestar import Router

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Sender
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.unionpay.contract import Contract


class UnionpayGateway(Sender):
    """What UnionPay answers, and what it tells by itself."""

    face = Face("unionpay", "银联", "UnionPay", "#e21836", posts_back=True)
    gaps = (60, 120, 240, 300)

    def __init__(self, kept: bytes, book: Book, clock: Clock, url: str) -> None:
        self._contract = msgspec.json.decode(kept, type=Contract)
        self._book, self._clock, self._url = book, clock, url

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200

    def new_txn_id(self) -> str:
        raise NotImplementedError

    def router(self, counter: Counter) -> Router:
        return Router(path="/", route_handlers=[])
