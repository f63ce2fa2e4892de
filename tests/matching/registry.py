"""A town whose registry says who may act for whom, with the map and the rules at work behind it."""

import itertools
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_subject_ids
from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.events import Dispatcher
from backend.core.identity_numbers import citizen_id_check, credit_code_check
from backend.departments.models import DepartmentKey
from backend.event_handlers import event_map
from backend.matching.service import look_again
from backend.matching.turning import turn_if_due
from tests.departments.feeding import Town, citizen_id, licence_line, person

FOOD = "food-business-licence"
TODAY = date(2026, 11, 20)


def firm(n: int) -> dict[str, str]:
    code = f"91310101MA1K4{n:04}"
    return {"kind": "organisation", "number": code + credit_code_check(code), "name": f"上海测试{n}号有限公司"}


def child(born_on: date, n: int = 0) -> dict[str, str]:
    digits = f"310101{born_on:%Y%m%d}{n:03}"
    return {"kind": "person", "number": digits + citizen_id_check(digits), "name": "林小禾"}


class Registry(Town):
    """`settle` lets the worker's loops run once; days pass only by `wait`."""

    def __init__(self, db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> None:
        super().__init__(db, keyring, city, clock)
        self.redis, self.at = redis, clock
        self.dispatcher = Dispatcher(db, event_map(redis))
        self.keys: dict[str, DepartmentKey] = {}
        self._lines = itertools.count()
        self._stated = itertools.count()

    async def key(self, name: str) -> DepartmentKey:
        if name not in self.keys:
            self.keys[name] = await self.department(name=name)
        return self.keys[name]

    async def say(self, kind: str, subject: dict[str, str], *, by: str = "market", **line: Any) -> str:
        """Feeds one event, a later word than all before, and returns its id."""
        source_id = line.pop("id", None) or f"W-{next(self._lines)}"
        withdrawn = line.pop("withdrawn", False)
        at = (self.clock.now() - timedelta(hours=1) + timedelta(seconds=next(self._stated))).isoformat()
        full = {"id": source_id, "type": kind, "subject": subject, "occurred_at": at, "updated_at": at, "facts": line}
        answer = await self.feed_events(await self.key(by), [full | ({"withdrawn": True} if withdrawn else {})])
        assert answer.accepted.count == 1, answer
        return source_id

    async def name_agent(self, subject: dict[str, str], n: int, **facts: Any) -> str:
        """The n-th person may act for a firm."""
        known = {"agent": _party(n), "role": "authorised", "valid_from": "2026-05-01"}
        return await self.say("organisation.agent_named", subject, **(known | facts))

    async def end_agent(self, subject: dict[str, str], n: int, on: date = TODAY, **facts: Any) -> str:
        return await self.say("organisation.agent_ended", subject, agent=_party(n), ended_on=f"{on}", **facts)

    async def name_guardian(self, subject: dict[str, str], n: int, **facts: Any) -> str:
        known = {"guardian": _party(n), "valid_from": "2026-05-01"}
        return await self.say("child.guardian_named", subject, **(known | facts))

    async def licence_due(self, holder: dict[str, str], days: int = 37, kind: str = FOOD) -> None:
        expires_on = self.at.at.date() + timedelta(days=days)
        line = licence_line(next(self._lines), type=kind, holder=holder, expires_on=f"{expires_on}")
        answer = await self.feed_licences(await self.key("market"), [line])
        assert answer.accepted.count == 1, answer

    async def settle(self) -> None:
        now = self.clock.now()
        await turn_if_due(self.db, now)
        while await self.dispatcher.run_once(now):
            pass
        await look_again(self.db, self.redis, self.city, now)

    async def wait(self, days: int) -> None:
        self.at.at += timedelta(days=days)
        await self.settle()

    async def told(self, n: int) -> list[tuple[str, str]]:
        """State and rule of every message to the n-th person, oldest first."""
        rows = await self.db.fetch(
            "SELECT state, rule FROM messages WHERE recipient_id = $1 ORDER BY message_id", await self.id_of(person(n))
        )
        return [(row["state"], row["rule"]) for row in rows]

    async def id_of(self, somebody: dict[str, str]) -> UUID:
        holder = Holder(SubjectKind(somebody["kind"]), somebody["number"], somebody["name"])
        return (await find_subject_ids(self.db, self.keyring, [holder], self.clock.now()))[holder.number]


def _party(n: int) -> dict[str, str]:
    return {"number": citizen_id(n), "name": person(n)["name"]}
