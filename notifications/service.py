"""Queue messages with their cause, hand the work out, and take messages back when the cause vanishes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from notifications import planning, work_queue
from notifications.counters import QUEUE_LAG
from notifications.models import Message, Pointer
from notifications.ports import Conn, Db
from notifications.queries import claims, deliveries, messages, repeats
from notifications.quiet_hours import CITY_TIME
from notifications.repeats import REPEAT_AFTER
from notifications.topics import topic_of

POINTER_PATIENCE = timedelta(minutes=2)  # a pointer given out this long ago and still unanswered is given out again
LOOK_AGAIN_AFTER = timedelta(hours=12)  # at what is to be told once more but still waits for its first time
REPEATED_AT_ONCE = 1_000
MAX_POINTERS_WAITING = 20_000  # the stream is a window onto Postgres, not a second copy


async def queue(tx: Conn, new: Sequence[Message], now: datetime, *, published: bool = True) -> list[Pointer]:
    """Records messages in the transaction of their cause; a message already queued once is left as it is.

    Thousands at once are fine (four statements whatever their number). A stopped rule or topic is recorded as read
    and goes nowhere; what a newer message says anew counts as read (`Message.about`). Returns pointers to what is due
    now: give them to `publish` after the commit. Who cannot do that says `published=False`, and the sweep finds them
    seconds later. What falls into quiet hours waits in Postgres for it too. Raises UnknownTopic; the database refuses a
    link that leaves our site.
    """
    if not new:
        return []
    by_id = {message.message_id: message for message in new}
    for topic in {message.topic for message in new}:
        topic_of(topic)
    told = [each for each in await messages.insert_messages(tx, new, now) if not each.muted]
    await messages.update_replaced(tx, told, now)
    plans = [
        planning.Plan(
            recipient_id=each.recipient_id,
            message_id=each.message_id,
            topic=by_id[each.message_id].topic,
            ignores_quiet_hours=by_id[each.message_id].ignores_quiet_hours,
        )
        for each in told
    ]
    return await planning.plan_deliveries(tx, plans, due_at=now, now=now, published=published)


async def publish(redis: Redis, pointers: Sequence[Pointer]) -> None:
    """Wakes the senders, after the commit. If it never happens, `requeue_due` does it minutes later."""
    await work_queue.add(redis, pointers)


async def requeue_due(db: Db, redis: Redis, now: datetime) -> int:
    """Re-adds what is committed, due and not sent: release after quiet hours, retries, lost pointers, a lost Redis.

    Run it every few seconds; returns how many messages were pointed at.
    """
    room = MAX_POINTERS_WAITING - await work_queue.count_waiting(redis)
    lost = await work_queue.was_lost(redis)
    pointed_before = now + timedelta(microseconds=1) if lost else now - POINTER_PATIENCE
    pointers = await claims.update_pointed(db, now=now, pointed_before=pointed_before, limit=max(0, room))
    await work_queue.add(redis, pointers)
    return len(pointers)


async def repeat_unread(db: Db, now: datetime) -> int:
    """Tells once more what nobody has read for days and what has a day still to come; `requeue_due` then points at it.

    Run it as often as that; returns how many messages.
    """
    async with db.transaction() as tx:
        found = await repeats.update_repeated(
            tx,
            now=now,
            today=now.astimezone(CITY_TIME).date(),
            after=REPEAT_AFTER,
            look_again_at=now + LOOK_AGAIN_AFTER,
            limit=REPEATED_AT_ONCE,
        )
        plans = [
            planning.Plan(
                recipient_id=each.recipient_id,
                message_id=each.message_id,
                topic=each.topic,
                ignores_quiet_hours=each.ignores_quiet_hours,
                round=each.round,
            )
            for each in found
        ]
        await planning.plan_deliveries(tx, plans, due_at=now, now=now, published=False)
    return len(found)


async def measure_lag(db: Conn, now: datetime) -> timedelta:
    """How long the oldest delivery that is due has been waiting; also sets the gauge."""
    oldest = await claims.find_oldest_due(db, now)
    lag = timedelta() if oldest is None else now - oldest
    QUEUE_LAG.set(lag.total_seconds())
    return lag


async def is_in_force(conn: Conn, recipient_id: UUID, rule: str, *, prefix: str) -> bool:
    """Whether something was told under this rule, for an occasion that begins so, that has not been taken back."""
    return await messages.exists_active(conn, recipient_id, rule, prefix)


async def take_items_back(tx: Conn, recipient_id: UUID, message_id: UUID, keys: Sequence[str]) -> None:
    """Removes things from a digest that still speaks of others; what is due first is then the first of the rest."""
    await messages.update_items(tx, recipient_id, message_id, keys)


async def withdraw(
    tx: Conn,
    recipient_id: UUID,
    rule: str,
    now: datetime,
    *,
    occasions: Sequence[str] | None = None,
    prefix: str | None = None,
) -> int:
    """Ends messages whose cause vanished, by exact occasions or by a prefix of the occasion; returns how many.

    What was sent or read stays in the inbox as superseded; what nobody was told yet is withdrawn and disappears.
    """
    await deliveries.update_withdrawn(tx, recipient_id, rule, occasions=occasions, prefix=prefix, now=now)
    ended = await messages.update_ended(tx, recipient_id, rule, occasions=occasions, prefix=prefix, now=now)
    return len(ended)


async def reinstate(tx: Conn, recipient_id: UUID, rule: str, occasion: str, now: datetime) -> bool:
    """Takes a withdrawal back: the cause holds again. What nobody was told yet goes out after all.

    False where there is no such message, or it is of no use any more.
    """
    message_id = await messages.update_reinstated(tx, recipient_id, rule, occasion, now)
    if message_id is not None:
        await deliveries.update_reinstated(tx, recipient_id, message_id)
    return message_id is not None
