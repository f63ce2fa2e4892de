"""凭证: what the receipt of a payment says, on the screen, on paper, and to whoever checks it."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.parts import ForWhom, Text
from pwa.views.payments import PaymentFact


class Standing(StrEnum):
    VALID = "valid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class ReceiptPage(Struct, frozen=True, kw_only=True):
    """For its payer, or (`for_whom`) who acts for them. `fiscal_check` is where the fiscal bill is checked, if the city
    knows.
    """

    standing: Standing
    title: Text
    amount_fen: int
    facts: tuple[PaymentFact, ...]
    fiscal: tuple[PaymentFact, ...]
    fiscal_check: str | None
    receipt_no: str
    code: str
    pdf_path: str
    result_path: str
    refunded_fen: int = 0
    refunding_fen: int = 0
    for_whom: ForWhom | None = None


class CheckedReceipt(Struct, frozen=True, kw_only=True):
    """What anybody learns who holds number and code."""

    standing: Standing
    title: Text
    amount_fen: int
    payer: str
    payee: str
    paid_on: date
    receipt_no: str
    refunded_fen: int = 0
    refunding_fen: int = 0


class VerifyPage(Struct, frozen=True, kw_only=True):
    """The form, and the answer where there is one. `refused`: number and code do not belong together."""

    receipt_no: str = ""
    code: str = ""
    found: CheckedReceipt | None = None
    refused: bool = False


class PrintedFact(Struct, frozen=True):
    zh: str
    en: str
    text: str


class PrintedReceipt(Struct, frozen=True, kw_only=True):
    """On paper in both languages; every text holds only what the font can draw."""

    city: str
    product: str
    product_en: str
    hotline: str
    receipt_no: str
    code: str
    issued_on: date
    standing: Standing
    standing_zh: str
    standing_en: str
    amount: str
    capitals: str
    facts: tuple[PrintedFact, ...]
    fiscal: tuple[PrintedFact, ...]
    fiscal_check: str | None
    rare: str  # the name's characters that are not in the font, and what stands for them; "" where none is
    verify: str
    qr: str  # SVG of the address that verifies
