"""Amounts in capital figures (大写), which cannot be changed by a stroke of the pen.

After 支付结算办法, annex 1 (中国人民银行 银发〔1997〕393号); where it leaves a choice, the form that it names first.
"""

from backend.payments.money import Fen

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Fen) -> str:
    """140950 as 人民币壹仟肆佰零玖元伍角. The amount is not negative."""
    yuan, rest = divmod(amount, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if rest == 0:
        return f"人民币{words or '零元'}整"
    if yuan and (jiao == 0 or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if fen:
        words += f"{_DIGITS[fen]}分"
    return f"人民币{words}"


def _whole(yuan: int) -> str:
    """In groups of four figures; 零 once for each gap, however wide."""
    words, gap = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // 10_000**place % 10_000
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[place]
        gap = False
    return words


def _group(number: int) -> str:
    """1 to 9999."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
