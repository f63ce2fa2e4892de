"""A browser's push subscription stays true: it leaves with its owner, and comes back by itself when it was changed."""

import base64
from typing import Any

import pytest

from backend.inbox import routes
from notifications.webpush.vapid import VapidKeys, generate_key, parse_keys
from tests.browsers.chromium import Chromium
from tests.browsers.phone import Phone, Tab, until
from tests.journeys.hall import Hall
from tests.journeys.test_expiring_licence import at, sign_in, turn_on_push

pytestmark = pytest.mark.browser

SUBSCRIPTION = """async () => {
  const {pushManager} = await navigator.serviceWorker.ready;
  const subscription = await pushManager.getSubscription();
  if (!subscription) return null;
  const key = String.fromCharCode(...new Uint8Array(subscription.options.applicationServerKey));
  return {endpoint: subscription.endpoint, key: btoa(key)};
}"""

# A headless browser changes no subscription by itself: what it would do is done by hand, then the event is told.
CHANGE = """async () => {
  await (await registration.pushManager.getSubscription()).unsubscribe();
  const event = new ExtendableEvent('pushsubscriptionchange'), work = [];
  event.waitUntil = promise => work.push(promise);
  dispatchEvent(event);
  await Promise.allSettled(work);
  return (await registration.pushManager.getSubscription())?.endpoint ?? null;
}"""


async def endpoints(hall: Hall) -> list[str]:
    rows = await hall.resources.db.fetch("SELECT endpoint FROM push_subscriptions ORDER BY created_at")
    return [row["endpoint"] for row in rows]


async def subscribed_tab(phone: Phone, hall: Hall) -> Tab:
    await phone.allow_notifications(hall.url)
    tab = await phone.new_tab()
    await sign_in(tab, hall, "/me/push")
    await turn_on_push(tab)
    assert await endpoints(hall) == [(await tab.evaluate(SUBSCRIPTION))["endpoint"]]
    return tab


async def known(hall: Hall, endpoint: str) -> None:
    async def there() -> bool:
        return endpoint in await endpoints(hall)

    await until(there, timeout_s=10)


async def sign_out_everybody(hall: Hall) -> None:
    for key in await hall.resources.redis.keys("session:*"):
        await hall.resources.redis.delete(key)


async def test_signing_out_detaches_this_device(hall: Hall, phone: Phone) -> None:
    tab = await subscribed_tab(phone, hall)

    await tab.goto(f"{hall.url}/me")
    await tab.evaluate("document.querySelector('form[action=\"/logout\"] button').click()")
    await at(tab, "/")

    assert await endpoints(hall) == []
    assert await hall.resources.db.fetchval("SELECT count(*) FROM push_endpoints") == 0
    await tab.goto(f"{hall.url}/services")
    assert await tab.evaluate(SUBSCRIPTION) is None


async def test_a_subscription_that_the_server_lost_is_told_again_at_the_next_sign_in(hall: Hall, phone: Phone) -> None:
    tab = await subscribed_tab(phone, hall)
    [endpoint] = await endpoints(hall)
    await hall.resources.db.execute("DELETE FROM push_subscriptions")
    await hall.resources.db.execute("DELETE FROM push_endpoints")

    await sign_out_everybody(hall)
    await sign_in(tab, hall, "/wallet")

    await known(hall, endpoint)


async def test_on_further_pages_of_a_sign_in_nothing_is_asked(hall: Hall, chromium: Chromium) -> None:
    tab = await subscribed_tab(chromium, hall)
    asked: list[str] = []
    chromium.context.on("request", lambda request: asked.append(request.url) if "/api/push" in request.url else None)

    for path in ("/wallet", "/messages", "/me"):
        await tab.goto(f"{hall.url}{path}")
        await tab.evaluate("() => new Promise(resolve => setTimeout(resolve, 300))")

    assert asked == []


async def test_a_new_key_of_the_server_renews_the_subscription(
    hall: Hall, chromium: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await subscribed_tab(chromium, hall)
    [before] = await endpoints(hall)
    keys: VapidKeys = parse_keys(f"v2:{generate_key()},{hall.resources.settings.vapid_private_key}")
    monkeypatch.setattr(routes, "push_keys", lambda settings: keys)

    await sign_out_everybody(hall)
    await sign_in(tab, hall, "/wallet")

    async def renewed() -> Any:
        now = await tab.evaluate(SUBSCRIPTION)
        return now if now and now["endpoint"] != before else None

    now = await until(renewed, timeout_s=10)
    await known(hall, now["endpoint"])
    assert base64.b64decode(now["key"]) == base64.urlsafe_b64decode(keys.current.public + "=")


async def test_an_address_changed_while_signed_in_is_told_at_once(hall: Hall, chromium: Chromium) -> None:
    await subscribed_tab(chromium, hall)

    changed = await chromium.context.service_workers[0].evaluate(CHANGE)

    await known(hall, changed)


async def test_an_address_changed_after_the_sign_in_is_over_heals_at_the_next_visit(
    hall: Hall, chromium: Chromium
) -> None:
    tab = await subscribed_tab(chromium, hall)
    await sign_out_everybody(hall)

    changed = await chromium.context.service_workers[0].evaluate(CHANGE)
    assert changed is not None
    assert changed not in await endpoints(hall)

    await sign_in(tab, hall, "/wallet")
    await known(hall, changed)


async def test_a_subscription_lost_without_network_comes_back_at_the_next_visit(hall: Hall, chromium: Chromium) -> None:
    tab = await subscribed_tab(chromium, hall)
    [before] = await endpoints(hall)
    await chromium.context.service_workers[0].evaluate(
        "async () => (await registration.pushManager.getSubscription()).unsubscribe()"
    )

    await tab.goto(f"{hall.url}/wallet")

    async def back() -> bool:
        return await endpoints(hall) != [before]

    assert await until(back, timeout_s=10)
