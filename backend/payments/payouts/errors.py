"""Refusals about cards and payouts."""

from backend.core.errors import Refusal


class BadCardNumber(Refusal):
    code = "payouts.bad_card_number"
    status = 422
    zh = "银行卡号不对。请对照卡面核对 16 至 19 位数字。"
    en = "This is not the number of a bank card. Compare its 16 to 19 digits with the card."


class CardNotFound(Refusal):
    """Also where the card is somebody else's, or was removed."""

    code = "payouts.card_not_found"
    status = 404
    zh = "没有找到这张银行卡。请重新选择，或填写卡号。"
    en = "This card was not found. Choose another one or enter its number."


class TooManyCards(Refusal):
    code = "payouts.too_many_cards"
    status = 409
    zh = "最多保存 {most} 张银行卡。请选用已有的一张。"
    en = "At most {most} cards are kept. Choose one of them."


class NoticeRefused(Refusal):
    """Nothing of it was believed."""

    code = "payouts.notice_refused"
    status = 400
    zh = "通知未通过校验（{reason}）。"
    en = "The notice was not accepted ({reason})."


class BankUnavailable(Refusal):
    """No answer, or none that could be believed: the outcome is unknown, ask again with the same number."""

    code = "payouts.bank_unavailable"
    status = 503
    zh = "银行暂时没有回应。"
    en = "The bank does not answer now."
