"""Real browsers subscribe, are pushed to, show, are tapped and unsubscribe, all on this machine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browsers.firefox import Firefox
from tests.browsers.phone import Phone, Tab
from tests.push_service.device import DELIVERED, NOT_DECRYPTED
from tests.push_service.product_sender import ProductSender, open_product_sender
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
async def sender(push_service: PushService) -> AsyncIterator[ProductSender]:
    async with open_product_sender(push_service) as product_sender:
        yield product_sender


async def subscribe(phone: Phone, site: str, public_key: str) -> tuple[Tab, dict[str, Any]]:
    await phone.allow_notifications(site)
    tab = await phone.new_tab()
    await tab.goto(site)
    return tab, await tab.evaluate("key => subscribe(key)", public_key)


async def test_a_push_is_shown_and_a_tap_lands_on_the_guide_until_unsubscribed(
    phone: Phone, push_service: PushService, sender: ProductSender, site: str
) -> None:
    tab, subscription = await subscribe(phone, site, sender.public_key)

    status = await sender.push(subscription, {"web_push": 8030, "notification": MESSAGE})
    [notification] = await phone.shown_notifications(tab)
    landed = await phone.click_notification(MESSAGE["title"])

    assert subscription["endpoint"].startswith(REAL_SERVICES)
    assert (status, await landed.evaluate("location.href")) == (201, f"{site}/guide")
    assert {**notification, "navigate": notification["data"]["url"]}.items() >= MESSAGE.items()
    assert await phone.shown_notifications(tab, at_least=0) == []

    await sender.push(subscription, {"notification": MESSAGE | {"navigate": "/guide?again"}})
    await phone.shown_notifications(tab, displayed=2)
    await phone.click_notification(MESSAGE["title"])
    assert await landed.evaluate("location.href") == f"{site}/guide?again"

    assert await tab.evaluate("unsubscribe()")
    await push_service.wait_until_ended(subscription["endpoint"])
    assert await sender.push(subscription, {}) == 410


async def test_firefox_tells_a_body_that_it_can_read_from_one_that_it_cannot(
    firefox: Firefox, push_service: PushService, site: str
) -> None:
    sender = ReferenceSender(push_service)
    _, subscription = await subscribe(firefox, site, sender.public_key)
    good = sender.encrypt(subscription, {"notification": MESSAGE})

    for body in (good[:-1] + bytes([good[-1] ^ 1]), good):
        await sender.post(subscription["endpoint"], body)

    assert [await push.ack() for push in push_service.received] == [NOT_DECRYPTED, DELIVERED]
