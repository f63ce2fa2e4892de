"""Real browsers subscribe, are pushed to, show, are tapped and unsubscribe, all on this machine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browsers.firefox import Firefox
from tests.browsers.phone import Phone, Tab
from tests.push_service.device import DELIVERED, NOT_DECRYPTED
from tests.push_service.sender import ReferenceSender
from tests.push_service.service import PushService
from tests.push_service.site import serve_site

pytestmark = pytest.mark.browser

MESSAGE = {"title": "残疾人证快到期了", "body": "点此续办", "tag": "card", "navigate": "/guide"}
REAL_SERVICES = (
    "https://jmt17.google.com/fcm/send/",
    "https://fcm.googleapis.com/fcm/send/",
    "https://updates.push.services.mozilla.com/wpush/v2/",
)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with serve_site() as origin:
        yield origin


@pytest.fixture
def sender(push_service: PushService) -> ReferenceSender:
    return ReferenceSender(push_service)


async def subscribe(phone: Phone, site: str, sender: ReferenceSender) -> tuple[Tab, dict[str, Any]]:
    await phone.allow_notifications(site)
    tab = await phone.new_tab()
    await tab.goto(site)
    return tab, await tab.evaluate("key => subscribe(key)", sender.public_key)


async def test_a_push_is_shown_and_a_tap_lands_on_the_guide_until_unsubscribed(
    phone: Phone, sender: ReferenceSender, site: str
) -> None:
    tab, subscription = await subscribe(phone, site, sender)

    status = await sender.push(subscription, {"web_push": 8030, "notification": MESSAGE})
    [notification] = await phone.shown_notifications(tab)
    landed = await phone.click_notification(MESSAGE["title"])

    assert subscription["endpoint"].startswith(REAL_SERVICES)
    assert (status, await landed.evaluate("location.href")) == (201, f"{site}/guide")
    assert {**notification, "navigate": notification["data"]["url"]}.items() >= MESSAGE.items()
    assert await phone.shown_notifications(tab, at_least=0) == []

    assert await tab.evaluate("unsubscribe()")
    assert await sender.push(subscription, {}) == 410


async def test_firefox_tells_a_body_that_it_can_read_from_one_that_it_cannot(
    firefox: Firefox, push_service: PushService, sender: ReferenceSender, site: str
) -> None:
    _, subscription = await subscribe(firefox, site, sender)
    good = sender.encrypt(subscription, {"web_push": 8030, "notification": MESSAGE})

    for body in (good[:-1] + bytes([good[-1] ^ 1]), good):
        await sender.post(subscription["endpoint"], body)

    assert [await push.ack() for push in push_service.received] == [NOT_DECRYPTED, DELIVERED]
