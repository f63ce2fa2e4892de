"""The server's push keys, read from the settings once per process."""

from functools import lru_cache

from backend.core.settings import Settings
from backend.inbox.errors import PushUnavailable
from notifications.webpush.vapid import VapidKeys, parse_keys


def push_keys(settings: Settings) -> VapidKeys:
    """All keys of this installation, the current one first. Raises PushUnavailable where none is set."""
    if not settings.vapid_private_key:
        raise PushUnavailable
    return _parsed(settings.vapid_private_key)


@lru_cache(maxsize=4)
def _parsed(setting: str) -> VapidKeys:
    return parse_keys(setting)
