"""What is told about a payout, in both languages. It stays in the inbox: no push carries it."""

from gettext import NullTranslations

from msgspec import Struct

from backend.city.models import Text
from notifications.models import Why, Wording
from pwa.views.shell import Locale
from pwa.words import Words

_ZH, _EN = (Words(locale, NullTranslations()) for locale in Locale)


class Given(Struct, frozen=True):
    """Money given: by which rule, how much, to the card that ends so."""

    name: Text
    amount_fen: int
    last_four: str

    @property
    def en_name(self) -> str:
        return self.name.en or self.name.zh


def paid(given: Given) -> tuple[Wording, Wording]:
    return (
        Wording(
            title=f"已发放：{given.name.zh}",
            body=f"{_ZH.money(given.amount_fen)}已发到尾号 {given.last_four} 的银行卡。",
            action="查看",
            why=Why(based_on="您的确认，和银行告知的付款结果", rule="每笔发放到账时告知一次"),
        ),
        Wording(
            title=f"Paid: {given.en_name}",
            body=f"{_EN.money(given.amount_fen)} has gone to your bank card ending in {given.last_four}.",
            action="See details",
            why=Why(
                based_on="Your confirmation, and the bank's word that it was paid", rule="Told once for each payout"
            ),
        ),
    )


def failed(given: Given, *, returned: bool) -> tuple[Wording, Wording]:
    zh = "被银行退回" if returned else "没有发放成功"
    en = "came back from the bank" if returned else "could not be paid"
    return (
        Wording(
            title=f"请换一张银行卡：{given.name.zh}",
            body=f"{_ZH.money(given.amount_fen)}{zh}（尾号 {given.last_four}）。"
            "请核对卡号，或换一张本人的银行卡，不用重新申请。",
            action="换一张卡",
            why=Why(based_on="银行告知的付款结果", rule="没有付成的当即告知，换卡后再发"),
        ),
        Wording(
            title=f"Another card is needed: {given.en_name}",
            body=f"{_EN.money(given.amount_fen)} {en} (card ending in {given.last_four}). Check its number or choose "
            "another card of your own; nothing has to be applied for again.",
            action="Choose a card",
            why=Why(
                based_on="The bank's word about the payment",
                rule="Told at once when something could not be paid; it is paid again to another card",
            ),
        ),
    )
