"""A death recorded wrongly stops the reminders of somebody alive; once it is withdrawn they come again."""

from datetime import timedelta

import msgspec

from backend.city.city import City
from backend.core.clock import local_date
from backend.reminders.models import SweepReport
from backend.reminders.service import sweep
from backend.sandbox.residents import find_resident
from notifications.webpush.transport import AiohttpTransport
from tests.journeys.hall import Hall
from tests.journeys.test_expiring_licence import RESIDENT, licence


async def report(hall: Hall, kind: str, at: str, **facts: str) -> None:
    resident = find_resident(RESIDENT)
    assert resident is not None
    event = {
        "id": kind,
        "type": kind,
        "subject": {"kind": "person", "number": resident.number, "name": resident.name},
        "occurred_at": at,
        "updated_at": at,
        "facts": facts,
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
