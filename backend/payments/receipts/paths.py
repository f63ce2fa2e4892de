"""Where receipts are, and the address that a receipt itself names."""

from urllib.parse import urlencode

from backend.core.crypto import Keyring
from backend.payments.paths import receipt_path
from backend.payments.receipts.numbers import ReceiptNo, code_of

VERIFY = "/receipts/verify"


def pdf_path(order_no: str) -> str:
    return f"{receipt_path(order_no)}.pdf"


def verification_url(public_url: str, keyring: Keyring, receipt_no: ReceiptNo) -> str:
    """Number and code, and nothing about anybody."""
    return f"{public_url}{VERIFY}?{urlencode({'no': receipt_no, 'code': code_of(keyring, receipt_no)})}"
