"""Money is integer fen; strings of yuan exist only where a provider or a reader speaks yuan."""

import re
from typing import NewType

Fen = NewType("Fen", int)

LARGEST_FEN = Fen(10_000_000_000_00)  # ten thousand million yuan: more than any bill, less than a bigint

_YUAN = re.compile(r"(?P<yuan>0|[1-9][0-9]{0,10})(?:\.(?P<fen>[0-9]{1,2}))?", re.ASCII)


class NotAnAmount(ValueError):
    """Text that is no exact, non-negative amount in yuan."""


def parse_yuan(text: str) -> Fen:
    """Fen of "12.30", "12.3" or "12"; raises NotAnAmount for signs, exponents, a third digit, and anything but str."""
    matched = _YUAN.fullmatch(text) if isinstance(text, str) else None
    if matched is None:
        raise NotAnAmount("not an amount in yuan")
    return check_fen(int(matched["yuan"]) * 100 + int((matched["fen"] or "").ljust(2, "0")))


def check_fen(amount: int) -> Fen:
    """An integer amount within bounds; raises NotAnAmount (also for a bool or a float, which JSON may smuggle in)."""
    if type(amount) is not int or not 0 <= amount <= LARGEST_FEN:
        raise NotAnAmount("not an amount in fen")
    return Fen(amount)


def format_yuan(amount: Fen) -> str:
    """1230 as "12.30": what Alipay is told and people read."""
    sign, yuan, fen = "-" if amount < 0 else "", *divmod(abs(amount), 100)
    return f"{sign}{yuan}.{fen:02}"
