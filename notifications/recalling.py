"""Takes back, thousands at a time, what was queued and not sent: when a rule is stopped for everybody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications.ports import Conn
from notifications.queries import recalls


async def list_unsent(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> set[tuple[UUID, UUID]]:
    """Those of these messages (recipient, message) that were neither read nor sent, nor are just being sent.

    Nobody begins to send one of them before the transaction ends.
    """
    if not messages:
        return set()
    await recalls.lock_queued(tx, messages)
    return await recalls.list_unsent(tx, messages, now)


async def recall(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Withdraws messages that `list_unsent` named, as `withdraw` does; `reinstate` brings them back."""
    if messages:
        await recalls.update_queued(tx, messages, now)
        await recalls.update_withdrawn(tx, messages, now)


async def take_rule_out(tx: Conn, rule: str, items: Sequence[tuple[UUID, UUID, str]]) -> None:
    """Removes from digests (recipient, message, key of the item) what a rule had to say; they speak of other things."""
    await recalls.update_items(tx, rule, items)


async def hush(tx: Conn, messages: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """These stay as they were sent or read, and nobody is told of them on another channel or once more."""
    if messages:
        await recalls.update_queued(tx, messages, now)
        await recalls.update_never_repeated(tx, messages)
