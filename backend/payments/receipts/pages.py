"""凭证: the payer's, on the screen and as PDF, also for who acts for them; and the page where anybody checks one."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.http.access import Access, access
from backend.core.http.given import Given
from backend.core.http.limits import limit_requests
from backend.core.http.pages import page
from backend.core.limits import Limit
from backend.core.sessions import Session
from backend.core.settings import Settings
from backend.payments.payers import payer_of
from backend.payments.receipts.paths import VERIFY
from backend.payments.receipts.pdf import answer_pdf
from backend.payments.receipts.screens import receipt_page, verify_page
from backend.payments.receipts.service import open_receipt, verify_receipt
from pwa.views.shell import Tab

GUESSES = Limit(name="receipts.guesses", times=20, per=timedelta(minutes=10))


@get("/payments/{order_no:str}/receipt", opt=access(Access.RESIDENT), include_in_schema=False)
async def show_receipt(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[bytes]:
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    opened = await open_receipt(db, keyring, payer.subject_id, order_no)
    return await page(request, "payments/receipt.html", receipt_page(opened, payer, city, keyring), tab=Tab.ME)


@get("/payments/{order_no:str}/receipt.pdf", opt=access(Access.RESIDENT), include_in_schema=False)
async def download_receipt(
    request: Request[Any, Any, Any],
    db: Given[Database],
    clock: Given[Clock],
    city: Given[City],
    keyring: Given[Keyring],
    settings: Given[Settings],
    session: Given[Session],
    order_no: FromPath[str],
) -> Response[bytes]:
    payer = await payer_of(db, keyring, session.subject_id, order_no, clock.now())
    opened = await open_receipt(db, keyring, payer.subject_id, order_no)
    return await answer_pdf(request, opened, city, keyring, settings)


@get(VERIFY, opt=access(Access.PUBLIC), include_in_schema=False)
async def verify(
    request: Request[Any, Any, Any], db: Given[Database], city: Given[City], keyring: Given[Keyring]
) -> Response[bytes]:
    """`?no=…&code=…`, as the code on the receipt has it. Wrong pairs are limited, a right one is always answered."""
    typed_no, typed_code = (request.query_params.get(name, "") for name in ("no", "code"))
    shown = await verify_receipt(db, keyring, typed_no, typed_code)
    view = verify_page(typed_no, typed_code, shown, city)
    if view.refused:
        await limit_requests(request, GUESSES)
    response = await page(request, "payments/verify.html", view, status=404 if view.refused else 200)
    if shown is not None:
        response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


HANDLERS = [show_receipt, download_receipt, verify]
