"""Numbers in WeChat Pay's own style."""

import secrets
from datetime import datetime, timedelta

from backend.core.clock import SHANGHAI
from backend.sandbox.gateways.records import Trade

_ENTRY_LASTS = timedelta(minutes=5)
_BEFORE_ORDER_NO = len("wx20261120100000")


def txn_id(now: datetime) -> str:
    return f"4200{_digits(6)}{now.astimezone(SHANGHAI):%Y%m%d}{_digits(10)}"


def refund_id(now: datetime) -> str:
    return f"5030{_digits(3)}{now.astimezone(SHANGHAI):%Y%m%d}{_digits(14)}"


def prepay_id(trade: Trade) -> str:
    return f"wx{trade.created_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}{trade.order_no}"


def order_no_of(prepay_id: str) -> str:
    return prepay_id[_BEFORE_ORDER_NO:]


def package(now: datetime) -> str:
    """In an h5_url, when it was given."""
    return str(int(now.timestamp()))


def is_fresh(package: str, now: datetime) -> bool:
    """An h5_url is good for five minutes."""
    if not (package.isascii() and package.isdecimal() and len(package) <= 12):
        return False
    return timedelta() <= now - datetime.fromtimestamp(int(package), now.tzinfo) < _ENTRY_LASTS


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))
