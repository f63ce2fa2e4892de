"""The bank that pays out: signed JSON over HTTP, one number for every try, and what it tells of it."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, TypeVar

import httpx
import msgspec
from msgspec import Meta, Struct

from backend.core.settings import BadSettings, Settings
from backend.payments.money import LARGEST_FEN, Fen
from backend.payments.payouts.errors import BankUnavailable, NoticeRefused
from backend.payments.payouts.models import Payout, Told, Word
from backend.payments.payouts.settings import BankConfig, read_bank
from backend.payments.payouts.signing import check_notice, is_answer, sign_request
from backend.payments.providers import rsa
from backend.payments.providers.errors import ProviderUnavailable
from backend.payments.providers.wire import Answer, open_client, send

LARGEST_NOTICE = 16 * 1024
NOTICE_PATH = "/callbacks/bank"
_OK, _UNKNOWN = 200, 404
_MOST_PAGES = 10_000
Shape = TypeVar("Shape")


class Said(Struct, frozen=True):
    """A payout as the bank writes it."""

    payout_no: str
    amount_fen: Annotated[int, Meta(ge=1, le=LARGEST_FEN)]
    state: Word
    bank_txn_id: str | None = None
    failure: str | None = None
    occurred_at: datetime | None = None

    def told(self) -> Told:
        return Told(
            payout_no=self.payout_no,
            amount_fen=Fen(self.amount_fen),
            state=self.state,
            bank_txn_id=self.bank_txn_id,
            failure=self.failure,
            occurred_at=self.occurred_at,
        )


class _Day(Struct, frozen=True):
    payouts: Sequence[Said]
    after: str | None = None


class Bank:
    """On one pool of connections. Whatever is not a well-signed answer is no answer: BankUnavailable, ask again."""

    def __init__(self, config: BankConfig, http: httpx.AsyncClient) -> None:
        self._config, self._http = config, http
        self._ours, self._theirs = rsa.load_private_key(config.key_pem), rsa.load_public_key(config.bank_key_pem)

    async def pay(self, payout: Payout, number: str, name: str, now: datetime) -> Told:
        """Hands a payout over; the same number again is answered alike. Raises BankUnavailable."""
        asked = {
            "payout_no": payout.payout_no,
            "amount_fen": payout.amount_fen,
            "account": number,
            "name": name,
            "purpose": payout.purpose,
            "notify_url": f"{self._config.public_url.rstrip('/')}{NOTICE_PATH}",
        }
        answer = await self._ask("/v1/payouts", asked, now)
        if answer.status != _OK:
            raise BankUnavailable
        return self._about(payout, answer)

    async def query(self, payout: Payout, now: datetime) -> Told | None:
        """How it stands; None where the bank does not know it. Raises BankUnavailable."""
        answer = await self._ask("/v1/payouts/query", {"payout_no": payout.payout_no}, now)
        if answer.status == _UNKNOWN:
            return None
        if answer.status != _OK:
            raise BankUnavailable
        return self._about(payout, answer)

    async def list_day(self, day: date, now: datetime) -> list[Told]:
        """Everything paid on a day of Shanghai, what came back since included. Raises BankUnavailable."""
        listed: list[Told] = []
        after: str | None = ""
        for _ in range(_MOST_PAGES):
            answer = await self._ask("/v1/payouts/day", {"day": day.isoformat(), "after": after}, now)
            if answer.status != _OK:
                raise BankUnavailable
            page = _decoded(answer, _Day)
            listed += [said.told() for said in page.payouts]
            after = page.after
            if after is None:
                return listed
        raise BankUnavailable

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """What the bank tells by itself. Raises NoticeRefused."""
        check_notice(self._theirs, NOTICE_PATH, headers, body, now)
        try:
            return msgspec.json.decode(body, type=Said).told()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoticeRefused(reason="format") from None

    async def _ask(self, path: str, asked: Mapping[str, object], now: datetime) -> Answer:
        body = msgspec.json.encode(asked)
        headers = sign_request(self._ours, self._config.client_id, "POST", path, body, now)
        try:
            answer = await send(self._http, "POST", f"{self._config.base_url}{path}", headers=headers, body=body)
        except ProviderUnavailable:
            raise BankUnavailable from None
        if not is_answer(self._theirs, answer.status, headers, answer.headers, answer.body):
            raise BankUnavailable
        return answer

    def _about(self, payout: Payout, answer: Answer) -> Told:
        """An answer about another payout is none."""
        told = _decoded(answer, Said).told()
        if told.payout_no != payout.payout_no:
            raise BankUnavailable
        return told


@contextlib.asynccontextmanager
async def open_bank(settings: Settings) -> AsyncIterator[Bank | None]:
    """For as long as the program runs; without a file nothing can be paid out. Raises BadSettings."""
    if not settings.bank:
        yield None
        return
    config = read_bank(settings.bank, settings.public_url)
    async with open_client() as http:
        try:
            bank = Bank(config, http)
        except ValueError:
            raise BadSettings("bank: a key is not an RSA key of 2048 bits or more, as PEM") from None
        yield bank


def _decoded(answer: Answer, shape: type[Shape]) -> Shape:
    try:
        return answer.decoded(shape)
    except ProviderUnavailable:
        raise BankUnavailable from None
