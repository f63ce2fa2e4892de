"""What a person chose: channels per topic, what to stop, quiet hours, language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from notifications.errors import BadQuietHours, CannotStop
from notifications.inbox import get_message
from notifications.models import (
    ChannelName,
    InboxMessage,
    Locale,
    QuietHours,
    Reader,
    Stop,
    StopLabel,
    StopScope,
    TopicChoice,
)
from notifications.ports import Conn
from notifications.queries import choices, deliveries
from notifications.topics import TOPICS, on_by_default, topic_of


async def list_choices(conn: Conn, recipient_id: UUID) -> list[TopicChoice]:
    """One per topic of topics.TOPICS, in that order, defaults filled in."""
    chosen = await choices.list_preferences(conn, recipient_id)
    stopped = await choices.list_stopped_topics(conn, recipient_id)
    return [
        TopicChoice(
            topic=topic.code,
            web_push=chosen.get((topic.code, "web_push"), on_by_default(ChannelName.WEB_PUSH)),
            sms=chosen.get((topic.code, "sms"), on_by_default(ChannelName.SMS)),
            stopped=topic.code in stopped,
        )
        for topic in TOPICS.values()
    ]


async def set_channel(
    tx: Conn, recipient_id: UUID, topic: str, channel: ChannelName, *, enabled: bool, now: datetime
) -> None:
    """Switches one channel of one topic; switching off also holds back what is queued. Raises UnknownTopic."""
    code = topic_of(topic).code
    await choices.upsert_preference(tx, recipient_id, code, channel, enabled=enabled, now=now)


async def list_stops(conn: Conn, recipient_id: UUID) -> list[Stop]:
    """Everything this person has stopped, newest first."""
    return await choices.list_stops(conn, recipient_id)


async def stop_rule(tx: Conn, recipient_id: UUID, rule: str, now: datetime, label: StopLabel | None = None) -> int:
    """不再提醒: no channel sends messages of this rule any more, queued ones included; statutory notices still go.

    Later messages are kept in the inbox as read. `label` is what the list of stops calls it. Returns how many queued
    deliveries were dropped.
    """
    await choices.insert_stop(tx, recipient_id, StopScope.RULE, rule, label, now)
    return await deliveries.update_stopped(tx, recipient_id, rule=rule, topic=None, now=now)


async def list_stopped_rules(conn: Conn, recipient_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The rules that these people have stopped, for whoever would tell several things in one message."""
    stopped: dict[UUID, set[str]] = {}
    for recipient_id, rule in await choices.list_stopped_rules(conn, recipient_ids):
        stopped.setdefault(recipient_id, set()).add(rule)
    return stopped


async def stop_topic(tx: Conn, recipient_id: UUID, topic: str, now: datetime) -> int:
    """As stop_rule, for everything of a topic. Raises UnknownTopic."""
    stopped = topic_of(topic)
    label = StopLabel(stopped.label_zh, stopped.label_en)
    await choices.insert_stop(tx, recipient_id, StopScope.TOPIC, stopped.code, label, now)
    return await deliveries.update_stopped(tx, recipient_id, rule=None, topic=stopped.code, now=now)


async def stop_message(
    tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime, part: str | None = None
) -> Mapping[str, StopLabel]:
    """Stops the rule of this message, of a digest the rule `part` or every rule it speaks of; returns what was stopped.

    Raises MessageNotFound, CannotStop for a statutory notice or a part that is not in it.
    """
    message = await get_message(tx, recipient_id, message_id, now)
    stopped = rules_of(message, part)
    if not message.can_stop or not stopped:
        raise CannotStop
    for rule, label in stopped.items():
        await stop_rule(tx, recipient_id, rule, now, label)
    return stopped


async def resume_message(
    tx: Conn, recipient_id: UUID, message_id: UUID, now: datetime, part: str | None = None
) -> Mapping[str, StopLabel]:
    """Takes back what stop_message does. Raises MessageNotFound."""
    resumed = rules_of(await get_message(tx, recipient_id, message_id, now), part)
    for rule in resumed:
        await resume_rule(tx, recipient_id, rule, now)
    return resumed


def rules_of(message: InboxMessage, part: str | None = None) -> dict[str, StopLabel]:
    """What 不再提醒 would stop, and what that is called."""
    if part is None and not message.parts:
        english = None if message.en is None else message.en.stop_label or message.en.title
        return {message.rule: StopLabel(message.zh.stop_label or message.zh.title, english)}
    english_items = () if message.en is None else message.en.items
    return {
        zh.rule: StopLabel(zh.stop_label or zh.title, None if en is None else en.stop_label or en.title)
        for zh, en in zip_longest(message.zh.items, english_items)
        if zh is not None and zh.rule in message.parts and part in {None, zh.rule}
    }


async def resume_rule(tx: Conn, recipient_id: UUID, rule: str, now: datetime) -> int:
    """Takes a stop back; what it dropped and is still of use is queued again. Returns how many deliveries."""
    await choices.delete_stop(tx, recipient_id, StopScope.RULE, rule)
    return await deliveries.update_resumed(tx, recipient_id, rule=rule, topic=None, now=now)


async def resume_topic(tx: Conn, recipient_id: UUID, topic: str, now: datetime) -> int:
    """As resume_rule, for a topic."""
    await choices.delete_stop(tx, recipient_id, StopScope.TOPIC, topic)
    return await deliveries.update_resumed(tx, recipient_id, rule=None, topic=topic, now=now)


async def get_reader(conn: Conn, recipient_id: UUID) -> Reader:
    """Language and quiet hours, defaults if never chosen."""
    return await choices.find_reader(conn, recipient_id) or Reader()


async def set_quiet_hours(tx: Conn, recipient_id: UUID, quiet_hours: QuietHours | None, now: datetime) -> None:
    """None switches them off. Raises BadQuietHours. Counts at the moment of sending, so also for what is queued."""
    if quiet_hours is None:
        await choices.upsert_quiet(tx, recipient_id, quiet=False, now=now)
        return
    if quiet_hours.starts == quiet_hours.ends:
        raise BadQuietHours
    await choices.upsert_quiet_hours(tx, recipient_id, quiet_hours, now)


async def resume_quiet_hours(tx: Conn, recipient_id: UUID, now: datetime) -> None:
    """On again, from and to the hours they had."""
    await choices.upsert_quiet(tx, recipient_id, quiet=True, now=now)


async def set_locale(tx: Conn, recipient_id: UUID, locale: Locale, now: datetime) -> None:
    """The language of pushes and short messages."""
    await choices.upsert_locale(tx, recipient_id, locale, now)
