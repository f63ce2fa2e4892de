"""What a person chose: channels per topic, what to stop, quiet hours, language."""

from datetime import datetime
from uuid import UUID

from notifications.models import ChannelName, Locale, QuietHours, Reader, TopicChoice
from notifications.ports import Conn


async def list_choices(conn: Conn, recipient_id: UUID) -> list[TopicChoice]:
    """One per topic of topics.TOPICS, in that order, defaults filled in."""
    raise NotImplementedError


async def set_channel(
    tx: Conn, recipient_id: UUID, topic: str, channel: ChannelName, enabled: bool, now: datetime
) -> None:
    """Switches one channel of one topic; switching off also holds back what is queued. Raises UnknownTopic."""
    raise NotImplementedError


async def stop_rule(tx: Conn, recipient_id: UUID, rule: str, now: datetime) -> int:
    """不再提醒: no channel sends messages of this rule any more, queued ones included; statutory notices still go.

    Later messages are kept in the inbox as read. Returns how many queued deliveries were dropped.
    """
    raise NotImplementedError


async def stop_topic(tx: Conn, recipient_id: UUID, topic: str, now: datetime) -> int:
    """As stop_rule, for everything of a topic. Raises UnknownTopic."""
    raise NotImplementedError


async def stop_message(tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime) -> str:
    """Stops the rule of this message and returns it. Raises MessageNotFound, CannotStop for a statutory notice."""
    raise NotImplementedError


async def resume_rule(tx: Conn, recipient_id: UUID, rule: str, now: datetime) -> int:
    """Takes a stop back; what it dropped and is still of use is queued again. Returns how many deliveries."""
    raise NotImplementedError


async def resume_topic(tx: Conn, recipient_id: UUID, topic: str, now: datetime) -> int:
    """As resume_rule, for a topic."""
    raise NotImplementedError


async def get_reader(conn: Conn, recipient_id: UUID) -> Reader:
    """Language and quiet hours, defaults if never chosen."""
    raise NotImplementedError


async def set_quiet_hours(tx: Conn, recipient_id: UUID, quiet_hours: QuietHours | None, now: datetime) -> None:
    """None switches them off. Raises BadQuietHours. Counts at the moment of sending, so also for what is queued."""
    raise NotImplementedError


async def set_locale(tx: Conn, recipient_id: UUID, locale: Locale, now: datetime) -> None:
    """The language of pushes and short messages."""
    raise NotImplementedError
