"""When to ask a provider again, as data: callbacks are the fast path, asking is what makes sure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from backend.payments.models import Channel


def _seconds(*values: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=value) for value in values)


def _minutes(*values: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in values)


# After the order was made. UnionPay asks not to be asked before the fifth minute.
ORDERS: Mapping[Channel, Sequence[timedelta]] = {
    Channel.WECHAT: _seconds(30) + _minutes(1, 2, 5, 10, 30),
    Channel.ALIPAY: _seconds(30) + _minutes(1, 2, 5, 10, 30),
    Channel.UNIONPAY: _minutes(5, 10, 30, 60, 120),
}
# After the refund was asked for.
REFUNDS: Mapping[Channel, Sequence[timedelta]] = {
    Channel.WECHAT: _minutes(1, 6, 16, 36, 66),
    Channel.ALIPAY: _minutes(1, 6, 16, 36, 66),
    Channel.UNIONPAY: _seconds(1, 3, 7, 15, 31, 63) + _minutes(5, 30, 60),
}
HOURLY = timedelta(hours=1)
AFTER_EXPIRY = timedelta(seconds=10)
"""Right after an order's end its provider knows for certain."""

STILL_UNKNOWN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
"""After the end, as long as the provider has not decided: then hourly until ORDERS_FORGOTTEN."""
ORDERS_FORGOTTEN = timedelta(days=3)
REFUNDS_FORGOTTEN = timedelta(days=30)


def next_order_query(channel: Channel, ordered_at: datetime, expires_at: datetime, now: datetime) -> datetime | None:
    """The next hour to ask about an open order; None when the daily bill must tell. The end is never missed."""
    end = expires_at + AFTER_EXPIRY
    if now < end:
        return min(_following(ORDERS[channel], ordered_at, now), end)
    return None if now - end >= ORDERS_FORGOTTEN else _following(STILL_UNKNOWN, end, now)


def next_refund_query(channel: Channel, requested_at: datetime, now: datetime) -> datetime | None:
    if now - requested_at >= REFUNDS_FORGOTTEN:
        return None
    return _following(REFUNDS[channel], requested_at, now)


def _following(schedule: Sequence[timedelta], since: datetime, now: datetime) -> datetime:
    """The first moment of the schedule after now; hourly once it has run out."""
    return next((since + pause for pause in schedule if since + pause > now), now + HOURLY)
