"""A recorded death ends reminders, sessions and pushes; once a wrong one is withdrawn the reminders come again."""

from datetime import date, timedelta
from uuid import uuid4

import httpx
import msgspec

from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_subject_ids
from backend.city.city import City
from backend.core.clock import local_date
from backend.core.sessions import SESSION_COOKIE, create_session
from backend.matching.reports import SweepReport
from backend.matching.service import look_again, sweep
from backend.sandbox.residents import find_resident
from notifications.subscriptions import count_subscriptions, subscribe
from notifications.webpush.transport import AiohttpTransport
from tests.journeys.hall import Hall
from tests.journeys.test_expiring_licence import RESIDENT, licence
from tests.notifications.town import a_subscription


async def report(hall: Hall, kind: str, at: str, *, withdrawn: bool = False, **facts: str) -> None:
    resident = find_resident(RESIDENT)
    assert resident is not None
    event = {
        "id": kind,
        "type": kind,
        "subject": {"kind": "person", "number": resident.number, "name": resident.name},
        "occurred_at": "2026-11-17T09:00:00+08:00",
        "updated_at": at,
        "facts": facts,
        "withdrawn": withdrawn,
    }
    answer = await hall.feed("events", msgspec.json.encode(event))
    assert answer["accepted"]["count"] == 1, answer
    async with AiohttpTransport() as transport:
        worker = hall.worker(transport)
        for _ in range(3):
            await worker.dispatch()


async def swept(hall: Hall, city: City) -> SweepReport:
    return await sweep(hall.resources.db, hall.resources.redis, city, hall.clock, local_date(hall.clock.now()))


async def test_reminders_resume_when_a_death_is_withdrawn(hall: Hall, city: City) -> None:
    await hall.feed("licences", licence(30, local_date(hall.clock.now())))
    await report(hall, "person.died", "2026-11-18T09:00:00+08:00", died_on="2026-11-17")
    held = await swept(hall, city)

    hall.clock.at += timedelta(days=2)
    await report(hall, "person.death_withdrawn", "2026-11-22T09:00:00+08:00", withdrawn_on="2026-11-22")
    told = await swept(hall, city)

    assert held.messages == 0
    assert held.rules["licence-expiry:driving-licence"].held_back == {"holder_dead": 1}
    assert (told.messages, told.rules["licence-expiry:driving-licence"].by_rung) == (1, {30: 1})


async def test_a_death_holds_again_when_its_withdrawal_is_withdrawn(hall: Hall, city: City) -> None:
    await hall.feed("licences", licence(30, local_date(hall.clock.now())))
    await report(hall, "person.died", "2026-11-18T09:00:00+08:00", died_on="2026-11-17")
    hall.clock.at += timedelta(days=2)
    await report(hall, "person.death_withdrawn", "2026-11-21T09:00:00+08:00", withdrawn_on="2026-11-21")
    told = await swept(hall, city)
    hall.clock.at += timedelta(hours=2)

    at = "2026-11-22T10:00:00+08:00"
    await report(hall, "person.death_withdrawn", at, withdrawn=True, withdrawn_on="2026-11-21")
    await look_again(hall.resources.db, hall.resources.redis, city, hall.clock.now())

    assert told.messages == 1
    assert await hall.resources.db.fetchval("SELECT state FROM messages") == "withdrawn", "nobody had seen it yet"
    assert await hall.resources.db.fetchval("SELECT died_on FROM subjects") == date(2026, 11, 17)


async def test_a_recorded_death_ends_sessions_and_pushes(hall: Hall) -> None:
    await hall.feed("licences", licence(30, local_date(hall.clock.now())))
    db, redis, now = hall.resources.db, hall.resources.redis, hall.clock.now()
    resident = find_resident(RESIDENT)
    assert resident is not None
    holder = Holder(SubjectKind.PERSON, resident.number, resident.name)
    subject_id = (await find_subject_ids(db, hall.resources.keyring, [holder], now))[resident.number]
    async with db.transaction() as tx:
        await subscribe(tx, subject_id, a_subscription("https://push.example/phone"), now)
    cookies = [(await create_session(redis, subject_id, "林*雯", now))[0] for _ in range(2)]
    neighbour, _ = await create_session(redis, uuid4(), "王*", now)

    before = [await opens_wallet(hall, cookie) for cookie in [*cookies, neighbour]]
    await report(hall, "person.died", "2026-11-18T09:00:00+08:00", died_on="2026-11-17")

    assert before == [True, True, True]
    assert [await opens_wallet(hall, cookie) for cookie in [*cookies, neighbour]] == [False, False, True]
    assert await count_subscriptions(db, subject_id) == 0


async def opens_wallet(hall: Hall, cookie: str) -> bool:
    async with httpx.AsyncClient(base_url=hall.url, cookies={SESSION_COOKIE: cookie}) as browser:
        return (await browser.get("/wallet")).status_code == 200
