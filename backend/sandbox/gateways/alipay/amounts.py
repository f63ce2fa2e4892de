"""Yuan as Alipay writes them, times on Shanghai's clocks, and what it charges."""

import re
from datetime import datetime

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.alipay.refusals import invalid_parameter

_AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", re.ASCII)
_FORMAT = "%Y-%m-%d %H:%M:%S"


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def fen(text: str) -> int:
    """At least one fen; raises Refused."""
    found = _AMOUNT.fullmatch(text)
    amount = 0 if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if amount == 0:
        raise invalid_parameter()
    return amount


def charge(fen: int) -> int:
    """0.6 %, rounded to the fen."""
    return (fen * 6 + 500) // 1000


def local(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime(_FORMAT)


def instant(text: str) -> datetime | None:
    """None for what is no time to the second."""
    try:
        found = datetime.strptime(text, _FORMAT).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    return found if found.strftime(_FORMAT) == text else None
