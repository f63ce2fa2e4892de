"""我的: who one is here, how one wants to be told, how the screen looks."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from pwa.views.messages import QuietHours
from pwa.views.parts import FieldError, Text, Tile


class Channel(StrEnum):
    INBOX = "inbox"
    PUSH = "push"
    SMS = "sms"


class ChannelSwitch(Struct, frozen=True, kw_only=True):
    """`locked` cannot be turned off (the inbox, legal notices)."""

    channel: Channel
    on: bool
    locked: bool = False


class TopicPreference(Struct, frozen=True, kw_only=True):
    """`topic` is the value the form posts."""

    topic: str
    icon: str
    label: Text
    channels: tuple[ChannelSwitch, ...]
    note: Text | None = None


class Identity(Struct, frozen=True, kw_only=True):
    """`level` and `allows` say in words how well the person is known and what that opens.

    `name` is masked for the eye, `spoken` the same for those who hear it.
    """

    name: str
    spoken: Text
    initial: str
    level: Text
    allows: Text


class Me(Struct, frozen=True, kw_only=True):
    """Signed out: `identity` None, and only display and language are offered.

    `other_devices`: on how many others the person is signed in too.
    """

    identity: Identity | None = None
    topics: tuple[TopicPreference, ...] = ()
    quiet: QuietHours | None = None
    recommends: bool = False
    other_devices: int = 0
    rows: tuple[Tile, ...] = ()


class Stopped(Struct, frozen=True, kw_only=True):
    """Something that was stopped; `scope` and `name` are the values the form posts to take it back."""

    scope: str
    name: str
    label: Text
    on: date


class QuietPreset(Struct, frozen=True, kw_only=True):
    """Hours that suit many, for one tap."""

    label: Text
    hours: QuietHours
    chosen: bool = False


class NotificationSettings(Struct, frozen=True, kw_only=True):
    """/me/notifications: every topic by every channel, and quiet hours. `push_devices` counts subscribed browsers.

    `recommends`: the person agreed to recommendations; `refuses`: their features are not to be used. `earlier` and
    `later` are what the elder page offers instead of fields for the hours. `errors` link to the fields `begins` and
    `ends`.
    """

    topics: tuple[TopicPreference, ...]
    recommends: bool = False
    refuses: bool = False
    quiet: QuietHours
    presets: tuple[QuietPreset, ...] = ()
    earlier: QuietHours
    later: QuietHours
    quiet_on: bool = True
    stopped: tuple[Stopped, ...] = ()
    push_devices: int = 0
    errors: tuple[FieldError, ...] = ()


class PushExplainer(Struct, frozen=True, kw_only=True):
    """/me/push: why, then ask. Whether this very browser is subscribed only the browser knows. `quiet` None: off."""

    quiet: QuietHours | None = None
    devices: int = 0
    examples: tuple[Text, ...] = ()
