"""The inbox: the record of everything a person was told."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notifications import planning
from notifications.errors import BadCursor, CannotSnooze, MessageNotFound
from notifications.models import InboxMessage, InboxPage, Tab, UnreadCounts
from notifications.ports import Conn
from notifications.queries import deliveries, inbox

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def list_inbox(
    conn: Conn, recipient_id: UUID, tab: Tab | None, now: datetime, *, after: str | None = None, limit: int = 20
) -> InboxPage:
    """A page of one tab, of all without one; newest first, without what was withdrawn. Raises BadCursor."""
    before_at, before_id = _read_cursor(after) if after else (None, None)
    tabs = list(Tab) if tab is None else [tab]
    found = await inbox.list_messages(
        conn, recipient_id, tabs, now=now, before_at=before_at, before_id=before_id, limit=limit + 1
    )
    page = found[:limit]
    return InboxPage(tuple(page), _cursor(page[-1]) if len(found) > limit else None)


async def count_unread(conn: Conn, recipient_id: UUID, now: datetime) -> UnreadCounts:
    """Unread messages per tab; `.total` is the badge. Snoozed messages count again when their time has come."""
    return await inbox.count_unread_by_tab(conn, recipient_id, now)


async def get_message(conn: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage:
    """Raises MessageNotFound, also for somebody else's message."""
    message = await inbox.find_message(conn, recipient_id, message_id, now)
    if message is None:
        raise MessageNotFound
    return message


async def mark_read(tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> InboxMessage:
    """Opened: nothing more is sent about it. Idempotent; the first reading counts. Raises MessageNotFound."""
    await inbox.update_read(tx, recipient_id, message_id, now)
    return await get_message(tx, recipient_id, message_id, now)


async def go_on(tx: Conn, recipient_id: UUID, message: InboxMessage, link: str) -> str:
    """Notes that the reader goes on to what the message is about, and returns the path: `link` where it names it."""
    rules = message.rules_behind(link)
    if not rules:
        link, rules = message.link, message.rules_behind(message.link)
    await inbox.update_gone_on(tx, recipient_id, message.message_id, rules)
    return link


async def snooze(tx: Conn, recipient_id: UUID, message_id: UUID, until: datetime, now: datetime) -> None:
    """过几天提醒: silent until then, then unread and delivered once more. Raises MessageNotFound, CannotSnooze."""
    await get_message(tx, recipient_id, message_id, now)
    snoozed = await inbox.update_snoozed(tx, recipient_id, message_id, until) if until > now else None
    if snoozed is None:
        raise CannotSnooze
    await deliveries.update_dropped(tx, recipient_id, message_id, reason="snoozed", now=now)
    plan = planning.Plan(
        recipient_id=recipient_id,
        message_id=message_id,
        topic=snoozed.topic,
        ignores_quiet_hours=snoozed.ignores_quiet_hours,
        round=snoozed.round,
    )
    await planning.plan_deliveries(tx, [plan], due_at=until, now=now)


def _cursor(message: InboxMessage) -> str:
    microseconds = (message.queued_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + message.message_id.bytes).decode()


def _read_cursor(text: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
        return _EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big")), UUID(bytes=raw[8:])
    except (binascii.Error, ValueError, OverflowError):
        raise BadCursor from None
