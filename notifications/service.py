"""Queue messages with their cause, hand the work out, and take messages back when the cause vanishes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from redis.asyncio import Redis

from notifications.models import Message, Pointer
from notifications.ports import Conn, Db


async def queue(tx: Conn, messages: Sequence[Message], now: datetime) -> list[Pointer]:
    """Records messages in the transaction of their cause; a message already queued once is left as it is.

    Thousands at once are fine (a handful of statements whatever their number). A stopped rule or topic is recorded as
    read and goes nowhere. Returns pointers to what is due now: give them to `publish` after the commit. What falls
    into quiet hours waits in Postgres for the sweep. Raises UnknownTopic; ValueError for a link that leaves our site.
    """
    raise NotImplementedError


async def publish(redis: Redis, pointers: Sequence[Pointer]) -> None:
    """Wakes the senders, after the commit. If it never happens, `requeue_due` does it minutes later."""
    raise NotImplementedError


async def requeue_due(db: Db, redis: Redis, now: datetime) -> int:
    """Re-adds what is committed, due and not sent: release after quiet hours, retries, lost pointers, a lost Redis.

    Run it every few seconds; returns how many messages were pointed at.
    """
    raise NotImplementedError


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
    raise NotImplementedError
