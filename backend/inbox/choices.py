"""A person's choices as the screens draw them."""

from datetime import datetime, time, timedelta
from uuid import UUID

from backend.core.clock import local_date
from backend.core.db import Database
from notifications import models
from notifications.preferences import list_choices, list_stops
from notifications.topics import TOPICS
from pwa.views.me import Channel, ChannelSwitch, QuietPreset, Stopped, TopicPreference
from pwa.views.messages import QuietHours
from pwa.views.parts import Text

_PRESETS = (
    (Text("一般", "Usual"), models.QuietHours()),
    (Text("早睡早起", "Early to bed"), models.QuietHours(time(21), time(7))),
    (Text("睡得晚", "Up late"), models.QuietHours(time(23), time(9))),
    (Text("上夜班，白天睡", "Night shift, asleep by day"), models.QuietHours(time(8), time(16))),
)
_UNNAMED = Text("一类提醒", "One kind of reminder")


async def topics(db: Database, recipient_id: UUID) -> tuple[TopicPreference, ...]:
    """Every topic by every channel."""
    return tuple(_preference(choice) for choice in await list_choices(db, recipient_id))


async def stops(db: Database, recipient_id: UUID) -> tuple[Stopped, ...]:
    """What was stopped, with what takes it back."""
    return tuple(_stopped(stop) for stop in await list_stops(db, recipient_id))


def label_of(stop: models.Stop) -> Text:
    return _UNNAMED if stop.label is None else Text(stop.label.zh, stop.label.en)


def shown(quiet: models.QuietHours) -> QuietHours:
    return QuietHours(begins=quiet.starts, ends=quiet.ends)


def presets(quiet: models.QuietHours) -> tuple[QuietPreset, ...]:
    """Hours that suit many; the usual ones first."""
    return tuple(QuietPreset(label=label, hours=shown(hours), chosen=hours == quiet) for label, hours in _PRESETS)


def shifted(quiet: models.QuietHours, hours: int) -> QuietHours:
    """As long as before, earlier or later in the day."""
    moved = [datetime.combine(datetime.min, at) + timedelta(days=1, hours=hours) for at in (quiet.starts, quiet.ends)]
    return QuietHours(begins=moved[0].time(), ends=moved[1].time())


def _preference(choice: models.TopicChoice) -> TopicPreference:
    topic = TOPICS[choice.topic]
    return TopicPreference(
        topic=topic.code,
        icon=topic.icon,
        label=Text(topic.label_zh, topic.label_en),
        channels=(
            ChannelSwitch(channel=Channel.INBOX, on=True, locked=True),
            ChannelSwitch(channel=Channel.PUSH, on=choice.web_push and not choice.stopped),
            ChannelSwitch(channel=Channel.SMS, on=choice.sms and not choice.stopped),
        ),
    )


def _stopped(stop: models.Stop) -> Stopped:
    return Stopped(scope=stop.scope, name=stop.name, label=label_of(stop), on=local_date(stop.stopped_at))
