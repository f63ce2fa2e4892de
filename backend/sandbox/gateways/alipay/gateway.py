"""Alipay as one program."""

import secrets
from functools import cached_property

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from litestar import Router

from backend.core.clock import SHANGHAI, Clock
from backend.sandbox.gateways.alipay import notices
from backend.sandbox.gateways.alipay.amounts import local
from backend.sandbox.gateways.alipay.answers import Envelopes
from backend.sandbox.gateways.alipay.bills import BillDesk
from backend.sandbox.gateways.alipay.calls import Intake
from backend.sandbox.gateways.alipay.contract import Contract
from backend.sandbox.gateways.alipay.routes import Office, office_router
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Letter, Sender
from backend.sandbox.gateways.desk import Action, Face
from backend.sandbox.gateways.keys import load_key, new_key
from backend.sandbox.gateways.records import Notice, TradeState


class AlipayGateway(Sender):
    """What Alipay answers, and what it tells by itself."""

    face = Face(
        name="alipay",
        zh="支付宝",
        en="Alipay",
        colour="#1677ff",
        actions=(Action("/desk/finish", "交易完结（不可再退款）", "End the time for refunds", TradeState.PAID),),
    )
    gaps = (240, 600, 600, 3600, 7200, 21600, 54000)
    tells_ends = True

    def __init__(self, kept: bytes, book: Book, clock: Clock, url: str) -> None:
        self._contract = msgspec.json.decode(kept, type=Contract)
        self._book, self._clock, self._url = book, clock, url
        self._key = load_key(self._contract.key_pem)

    def write(self, notice: Notice) -> Letter:
        fields = notices.fields_of(self._book, self._contract, notice, local(self._clock.now()))
        return notices.letter(fields, self._foreign_key if notice.forged else self._key)

    @cached_property
    def _foreign_key(self) -> RSAPrivateKey:
        """Of nobody: for notices that are forged."""
        return new_key()

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200 and body == b"success"

    def new_txn_id(self) -> str:
        """The day, and twenty digits."""
        return f"{self._clock.now().astimezone(SHANGHAI):%Y%m%d}22001{secrets.randbelow(10**15):015}"

    def router(self, counter: Counter) -> Router:
        contract = self._contract
        bills = BillDesk(contract.seller_id, self._url)
        return office_router(Office(self.face, counter, Intake(contract), Envelopes(contract), bills, self.new_txn_id))
