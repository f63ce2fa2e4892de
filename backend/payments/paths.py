"""Where payments lead: the pages of this feature, and who asks for them."""

from typing import Any
from uuid import UUID

from litestar import Request

from backend.core.settings import Settings

BILLS = "/bills"
_UNKNOWN = "0.0.0.0"  # noqa: S104 - told to a provider where the payer's address is not known, never listened on


def bill_path(bill_id: UUID) -> str:
    return f"{BILLS}/{bill_id}"


def result_path(order_no: str) -> str:
    return f"/payments/{order_no}"


def receipt_path(order_no: str) -> str:
    return f"{result_path(order_no)}/receipt"


def return_url(settings: Settings) -> str:
    """Where the provider leads back to; `{order_no}` is filled in once it is known."""
    return f"{settings.public_url}{result_path('{order_no}')}/back"


def payer_ip(request: Request[Any, Any, Any]) -> str:
    """The address the connection comes from; the gateway in front sets it (PROXY protocol or forwarded headers)."""
    return request.client.host if request.client else _UNKNOWN
