"""What every adapter offers. Calls raise ProviderUnavailable (outcome unknown) or ProviderRefused (a definite no)."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from backend.payments.models import Channel, Observation, OrderNo, RefundNo
from backend.payments.money import Fen
from backend.payments.providers.statements import Statement

LARGEST_CALLBACK = 64 * 1024


class Scene(StrEnum):
    """Where the resident pays; each adapter offers some."""

    WEB = "web"  # a phone's browser: WeChat h5, Alipay wap, UnionPay front
    INSIDE = "inside"  # inside the provider's own browser: WeChat jsapi, with the payer's openid
    QR = "qr"  # shown on another screen: WeChat native
    APP = "app"  # handed to the provider's app: Alipay app, UnionPay app


class NewOrder(Struct, frozen=True, kw_only=True):
    """An attempt that was committed before. The same order asked again carries exactly the same values."""

    order_no: OrderNo
    amount_fen: Fen
    subject: str
    scene: Scene
    ordered_at: datetime
    expires_at: datetime
    return_url: str
    payer_ip: str
    payer_openid: str | None = None


class Creation(Struct, frozen=True, kw_only=True):
    """How the resident gets to the provider: exactly one of `url` (alone: go there), `form` (fields to post to `url`),
    `qr_code` (text of the code) or `client` (values for the provider's script or app) tells the way."""

    url: str | None = None
    form: Mapping[str, str] | None = None
    qr_code: str | None = None
    client: Mapping[str, str] | None = None
    expires_at: datetime


class NewRefund(Struct, frozen=True, kw_only=True):
    """A refund that was reserved and committed before; retried under the same number with the same values."""

    refund_no: RefundNo
    order_no: OrderNo
    provider_txn_id: str
    amount_fen: Fen
    total_fen: Fen
    reason: str
    requested_at: datetime


class RefundState(StrEnum):
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABNORMAL = "abnormal"
    UNKNOWN = "unknown"  # query it, or ask again under the same number


class RefundAnswer(Struct, frozen=True, kw_only=True):
    """`provider_code` tells why it is not accepted or succeeded."""

    refund_no: RefundNo
    state: RefundState
    provider_refund_id: str | None = None
    provider_code: str | None = None


class Callback(Struct, frozen=True):
    """A verified callback. `event_key` is the same for every delivery of one notice and differs between notices."""

    event_key: str
    observation: Observation
    verified_serial: str


class Acknowledgement(Struct, frozen=True):
    status: int
    content_type: str
    body: bytes


class Provider(Protocol):
    """One provider with one merchant's keys."""

    @property
    def channel(self) -> Channel: ...

    @property
    def merchant(self) -> str:
        """The provider's number of ours, under which it keeps our bills."""
        ...

    @property
    def scenes(self) -> frozenset[Scene]: ...

    async def create(self, order: NewOrder, now: datetime) -> Creation: ...

    async def query(self, order_no: OrderNo, ordered_at: datetime, now: datetime) -> Observation:
        """State UNKNOWN or PENDING wherever the provider has not decided; never guessed."""
        ...

    async def close(self, order_no: OrderNo, now: datetime) -> None:
        """Done also when the order was closed or never reached the provider; ProviderRefused when it was paid.

        UnionPay has no such call (orders end at their expiry): nothing happens there.
        """
        ...

    async def refund(self, refund: NewRefund, now: datetime) -> RefundAnswer: ...

    async def query_refund(self, refund: NewRefund, now: datetime) -> Observation: ...

    async def download_bill(self, day: date, now: datetime) -> bytes:
        """The file as published, its digest checked where there is one; BillUnavailable when there is none."""
        ...

    def read_bill(self, raw: bytes, day: date) -> Statement:
        """Reads what `download_bill` gave, or an operator uploaded; raises BillRefused, at the latest from its rows."""
        ...

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        """Raises CallbackRefused and nothing else, whatever arrives. Header names in any case, body as received."""
        ...

    async def refresh_keys(self, now: datetime) -> None:
        """Looks for new keys of the provider, at most once in a while; the known ones stay whatever happens."""
        ...

    def acknowledge(self) -> Acknowledgement:
        """The exact answer that ends the provider's retries."""
        ...

    def decline(self) -> Acknowledgement:
        """The answer to a callback that was refused or could not be stored: the provider will try again."""
        ...
