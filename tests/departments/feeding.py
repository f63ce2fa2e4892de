"""Departments of the tests: fabricated people with right check digits, lines about them, and a town that takes them."""

import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import msgspec

from backend.city.city import City
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.identity_numbers import citizen_id_check
from backend.departments.answers import Answer
from backend.departments.event_feed import EventFeed
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentKey
from backend.departments.service import add_department, authenticate
from backend.licences.feed import LicenceFeed

SURNAMES = "赵钱孙李周吴郑王冯陈"


def citizen_id(n: int) -> str:
    """The n-th fabricated person: born on one of 336 days from 1960 to 1999, in a district that is Shanghai's."""
    year, day = 1960 + n % 40, n // 40 % 336
    digits = f"310101{year}{day // 28 + 1:02}{day % 28 + 1:02}{n // 13_440 % 1000:03}"
    return digits + citizen_id_check(digits)


def person(n: int) -> dict[str, str]:
    return {"kind": "person", "number": citizen_id(n), "name": f"{SURNAMES[n % 10]}测试"}


def licence_line(n: int, **fields: Any) -> dict[str, Any]:
    """A driving licence of the n-th person, valid until the end of 2026."""
    return {
        "id": f"DL-{n}",
        "type": "driving-licence",
        "holder": person(n),
        "number": f"3101{n:014}",
        "issued_on": "2020-12-31",
        "expires_on": "2026-12-31",
        "status": "valid",
        "updated_at": "2026-11-01T08:00:00+08:00",
    } | fields


def event_line(n: int, kind: str = "residence.registered", **fields: Any) -> dict[str, Any]:
    return {
        "id": f"EV-{n}",
        "type": kind,
        "subject": person(n),
        "occurred_at": "2026-05-20T09:00:00+08:00",
        "updated_at": "2026-05-20T09:00:00+08:00",
        "facts": {"registered_on": "2026-05-20"},
    } | fields


def ndjson(lines: Iterable[dict[str, Any] | bytes]) -> bytes:
    """Objects as JSON, bytes as they are, each on its line."""
    return b"".join((line if isinstance(line, bytes) else msgspec.json.encode(line)) + b"\n" for line in lines)


async def stream(body: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


class Town:
    """The hall on one test's database, and departments that feed it without HTTP in between."""

    def __init__(self, db: Database, keyring: Keyring, city: City, clock: Clock) -> None:
        self.db = db
        self.keyring = keyring
        self.city = city
        self.clock = clock
        self._names = itertools.count()

    async def department(self, *scopes: str, name: str = "police") -> DepartmentKey:
        text = await add_department(self.db, name, "市公安局", scopes or ("licences:*", "events:*"), self.clock.now())
        return await authenticate(self.db, f"Bearer {text}")

    async def feed_licences(
        self, key: DepartmentKey, lines: Iterable[dict[str, Any] | bytes] | bytes, locale: str = "en"
    ) -> Answer:
        body = lines if isinstance(lines, bytes) else ndjson(lines)
        feed = LicenceFeed(key, self.city, self.keyring)
        return (await take_feed(self.db, feed, key.department_id, stream(body), self.clock)).answer(locale)

    async def feed_events(self, key: DepartmentKey, lines: Iterable[dict[str, Any] | bytes]) -> Answer:
        feed = EventFeed(key, self.city, self.keyring)
        return (await take_feed(self.db, feed, key.department_id, stream(ndjson(lines)), self.clock)).answer("en")


def codes(answer: Answer) -> list[tuple[int, str]]:
    """Line and code of every refusal."""
    return [(line.line, line.code) for line in answer.refused.lines]


def lines_of(ranges: Sequence[tuple[int, int]]) -> list[int]:
    return [line for first, last in ranges for line in range(first, last + 1)]
