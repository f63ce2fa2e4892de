"""What is shown on a lock screen says nothing about its owner."""

import json
from uuid import UUID

import pytest

from notifications.models import Locale
from notifications.topics import TOPICS
from notifications.webpush.encryption import BUCKET_BYTES
from notifications.webpush.payload import build_payload, thread_tag

PERSON, MESSAGE = UUID(int=1), UUID(int=2)


def build(topic: str = "licence-expiry", locale: Locale = Locale.ZH) -> bytes:
    return build_payload(
        message_id=MESSAGE, topic=topic, locale=locale, tag="t" * 32, unread=3, public_url="https://city.example"
    )


def test_the_push_is_declarative_and_leads_to_the_message() -> None:
    assert json.loads(build()) == {
        "web_push": 8030,
        "notification": {
            "title": "您有一项证照服务提醒",
            "body": "点开查看。登录后可见详情。",
            "navigate": f"https://city.example/messages/{MESSAGE}/open",
            "lang": "zh-CN",
            "tag": "t" * 32,
        },
        "app_badge": 3,
    }


def test_the_push_speaks_the_readers_language() -> None:
    shown = json.loads(build(locale=Locale.EN))["notification"]

    assert (shown["lang"], shown["title"]) == ("en", "You have a licence reminder")


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("locale", Locale)
def test_every_push_has_the_same_length_once_padded(topic: str, locale: Locale) -> None:
    assert len(build(topic, locale)) < BUCKET_BYTES


def test_a_thread_has_one_tag_of_32_characters_and_nobody_else_has_it() -> None:
    tag = thread_tag(PERSON, "licence-expiry", "card-1")

    assert len(tag) == 32
    assert tag == thread_tag(PERSON, "licence-expiry", "card-1")
    others = {thread_tag(MESSAGE, "licence-expiry", "card-1"), thread_tag(PERSON, "licence-expiry", "card-2")}
    assert tag not in others
