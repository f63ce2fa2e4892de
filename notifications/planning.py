"""Which deliveries a message gets, and when each is due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from notifications.models import Pointer
from notifications.ports import Conn
from notifications.queries import deliveries
from notifications.queries.deliveries import NewDelivery, Target, Wanted
from notifications.quiet_hours import release_at


class Plan(Struct, frozen=True, kw_only=True):
    """A message that is to be delivered; `round` counts how often it was put off or told once more."""

    recipient_id: UUID
    message_id: UUID
    topic: str
    ignores_quiet_hours: bool
    round: int = 0


async def plan_deliveries(
    tx: Conn, plans: Sequence[Plan], *, due_at: datetime, now: datetime, published: bool = True
) -> list[Pointer]:
    """One delivery per message, channel and target, due at `due_at` or when the quiet hours it falls into are over.

    Returns pointers to the messages that are due by `now`; none where nobody will publish them.
    """
    if not plans:
        return []
    by_id = {plan.message_id: plan for plan in plans}
    targets = await deliveries.list_targets(tx, [_wanted(plan) for plan in plans])
    pointed_at = now if published else None
    new = [_new_delivery(target, by_id[target.message_id], due_at, now, pointed_at) for target in targets]
    if new:
        await deliveries.insert_deliveries(tx, new)
    return [Pointer(*key) for key in sorted({(each.recipient_id, each.message_id) for each in new if each.pointed_at})]


def _wanted(plan: Plan) -> Wanted:
    return Wanted(plan.recipient_id, plan.message_id, plan.topic)


def _new_delivery(
    target: Target, plan: Plan, due_at: datetime, now: datetime, pointed_at: datetime | None
) -> NewDelivery:
    released = due_at if plan.ignores_quiet_hours else release_at(due_at, target.quiet_hours)
    return NewDelivery(
        recipient_id=target.recipient_id,
        message_id=target.message_id,
        channel=target.channel,
        target=target.target,
        round=plan.round,
        due_at=released,
        pointed_at=pointed_at if released <= now else None,
    )
