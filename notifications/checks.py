"""Whether a delivery may still go out at this moment; asked after it was claimed and before it is sent."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from notifications.models import ChannelName, Kind, MessageState
from notifications.queries.claims import Claimed
from notifications.quiet_hours import release_at
from notifications.topics import on_by_default


class Hold(Struct, frozen=True):
    """Not now: dropped for `reason`, or `until` a later moment."""

    reason: str
    until: datetime | None = None


def find_hold(delivery: Claimed, now: datetime) -> Hold | None:
    """None: send it."""
    for reason, holds in _DROPPED_WHEN.items():
        if holds(delivery):
            return Hold(reason)
    if delivery.useful_until <= now:
        return Hold("expired")
    released = now if delivery.ignores_quiet_hours else release_at(now, delivery.quiet_hours)
    return Hold("quiet hours", released) if released > now else None


def _is_switched_off(delivery: Claimed) -> bool:
    if delivery.enabled is not None:
        return not delivery.enabled
    return not on_by_default(ChannelName(delivery.channel))


_DROPPED_WHEN: dict[str, Callable[[Claimed], bool]] = {
    "withdrawn": lambda delivery: delivery.message_state != MessageState.ACTIVE,
    "snoozed": lambda delivery: delivery.round != delivery.message_round,
    "read": lambda delivery: delivery.read,
    "stopped": lambda delivery: delivery.stopped and delivery.kind != Kind.STATUTORY,
    "no consent": lambda delivery: delivery.kind == Kind.RECOMMENDATION and not delivery.consented,
    "switched off": _is_switched_off,
    "no subscription": lambda delivery: delivery.channel == ChannelName.WEB_PUSH and delivery.endpoint is None,
}
