"""A receipt as JSON, and as PDF, for its payer and who acts for them."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from msgspec import Struct

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.payments.fiscal import Fiscal
from backend.payments.payers import payer_of
from backend.payments.receipts.models import Standing
from backend.payments.receipts.numbers import code_of
from backend.payments.receipts.paths import verification_url
from backend.payments.receipts.pdf import answer_pdf
from backend.payments.receipts.service import open_receipt
from backend.payments.receipts.wording import fee_title


class ReceiptTold(Struct, frozen=True, kw_only=True):
    """The platform's own receipt of a payment; `fiscal` is what the department has told of the fiscal bill.

    `on_behalf_of`: who paid it, where that is somebody for whom one may act today.
    """

    receipt_no: str
    code: str
    verification_url: str
    standing: Standing
    issued_at: datetime
    paid_at: datetime
    amount_fen: int
    refunded_fen: int
    refunding_fen: int
    fee: str
    basis: str
    payee: str
    bill_no: str
    channel: str
    order_no: str
    provider_txn_id: str
    fiscal: Fiscal
    on_behalf_of: str | None


@get("/api/payments/{order_no:str}/receipt", opt=access(Access.RESIDENT), tags=["payments"])
async def read_receipt(
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[ReceiptTold]:
    """The receipt of a payment that has settled its bill."""
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    opened = await open_receipt(db, keyring, payer.subject_id, order_no)
    receipt = opened.receipt
    told = ReceiptTold(
        receipt_no=receipt.receipt_no,
        code=code_of(keyring, receipt.receipt_no),
        verification_url=verification_url(settings.public_url, keyring, receipt.receipt_no),
        standing=receipt.standing,
        issued_at=receipt.issued_at,
        paid_at=receipt.paid_at,
        amount_fen=receipt.amount_fen,
        refunded_fen=receipt.refunded_fen,
        refunding_fen=receipt.refunding_fen,
        fee=fee_title(receipt, city).zh,
        basis=receipt.basis,
        payee=receipt.payee,
        bill_no=receipt.bill_no,
        channel=receipt.channel,
        order_no=receipt.order_no,
        provider_txn_id=receipt.provider_txn_id,
        fiscal=opened.fiscal,
        on_behalf_of=payer.on_behalf_of,
    )
    return Response(told, headers={"Cache-Control": "no-store"})


@get("/api/payments/{order_no:str}/receipt.pdf", opt=access(Access.RESIDENT), tags=["payments"])
async def read_receipt_pdf(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[bytes]:
    """A4, PDF/A-2a and PDF/UA-1."""
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    opened = await open_receipt(db, keyring, payer.subject_id, order_no)
    return await answer_pdf(request, opened, city, keyring, settings)


HANDLERS = [read_receipt, read_receipt_pdf]
