"""UnionPay as one program."""

import itertools
import secrets
from datetime import timedelta
from functools import cached_property

import msgspec
from litestar import Router

from backend.core.clock import Clock
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Letter, Sender
from backend.sandbox.gateways.desk import Face
from backend.sandbox.gateways.keys import certificate, certificate_pem, common_name, load_key, new_key
from backend.sandbox.gateways.records import Notice
from backend.sandbox.gateways.unionpay import notices
from backend.sandbox.gateways.unionpay.answers import Signer
from backend.sandbox.gateways.unionpay.contract import SIGNER, Contract
from backend.sandbox.gateways.unionpay.requests import Intake
from backend.sandbox.gateways.unionpay.routes import Office, office_router
from backend.sandbox.gateways.unionpay.times import stamp

_TRACES = 10**7


class UnionpayGateway(Sender):
    """What UnionPay answers, and what it tells by itself."""

    face = Face(name="unionpay", zh="银联", en="UnionPay", colour="#e21836", posts_back=True)
    gaps = (60, 120, 240, 300)
    refund_takes = timedelta(seconds=30)

    def __init__(self, kept: bytes, book: Book, clock: Clock, url: str) -> None:
        self._contract = msgspec.json.decode(kept, type=Contract)
        self._book, self._clock = book, clock
        self._signer = Signer(load_key(self._contract.key_pem), self._contract.certificate_pem, self._contract.mer_id)
        self._traces = itertools.count(secrets.randbelow(_TRACES))

    def write(self, notice: Notice) -> Letter:
        return notices.letter(self._book, self._forger if notice.forged else self._signer, notice)

    @cached_property
    def _forger(self) -> Signer:
        """Somebody with a certificate in UnionPay's name that he made himself, and sends along."""
        key, name = new_key(), common_name(SIGNER, "CFCA OCA1")
        return Signer(key, certificate_pem(certificate(key, name, key, name)), self._contract.mer_id)

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200

    def new_txn_id(self) -> str:
        """queryId: 51, the second, six digits of trace number and one more; 21 in all."""
        return f"51{stamp(self._clock.now())[2:]}{next(self._traces) % _TRACES:07}"

    def router(self, counter: Counter) -> Router:
        contract = self._contract
        office = Office(self.face, contract.mer_id, counter, Intake(contract), self._signer, self.new_txn_id)
        return office_router(office)
