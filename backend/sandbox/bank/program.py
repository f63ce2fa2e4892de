"""The bank as one program."""

import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from litestar import Litestar, Router

from backend.core.background import background, every
from backend.core.clock import Clock, SystemClock
from backend.core.logs import configure_logs
from backend.core.processes import die_with_parent
from backend.sandbox.bank.contract import Kept
from backend.sandbox.bank.desk import Seat, desk_router
from backend.sandbox.bank.records import told_by
from backend.sandbox.bank.routes import Branch, bank_router
from backend.sandbox.bank.signing import headers_for, new_nonce
from backend.sandbox.bank.teller import Teller
from backend.sandbox.gateways.book import Book
from backend.sandbox.gateways.counter import Counter
from backend.sandbox.gateways.courier import Courier, Letter, Sender
from backend.sandbox.gateways.keys import load_key, new_key
from backend.sandbox.gateways.outages import outages
from backend.sandbox.gateways.program import health, style
from backend.sandbox.gateways.records import Notice

DIRECTORY, TIME_SCALE = "BANK_DIRECTORY", "BANK_TIME_SCALE"
TAKES = timedelta(seconds=60)
_LOOK_EVERY_S = 0.05
_LARGEST_REQUEST = 64 * 1024


class Post(Sender):
    """Notices of the bank: signed for the path they go to."""

    gaps = (15, 30, 60, 300, 1800, 3600, 7200)

    def __init__(self, kept: Kept, book: Book, clock: Clock) -> None:
        self._key, self._book, self._clock = load_key(kept.key_pem), book, clock

    def write(self, notice: Notice) -> Letter:
        body = msgspec.json.encode(told_by(self._book, notice))
        key = new_key() if notice.forged else self._key
        what = f"POST\n{httpx.URL(notice.url).path}"
        return Letter(headers_for(key, what, new_nonce(), body, self._clock.now()), body)

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        return status == 200


def create_bank(directory: Path, *, scale: float, clock: Clock | None = None, takes: timedelta = TAKES) -> Litestar:
    """`directory` was made by `onboard_bank`; what takes time takes `scale` times less of it than in earnest."""
    told = clock or SystemClock()
    kept = msgspec.json.decode((directory / "bank.json").read_bytes(), type=Kept)
    book = Book(directory / "bank.db")
    post = Post(kept, book, told)
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False)
    courier = Courier(book, post, told, scale, http)
    counter = Counter(book, courier, told, scale)
    teller = Teller(counter, takes / scale)

    @contextlib.asynccontextmanager
    async def work(_app: Litestar) -> AsyncIterator[None]:
        async with http, background(courier.run(), every(_LOOK_EVERY_S, teller.work, "pay")):
            yield
        book.close()

    client_key = load_pem_public_key(kept.client_key_pem.encode())
    if not isinstance(client_key, RSAPublicKey):
        raise TypeError("not an RSA key")
    branch = Branch(counter, kept.client_id, client_key, load_key(kept.key_pem))
    calls = Router(path="/", route_handlers=[bank_router(branch)], middleware=[outages(counter)])
    return Litestar(
        route_handlers=[health, style, desk_router(Seat(counter, teller)), calls],
        lifespan=[work],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=_LARGEST_REQUEST,
    )


def from_environment() -> Litestar:
    """The factory that the server of `suishenban bank` calls."""
    die_with_parent()
    configure_logs("INFO")
    return create_bank(Path(os.environ[DIRECTORY]), scale=float(os.environ[TIME_SCALE]))
