"""The inbox: the record of everything a person was told."""

from datetime import datetime
from uuid import UUID

from notifications.models import InboxMessage, InboxPage, Tab, UnreadCounts
from notifications.ports import Conn


async def list_inbox(
    conn: Conn, recipient_id: UUID, tab: Tab, now: datetime, *, after: str | None = None, limit: int = 20
) -> InboxPage:
    """A page of one tab, newest first, without what was withdrawn. Raises BadCursor."""
    raise NotImplementedError


async def count_unread(conn: Conn, recipient_id: UUID, now: datetime) -> UnreadCounts:
    """Unread messages per tab; `.total` is the badge. Snoozed messages count again when their time has come."""
    raise NotImplementedError


async def get_message(conn: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage:
    """Raises MessageNotFound, also for somebody else's message."""
    raise NotImplementedError


async def mark_read(tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage:
    """Opened: nothing more is sent about it. Idempotent; the first reading counts. Raises MessageNotFound."""
    raise NotImplementedError


async def snooze(tx: Conn, recipient_id: UUID, message_id: UUID, until: datetime, now: datetime) -> None:
    """过几天提醒: silent until then, then unread and delivered once more. Raises MessageNotFound, CannotSnooze."""
    raise NotImplementedError
