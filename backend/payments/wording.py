"""What a resident is told about bills and payments, in both languages. It stays in the inbox: no push carries it."""

from datetime import date, datetime
from gettext import NullTranslations

from msgspec import Struct

from backend.citizens.models import SubjectKind
from backend.core.clock import local_date
from backend.payments.records import Bill
from notifications.models import Why, Wording
from pwa.views.parts import Text
from pwa.views.shell import Locale
from pwa.words import Words

_ZH, _EN = (Words(locale, NullTranslations()) for locale in Locale)
_WHO_OWES = {
    None: ("您", "you"),
    SubjectKind.ORGANISATION: ("您代办的单位", "an organisation you act for"),
    SubjectKind.PERSON: ("您监护的孩子", "a child in your care"),
}


class Said(Struct, frozen=True):
    zh: Wording
    en: Wording


class Matter(Struct, frozen=True):
    """A bill, what its fee is called, and how much. `on_behalf`: to who acts for one of this kind."""

    bill: Bill
    fee: Text
    amount_fen: int
    today: date
    on_behalf: SubjectKind | None = None

    @property
    def en_fee(self) -> str:
        return self.fee.en or self.fee.zh

    @property
    def zh_amount(self) -> str:
        return _ZH.money(self.amount_fen)

    @property
    def en_amount(self) -> str:
        return _EN.money(self.amount_fen)


def matter(bill: Bill, fee: Text | None, amount_fen: int, now: datetime) -> Matter:
    """`fee` None: it has left the pack since."""
    return Matter(bill, fee or Text(bill.fee_code), amount_fen, local_date(now))


def due(of: Matter) -> Said:
    bill, day = of.bill, of.bill.due_on
    zh_who, en_who = _WHO_OWES[of.on_behalf]
    zh_by = "" if day is None else f"请在 {_ZH.day(day, of.today)}前缴纳。"
    en_by = "" if day is None else f" Please pay by {_EN.day(day, of.today)}."
    zh_why = Why(
        based_on=f"{bill.payee}开给{zh_who}的缴款单",
        rule="开出缴款单、更改金额或期限时告知；缴清或撤销后自动收回",
        source=bill.basis,
        plain=f"{zh_who}有一笔 {of.zh_amount}的费用要缴，所以告诉您。",
    )
    en_why = Why(
        based_on=f"A bill that {bill.payee} made out to {en_who}",
        rule="Told when a bill is made out or changes; taken back once it is paid or withdrawn",
        source=bill.basis,
        plain=f"{en_who.capitalize()} {'has' if of.on_behalf else 'have'} {of.en_amount} to pay, so we tell you.",
    )
    return Said(
        Wording(
            title=f"待缴费：{of.fee.zh}",
            body=f"{bill.payee}开出一笔{of.fee.zh}，{of.zh_amount}。{zh_by}",
            action="去缴费",
            why=zh_why,
        ),
        Wording(
            title=f"To pay: {of.en_fee}",
            body=f"{bill.payee} made out a bill for {of.en_fee}, {of.en_amount}.{en_by}",
            action="Pay",
            why=en_why,
        ),
    )


def settled(of: Matter, channel: Text) -> Said:
    return Said(
        Wording(
            title=f"已缴费：{of.fee.zh}",
            body=f"{of.fee.zh} {of.zh_amount}已用{channel.zh}缴清，不用再缴。",
            action="查看缴费结果",
            stop_label="已缴费通知",
            why=Why(based_on="支付机构告知的到账结果", rule="缴款单缴清时告知一次"),
        ),
        Wording(
            title=f"Paid: {of.en_fee}",
            body=f"{of.en_amount} for {of.en_fee} came by {channel.en or channel.zh}. Nothing is left to pay.",
            action="See the payment",
            stop_label="Notices that a bill is paid",
            why=Why(based_on="The payment provider's word that it arrived", rule="Told once, when a bill is paid"),
        ),
    )


def overpaid(of: Matter) -> Said:
    """A bill that was paid already, or one that was withdrawn or corrected while its money was under way."""
    twice = of.bill.settled_by is not None
    return Said(
        Wording(
            title="重复支付，自动退款中" if twice else "不用缴的钱，自动退款中",
            body=f"{of.fee.zh}{'已经缴清' if twice else '已撤销或金额有变'}，"
            f"{'' if of.on_behalf else '您'}另付的 {of.zh_amount}会原路退回，不用您办理。",
            action="查看退款",
            why=Why(based_on="支付机构告知的到账结果", rule="多收的钱当即退回，并告知一次"),
        ),
        Wording(
            title="Paid twice: your money goes back" if twice else "Not owed: your money goes back",
            body=f"{of.en_fee} {'was paid already' if twice else 'was withdrawn or has changed'}. "
            f"{'The' if of.on_behalf else 'Your'} {of.en_amount} goes back the way it came; you need not do anything.",
            action="See the refund",
            why=Why(
                based_on="The payment provider's word that it arrived",
                rule="What was not owed is refunded at once, and told once",
            ),
        ),
    )


def refunded(of: Matter) -> Said:
    return Said(
        Wording(
            title=f"已退款：{of.fee.zh}",
            body=f"{of.fee.zh}的 {of.zh_amount}已原路退回，银行入账可能要几个工作日。",
            action="查看退款",
            why=Why(based_on="支付机构告知的退款结果", rule="每笔退款成功时告知一次"),
        ),
        Wording(
            title=f"Refunded: {of.en_fee}",
            body=f"{of.en_amount} for {of.en_fee} went back the way it came. Your bank may take a few working days.",
            action="See the refund",
            why=Why(based_on="The payment provider's word that it went back", rule="Told once for each refund"),
        ),
    )
