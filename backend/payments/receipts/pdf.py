"""A receipt as a file to keep."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.http.limits import limit_requests
from backend.core.limits import Limit
from backend.core.settings import Settings
from backend.payments.receipts.paper import print_receipt
from backend.payments.receipts.service import OpenedReceipt

PRINTS = Limit(name="receipts.prints", times=60, per=timedelta(minutes=10))


async def answer_pdf(
    request: Request[Any, Any, Any], opened: OpenedReceipt, city: City, keyring: Keyring, settings: Settings
) -> Response[bytes]:
    """Raises TooManyRequests. The name of the file says its number, in Latin letters for those who read no others."""
    receipt = opened.receipt
    await limit_requests(request, PRINTS, str(receipt.subject_id))
    body = await asyncio.to_thread(print_receipt, opened, city, keyring, settings.public_url)
    full = quote(f"电子缴费凭证-{receipt.receipt_no}.pdf")
    headers = {
        "Content-Disposition": f"attachment; filename=\"receipt-{receipt.receipt_no}.pdf\"; filename*=UTF-8''{full}",
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/pdf", headers=headers)
