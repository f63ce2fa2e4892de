"""A receipt as PDF. The same facts give the same bytes."""

import io
from collections.abc import Iterable, Set

import segno

from backend.city.city import City
from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.payments.money import format_yuan
from backend.payments.receipts.capitals import in_capitals
from backend.payments.receipts.lettering import printable
from backend.payments.receipts.numbers import code_of, in_groups
from backend.payments.receipts.paths import VERIFY, verification_url
from backend.payments.receipts.service import OpenedReceipt
from backend.payments.receipts.wording import facts, fiscal_facts, standing_words
from pwa.documents.typesetting import typesetter
from pwa.views.payments import PaymentFact
from pwa.views.receipts import PrintedFact, PrintedReceipt, Standing

_INK = "#141920"


def print_receipt(opened: OpenedReceipt, city: City, keyring: Keyring, public_url: str) -> bytes:
    """Takes some milliseconds of one core, and half a second the first time: call it in a thread."""
    receipt, profile, setter = opened.receipt, city.profile, typesetter()
    words, letters = standing_words(receipt), setter.characters
    printed = PrintedReceipt(
        city=profile.name.zh,
        product=profile.product_name.zh,
        product_en=f"{profile.name.en or ''} {profile.product_name.en or ''}".strip(),
        hotline=profile.hotline.number,
        receipt_no=in_groups(receipt.receipt_no),
        code=in_groups(code_of(keyring, receipt.receipt_no)),
        issued_on=local_date(receipt.issued_at),
        standing=Standing(receipt.standing),
        standing_zh=words.zh,
        standing_en=words.en or "",
        amount=f"¥ {format_yuan(receipt.amount_fen)}",
        capitals=in_capitals(receipt.amount_fen),
        facts=tuple(_lines(facts(opened, city), letters)),
        fiscal=tuple(_lines(fiscal_facts(opened.fiscal), letters)),
        fiscal_check=profile.fiscal_check_url,
        rare=_note(opened.payer.name, letters),
        verify=f"{public_url}{VERIFY}",
        qr=_code(verification_url(public_url, keyring, receipt.receipt_no)),
    )
    return setter.pdf("receipt.typ", printed)


def _lines(told: Iterable[PaymentFact], letters: Set[int]) -> Iterable[PrintedFact]:
    for fact in told:
        text = fact.text.zh if fact.text else ""
        yield PrintedFact(fact.label.zh, fact.label.en or "", printable(text, letters))


def _note(name: str, letters: Set[int]) -> str:
    if printable(name, letters) == name:
        return ""
    return "姓名中有本凭证的字库没有收的字，以读音或常用写法代替；原字以实名登记的为准。"


def _code(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=2, dark=_INK, xmldecl=False)
    return drawn.getvalue().decode()
