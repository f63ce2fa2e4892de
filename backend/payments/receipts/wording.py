"""What a receipt says, line by line, in both languages: the same on the screen and on paper."""

from datetime import datetime

from backend.citizens.masking import mask_number
from backend.citizens.models import SubjectKind
from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.payments.fiscal import Fiscal
from backend.payments.models import Channel
from backend.payments.money import Fen, format_yuan
from backend.payments.receipts.models import Receipt, Standing
from backend.payments.receipts.numbers import in_groups
from backend.payments.receipts.service import OpenedReceipt
from backend.payments.screens import CHANNELS, title_of
from pwa.views.parts import Text
from pwa.views.payments import PaymentFact

_NUMBER = {
    SubjectKind.PERSON: Text("证件号码", "ID number"),
    SubjectKind.ORGANISATION: Text("统一社会信用代码", "USCC"),
}


def fee_title(receipt: Receipt, city: City) -> Text:
    """As the fee was called when it was paid; in English where it is still called so."""
    now = title_of(city, receipt.fee_code)
    return now if receipt.fee_name in {None, now.zh} else Text(receipt.fee_name or now.zh)


def standing_words(receipt: Receipt) -> Text:
    back, kept = (
        f"¥ {format_yuan(Fen(fen))}" for fen in (receipt.refunded_fen, receipt.amount_fen - receipt.refunded_fen)
    )
    match receipt.standing:
        case Standing.VALID:
            return Text("已缴清", "Paid")
        case Standing.PARTLY_REFUNDED:
            return Text(
                f"部分退款：已退 {back}，实缴 {kept}", f"Partly refunded: {back} has gone back, {kept} remains paid"
            )
        case Standing.REFUNDED:
            return Text(f"已全额退款 {back}，本凭证不再有效", "Refunded in full: this receipt is no longer valid")


def facts(opened: OpenedReceipt, city: City) -> tuple[PaymentFact, ...]:
    receipt, payer = opened.receipt, opened.payer
    number = mask_number(payer.number).shown.replace("•", "*").replace(" ", "")
    return (
        _fact("缴款人", "Payer", payer.name),
        PaymentFact(label=_NUMBER[payer.kind], text=Text(number)),
        PaymentFact(label=Text("收费项目", "Fee"), text=fee_title(receipt, city)),
        _fact("收费依据", "Legal basis", receipt.basis),
        _fact("收费单位", "Payee", receipt.payee),
        _number("缴款单号", "Bill number", in_groups(receipt.bill_no)),
        PaymentFact(label=Text("支付方式", "Paid with"), text=CHANNELS[Channel(receipt.channel)].title),
        _fact("到账时间", "Received", _time(receipt.paid_at)),
        _number("订单号", "Order number", receipt.order_no),
        _number("支付交易号", "Transaction", receipt.provider_txn_id),
        *refund_facts(receipt),
    )


def refund_facts(receipt: Receipt) -> tuple[PaymentFact, ...]:
    told = (
        ("已退金额", "Refunded", receipt.refunded_fen and _yuan(receipt.refunded_fen)),
        ("退款时间", "Refunded at", receipt.refunded_at and _time(receipt.refunded_at)),
        ("正在退款", "Being refunded", receipt.refunding_fen and _yuan(receipt.refunding_fen)),
    )
    return tuple(_fact(zh, en, text) for zh, en, text in told if text)


def fiscal_facts(fiscal: Fiscal) -> tuple[PaymentFact, ...]:
    """Those that the department has given; none is made up."""
    bill = fiscal.bill
    told = (
        ("缴款码", "Payment code", fiscal.payment_code and in_groups(fiscal.payment_code)),
        ("票据代码", "Fiscal bill code", bill and bill.code),
        ("票据号码", "Fiscal bill number", bill and bill.number),
        ("校验码", "Check code", bill and bill.check),
    )
    return tuple(_number(zh, en, text) for zh, en, text in told if text)


def _fact(zh: str, en: str, text: str) -> PaymentFact:
    return PaymentFact(label=Text(zh, en), text=Text(text))


def _number(zh: str, en: str, text: str) -> PaymentFact:
    return PaymentFact(label=Text(zh, en), text=Text(text), number=True)


def _yuan(amount: Fen) -> str:
    return f"¥ {format_yuan(amount)}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
