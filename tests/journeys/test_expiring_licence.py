"""The main job: a licence about to expire reaches the phone, and one tap leads to the item that renews it."""

import contextlib
from datetime import date, timedelta

import msgspec
import pytest
from playwright.async_api import Error as PlaywrightError

from backend.city.city import City
from backend.core.clock import local_date
from backend.matching.service import sweep
from backend.sandbox.residents import find_resident
from notifications.webpush.transport import AiohttpTransport
from tests.browsers.bidi import BidiError
from tests.browsers.phone import Phone, Tab, until
from tests.journeys.hall import Hall
from tests.push_service.service import PushService

RESIDENT = "lin-xiaowen"
PUSHED = "您有一项证照服务提醒"


def licence(days: int, today: date, *, source_id: str = "JD-1", **changes: object) -> bytes:
    resident = find_resident(RESIDENT)
    assert resident is not None
    line = {
        "id": source_id,
        "type": "driving-licence",
        "holder": {"kind": "person", "number": resident.number, "name": resident.name},
        "number": resident.number,
        "issued_on": today - timedelta(days=2000),
        "expires_on": today + timedelta(days=days),
        "status": "valid",
        "updated_at": "2026-11-20T09:00:00+08:00",
    }
    return msgspec.json.encode(line | changes)


async def at(tab: Tab, path: str) -> None:
    """Waits until the tab shows this path."""

    async def there() -> bool:
        with contextlib.suppress(PlaywrightError, BidiError):  # the page it asks is just being left
            return await _shows(tab, path)
        return False

    await until(there, timeout_s=15)


async def _shows(tab: Tab, path: str) -> bool:
    return bool(await tab.evaluate("path => location.pathname === path && document.readyState === 'complete'", path))


async def sign_in(tab: Tab, hall: Hall, back_to: str, resident: str = RESIDENT) -> None:
    await tab.goto(f"{hall.url}/login?next={back_to}")
    await choose(tab, resident)
    await at(tab, back_to)


async def choose(tab: Tab, resident: str) -> None:
    """Says at the identity provider who it is, once its page is there."""

    async def offered() -> bool:
        with contextlib.suppress(PlaywrightError, BidiError):
            return bool(await tab.evaluate('key => !!document.querySelector(`button[value="${key}"]`)', resident))
        return False

    await until(offered, timeout_s=15)
    await tab.evaluate('key => document.querySelector(`button[value="${key}"]`).click()', resident)


async def turn_on_push(tab: Tab) -> None:
    """The tap on the page that says why; true once the server has the subscription."""
    await until(lambda: _visible(tab, "ask"), timeout_s=15)
    await tab.evaluate("document.querySelector('[data-push=\"on\"]').click()")
    await until(lambda: _visible(tab, "on"), timeout_s=20)


async def _visible(tab: Tab, state: str) -> bool:
    return bool(await tab.evaluate('state => !document.querySelector(`[data-state="${state}"]`).hidden', state))


@pytest.mark.browser
async def test_a_licence_about_to_expire_reaches_the_phone_and_a_tap_lands_on_the_guide(
    hall: Hall, phone: Phone, push_service: PushService, city: City
) -> None:
    push_service.use_clock(lambda: hall.clock.now().timestamp())
    await phone.allow_notifications(hall.url)
    tab = await phone.new_tab()
    await sign_in(tab, hall, "/me/push")
    await turn_on_push(tab)
    today = local_date(hall.clock.now())

    answer = await hall.feed("licences", licence(30, today))
    report = await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, today)
    async with AiohttpTransport(connect_to=push_service.connect_to, tls=push_service.client_tls) as transport:
        await hall.worker(transport).send_once()
    [shown] = await phone.shown_notifications(tab)
    landed = await phone.click_notification(PUSHED)
    await at(landed, "/services/" + str(city.licence_type("driving-licence").renewing_item))

    assert answer["accepted"]["count"] == 1
    assert report.messages == 1
    assert "驾驶证" not in msgspec.json.encode(shown).decode(), "a lock screen must not tell which licence"
    await tab.goto(f"{hall.url}/messages?tab=reminder")
    assert "机动车驾驶证即将到期" in await tab.evaluate("document.body.innerText")
    assert await hall.resources.db.fetchval("SELECT state FROM deliveries") == "sent"


async def test_a_renewal_that_is_filed_takes_the_reminder_back_and_nothing_is_sent(hall: Hall, city: City) -> None:
    today = local_date(hall.clock.now())
    resident = find_resident(RESIDENT)
    assert resident is not None
    await hall.feed("licences", licence(30, today))
    await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, today)

    filed = {
        "id": "E-1",
        "type": "licence.renewal_filed",
        "subject": {"kind": "person", "number": resident.number, "name": resident.name},
        "occurred_at": "2026-11-20T09:30:00+08:00",
        "updated_at": "2026-11-20T09:30:00+08:00",
        "facts": {"licence_type": "driving-licence", "source_id": "JD-1", "filed_on": "2026-11-20"},
    }
    answer = await hall.feed("events", msgspec.json.encode(filed))
    async with AiohttpTransport() as transport:
        worker = hall.worker(transport)
        await worker.dispatch()
        await worker.look_again()

    assert answer["accepted"]["count"] == 1
    assert await hall.resources.db.fetchval("SELECT state FROM messages") == "withdrawn"
    hall.clock.at += timedelta(days=15)
    again = await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, local_date(hall.clock.now()))
    assert again.messages == 0
    assert again.rules["licence-expiry:driving-licence"].held_back == {"renewal_filed": 1}


async def test_a_renewed_licence_ends_its_reminder(hall: Hall, city: City) -> None:
    today = local_date(hall.clock.now())
    await hall.feed("licences", licence(30, today))
    await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, today)

    renewed = licence(3000, today, source_id="JD-2", supersedes="JD-1", issued_on=today)
    await hall.feed("licences", renewed)
    async with AiohttpTransport() as transport:
        worker = hall.worker(transport)
        await worker.dispatch()
        await worker.look_again()

    assert await hall.resources.db.fetchval("SELECT state FROM messages") == "withdrawn"
    statuses = await hall.resources.db.fetch("SELECT status FROM licences ORDER BY source_id")
    assert [row["status"] for row in statuses] == ["superseded", "valid"]
