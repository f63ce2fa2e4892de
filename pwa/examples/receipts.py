"""凭证: the payer's own, and what is shown to somebody who checks it."""

from datetime import date

import msgspec

from pwa.examples.payments import FIRM, TITLE
from pwa.views.parts import Text
from pwa.views.payments import PaymentFact
from pwa.views.receipts import CheckedReceipt, ReceiptPage, Standing, VerifyPage


def _fact(zh: str, en: str, text: str) -> PaymentFact:
    return PaymentFact(label=Text(zh, en), text=Text(text))


def _number(zh: str, en: str, text: str) -> PaymentFact:
    return PaymentFact(label=Text(zh, en), text=Text(text), number=True)


RECEIPT = ReceiptPage(
    standing=Standing.VALID,
    title=TITLE,
    amount_fen=1000,
    facts=(
        _fact("大写金额", "In capitals", "人民币壹拾元整"),
        _fact("缴款人", "Payer", "林晓雯"),
        _fact("证件号码", "ID number", "3408**********0526"),
        _fact("收费单位", "Payee", "公安机关交通管理部门"),
        _fact("到账时间", "Received", "2026-11-20 14:36:18"),
        _number("订单号", "Order number", "0AbcdEfghIjklMnopQrstuvwxYz0123"),
        _number("支付交易号", "Transaction", "512611210440316698717"),
    ),
    fiscal=(_number("票据代码", "Fiscal bill code", "31010126"), _number("校验码", "Check code", "a1B2c3")),
    fiscal_check="http://pjcy.mof.gov.cn",
    receipt_no="PZ26 1120 7F3K 9QWM 2HTX",
    code="K7RD 94MX ABQT",
    pdf_path="/payments/1/receipt.pdf",
    result_path="/payments/1",
)
RECEIPT_REFUNDED = msgspec.structs.replace(
    RECEIPT, standing=Standing.REFUNDED, refunded_fen=1000, fiscal=(), fiscal_check=None
)
RECEIPT_OF_FIRM = msgspec.structs.replace(
    RECEIPT, facts=(_fact("缴款人", "Payer", "上海晨光餐饮有限公司"), *RECEIPT.facts[3:]), for_whom=FIRM
)
VERIFY = VerifyPage()
VERIFY_REFUSED = VerifyPage(receipt_no="PZ26 1120 7F3K", code="K7RD 94MX", refused=True)
_FOUND = CheckedReceipt(
    standing=Standing.PARTLY_REFUNDED,
    title=TITLE,
    amount_fen=1000,
    payer="林*雯",
    payee="公安机关交通管理部门",
    paid_on=date(2026, 11, 20),
    receipt_no="PZ26 1120 7F3K 9QWM 2HTX",
    refunded_fen=400,
    refunding_fen=100,
)
VERIFIED = VerifyPage(receipt_no=_FOUND.receipt_no, code="K7RD 94MX ABQT", found=_FOUND)
