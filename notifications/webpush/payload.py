"""What leaves for the lock screen: a declarative push (W3C Push API) that says that there is news, and no more."""

import base64
import hashlib
from uuid import UUID

import msgspec

from notifications.models import Locale
from notifications.topics import topic_of

_BODY = {
    Locale.ZH: "点开查看。登录后可见详情。",
    Locale.EN: "Tap to open. Sign in to see the details.",
}


class _Notification(msgspec.Struct, frozen=True):
    title: str
    body: str
    navigate: str
    lang: str
    tag: str


class _Push(msgspec.Struct, frozen=True):
    web_push: int
    notification: _Notification
    app_badge: int


_encode = msgspec.json.Encoder().encode


def build_payload(*, message_id: UUID, topic: str, locale: Locale, tag: str, unread: int, public_url: str) -> bytes:
    """JSON without personal data: words by topic, a link that needs a login, a tag that replaces its predecessor.

    `public_url` is the origin of our own site. Well below encryption.MAX_PAYLOAD_BYTES.
    """
    words = topic_of(topic)
    title = words.push_en if locale is Locale.EN else words.push_zh
    link = f"{public_url}/messages/{message_id}/open"
    shown = _Notification(title=title, body=_BODY[locale], navigate=link, lang=locale.value, tag=tag)
    return _encode(_Push(web_push=8030, notification=shown, app_badge=unread))


def thread_tag(recipient_id: UUID, rule: str, thread: str) -> str:
    """Topic header and tag: 32 characters of base64url that tell nothing (RFC 8030, section 5.4).

    24 bytes make exactly 32 characters; Apple refuses lengths that are not whole base64url.
    """
    digest = hashlib.sha256(f"{recipient_id}\0{rule}\0{thread}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
