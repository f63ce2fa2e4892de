"""Receipts as the screens draw them."""

from backend.city.city import City
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.payments.paths import result_path
from backend.payments.payers import Payer
from backend.payments.receipts.capitals import in_capitals
from backend.payments.receipts.models import Receipt
from backend.payments.receipts.numbers import as_issued, code_of, in_groups
from backend.payments.receipts.paths import pdf_path
from backend.payments.receipts.service import OpenedReceipt, Shown
from backend.payments.receipts.wording import facts, fee_title, fiscal_facts
from pwa.views.parts import Text
from pwa.views.payments import PaymentFact
from pwa.views.receipts import CheckedReceipt, ReceiptPage, Standing, VerifyPage


def receipt_page(opened: OpenedReceipt, payer: Payer, city: City, keyring: Keyring) -> ReceiptPage:
    receipt = opened.receipt
    return ReceiptPage(
        standing=Standing(receipt.standing),
        title=fee_title(receipt, city),
        amount_fen=receipt.amount_fen,
        facts=(_capitals(receipt), *facts(opened, city)),
        fiscal=fiscal_facts(opened.fiscal),
        fiscal_check=city.profile.fiscal_check_url,
        receipt_no=in_groups(receipt.receipt_no),
        code=in_groups(code_of(keyring, receipt.receipt_no)),
        pdf_path=pdf_path(receipt.order_no),
        result_path=result_path(receipt.order_no),
        refunded_fen=receipt.refunded_fen,
        refunding_fen=receipt.refunding_fen,
        for_whom=payer.for_whom,
    )


def verify_page(typed_no: str, typed_code: str, shown: Shown | None, city: City) -> VerifyPage:
    """The empty form, or the answer to what was typed."""
    receipt_no, code = in_groups(as_issued(typed_no)), in_groups(as_issued(typed_code))
    if shown is None:
        return VerifyPage(receipt_no=receipt_no, code=code, refused=bool(receipt_no or code))
    return VerifyPage(receipt_no=receipt_no, code=code, found=_checked(shown, city))


def _checked(shown: Shown, city: City) -> CheckedReceipt:
    receipt = shown.receipt
    return CheckedReceipt(
        standing=Standing(receipt.standing),
        title=fee_title(receipt, city),
        amount_fen=receipt.amount_fen,
        payer=shown.payer,
        payee=receipt.payee,
        paid_on=local_date(receipt.paid_at),
        receipt_no=in_groups(receipt.receipt_no),
        refunded_fen=receipt.refunded_fen,
        refunding_fen=receipt.refunding_fen,
    )


def _capitals(receipt: Receipt) -> PaymentFact:
    return PaymentFact(label=Text("大写金额", "In capitals"), text=Text(in_capitals(receipt.amount_fen)))
