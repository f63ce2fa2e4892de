"""Who may act for the demo's organisations, as their register says it; the sandbox's identity provider says it too."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time

import msgspec

from backend.city.calendar import add_months
from backend.city.city import City
from backend.core.clock import SHANGHAI
from backend.core.resources import Resources
from backend.departments.event_feed import EventFeed
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentId, DepartmentKey, KeyId
from backend.sandbox.residents import DemoOrganisation, DemoResident, demo_residents

_NAMED = "organisation.agent_named"


async def feed_agents(hall: Resources, city: City, first_day: date) -> None:
    """Through the same door as a real department."""
    key = DepartmentKey(KeyId("demo"), DepartmentId("demo-services"), (f"events:{_NAMED}",))
    lines = [_line(each, each.organisation, first_day) for each in demo_residents() if each.organisation is not None]
    feed = EventFeed(key, city, hall.keyring)
    tally = await take_feed(hall.db, feed, key.department_id, _stream(lines), hall.clock)
    refused = tally.answer("en").refused
    if refused.count:
        raise ValueError(f"the demo does not fit the city pack: {refused}")


def _line(resident: DemoResident, organisation: DemoOrganisation, first_day: date) -> bytes:
    stated_at = datetime.combine(first_day, time(0, 1), SHANGHAI)
    line = {
        "id": f"{resident.key}:agent",
        "type": _NAMED,
        "subject": {"kind": "organisation", "number": organisation.number, "name": organisation.name},
        "occurred_at": stated_at,
        "updated_at": stated_at,
        "facts": {
            "agent": {"number": resident.number, "name": resident.name},
            "role": resident.role,
            "valid_from": add_months(first_day, -24).isoformat(),
        },
    }
    return msgspec.json.encode(line) + b"\n"


async def _stream(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line
