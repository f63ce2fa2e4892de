"""Numbers of receipts, and the code by which the house knows that it has issued one."""

import hmac
import os
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import NewType

from backend.core.clock import local_date
from backend.core.crypto import Keyring
from backend.payments.numbers import spoken

ReceiptNo = NewType("ReceiptNo", str)

_TAIL = 12  # 60 bits: of no use without the code, and never the same twice
_CODE = 12  # 60 bits of a keyed hash
_LONGEST = 64  # what is longer was not copied from a receipt


def new_receipt_no(now: datetime) -> ReceiptNo:
    """PZ, the day, twelve characters."""
    return ReceiptNo(f"PZ{_day(local_date(now))}{spoken(os.urandom(_TAIL))}")


@lru_cache(maxsize=2)
def _day(day: date) -> str:
    return f"{day:%y%m%d}"


def code_of(keyring: Keyring, receipt_no: str) -> str:
    """Of the look-up key, which does not rotate: a receipt printed once can be checked for ever."""
    return spoken(keyring.lookup("receipts.code", receipt_no)[:_CODE])


def belong_together(keyring: Keyring, receipt_no: str, code: str) -> bool:
    """Takes as long whatever is given: nothing is looked up, and where they differ is not to be told by the time."""
    return hmac.compare_digest(code_of(keyring, receipt_no).encode(), code.encode())


def as_issued(typed: str) -> str:
    """As it was printed, however somebody copies it: small or wide letters, in groups or not."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", typed[:_LONGEST]).upper()))


def in_groups(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
