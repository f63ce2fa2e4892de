"""The founding example: half a year after somebody registered, the service finds them and stays to the end."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from backend.city.city import City
from backend.core.clock import local_date
from backend.matching.service import sweep
from backend.sandbox.residents import find_resident
from notifications.webpush.transport import AiohttpTransport
from tests.browsers.phone import Phone
from tests.journeys.hall import Hall
from tests.journeys.test_expiring_licence import at, choose, sign_in, turn_on_push
from tests.push_service.service import PushService

RESIDENT = "shen-haoran"
HALF_A_YEAR, ENDORSEMENT = "residence-permit-after-half-a-year", "residence-permit-endorsement"
PUSHED = "您有一项服务现在可以办理"
HAVE = "已有电子证照《居民身份证》，无需提交"


def holder() -> dict[str, str]:
    resident = find_resident(RESIDENT)
    assert resident is not None
    return {"kind": "person", "number": resident.number, "name": resident.name}


def registration(on: date) -> bytes:
    stamp = f"{on}T08:30:00+08:00"
    event = {"id": "R-1", "type": "residence.registered", "subject": holder(), "occurred_at": stamp}
    return msgspec.json.encode(event | {"updated_at": stamp, "facts": {"registered_on": str(on)}})


def identity_card() -> bytes:
    card = {"id": "C-1", "type": "resident-identity-card", "holder": holder(), "number": holder()["number"]}
    days = {"issued_on": "2020-01-01", "expires_on": "2040-01-01", "updated_at": "2026-11-20T08:30:00+08:00"}
    return msgspec.json.encode(card | days | {"status": "valid"})


def permit(issued_on: date, expires_on: date, at_: datetime) -> bytes:
    return msgspec.json.encode(
        {
            "id": "P-1",
            "type": "residence-permit",
            "holder": holder(),
            "number": "31000020270520",
            "issued_on": issued_on,
            "expires_on": expires_on,
            "status": "valid",
            "updated_at": at_,
        }
    )


async def mornings(hall: Hall, city: City, until_day: date) -> dict[date, int]:
    """Every day's sweep up to and with this one, at half past eight; returns on which days how many were told."""
    told = {}
    while local_date(hall.clock.now()) < until_day:
        hall.clock.at += timedelta(days=1)
        day = local_date(hall.clock.now())
        report = await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, day)
        if report.messages:
            told[day] = report.messages
    return told


async def settled(hall: Hall, rule: str) -> str | None:
    reason: str | None = await hall.resources.db.fetchval("SELECT reason FROM matches WHERE rule = $1", rule)
    return reason


@pytest.mark.browser
async def test_from_the_registration_to_the_endorsed_permit(
    hall: Hall, phone: Phone, push_service: PushService, city: City
) -> None:
    hall.clock.at = datetime(2026, 11, 20, 0, 40, tzinfo=UTC)  # 08:40 in Shanghai
    push_service.use_clock(lambda: hall.clock.now().timestamp())
    await phone.allow_notifications(hall.url)
    tab = await phone.new_tab()
    await sign_in(tab, hall, "/me/push", RESIDENT)
    await turn_on_push(tab)
    async with AiohttpTransport(connect_to=push_service.connect_to, tls=push_service.client_tls) as transport:
        worker = hall.worker(transport)

        registered_on = date(2026, 11, 20)
        await hall.feed("licences", identity_card())
        answer = await hall.feed("events", registration(registered_on))
        assert answer["accepted"]["count"] == 1, answer
        await worker.dispatch()
        await worker.look_again()
        assert await hall.resources.db.fetchval("SELECT count(*) FROM messages") == 0, "nothing is due yet"

        told = await mornings(hall, city, date(2027, 5, 20))
        assert told == {date(2027, 5, 20): 1}, "six calendar months later, and on no other day"
        await worker.send_once()
        [shown] = await phone.shown_notifications(tab)
        assert "居住" not in msgspec.json.encode(shown).decode(), "a lock screen must not tell what it is about"
        landed = await phone.click_notification(PUSHED)
        await choose(landed, RESIDENT)  # half a year later nobody is signed in any more
        await at(landed, "/services/SH-residence-permit")
        assert HAVE in await landed.evaluate("document.body.innerText"), "what the city has already is ticked"

        issued_on = date(2027, 5, 28)
        hall.clock.at = datetime(2027, 5, 28, 2, 0, tzinfo=UTC)
        await sign_in(landed, hall, "/messages", RESIDENT)
        page = await landed.evaluate("document.body.innerText")
        assert "可以申领居住证了" in page
        await hall.feed("licences", permit(issued_on, date(2028, 5, 28), hall.clock.now()))
        await worker.dispatch()
        await worker.look_again()

        assert await settled(hall, HALF_A_YEAR) == "done:holds:residence-permit"
        await landed.goto(f"{hall.url}/wallet")
        assert "上海市居住证" in await landed.evaluate("document.body.innerText")

        told = await mornings(hall, city, date(2028, 4, 28))
        assert told == {date(2028, 4, 28): 1}, "the month before the year is full"
        assert await hall.resources.db.fetchval("SELECT count(*) FROM matches WHERE rule = $1", ENDORSEMENT) == 1

        await hall.feed("licences", permit(issued_on, date(2029, 5, 28), hall.clock.now()))
        await worker.dispatch()
        await worker.look_again()

        assert await settled(hall, ENDORSEMENT) == "done:renewed"
        assert await hall.resources.db.fetchval("SELECT count(*) FROM messages WHERE state = 'active'") == 0
