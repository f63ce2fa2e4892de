"""The hall at work on some days: feeds come in, facts are handled, the rules look, the morning sweeps."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.models import Unit
from backend.city.rules import Anchor, Condition, Timing
from backend.core.clock import SHANGHAI, FixedClock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.events import Dispatcher
from backend.departments.event_feed import EventFeed
from backend.departments.feeds import take_feed
from backend.departments.models import DepartmentKey
from backend.departments.service import add_department, authenticate
from backend.event_handlers import event_map
from backend.licences.feed import LicenceFeed
from backend.matching.service import look_again, note_change, sweep
from backend.payments.bill_feed import BillFeed
from tests.departments.feeding import ndjson, stream
from tests.matching.determinism.histories import AGE, FIRST_DAY, ISSUED_BEFORE, LAST_DAY, RUNGS, Feed
from tests.matching.determinism.model import BILL_SOON, ISSUED, PERMIT, SIXTY, Told
from tests.matching.people import after_event, rule, with_rules

FEEDS: Mapping[Feed, Callable[..., Any]] = {"events": EventFeed, "licences": LicenceFeed, "bills": BillFeed}
_KEPT = ("left_to_sweep", "reconsiderations", "match_messages", "matches", "deliveries", "messages", "event_handlings",
         "events", "life_events", "licences", "bills", "death_words", "feed_directory", "subject_directory", "subjects",
         "sweeps", "sweep_runs")  # fmt: skip
_EMPTY = "; ".join(f"DELETE FROM {table}" for table in _KEPT)  # dozens of rows: sooner done than a TRUNCATE


def ruled(city: City) -> City:
    """The city with a rule of every anchor beside the ladders of its licences."""
    types = {kind: city.licence_types[kind] for kind in RUNGS}
    return with_rules(
        replace(city, licence_types=types),
        after_event(
            PERMIT,
            "residence.registered",
            6,
            Unit.MONTH,
            done_when=(Condition(holds="residence-permit"),),
            unless=(Condition(event="residence.ended"),),
        ),
        rule(BILL_SOON, Timing(anchor=Anchor.BILL, offset=-3, unit=Unit.DAY)),
        rule(
            ISSUED,
            Timing(anchor=Anchor.ISSUE, offset=ISSUED_BEFORE, unit=Unit.DAY),
            licence_type="residence-permit",
            unless=(Condition(holds="driving-licence"),),
        ),
        rule(
            SIXTY,
            Timing(anchor=Anchor.BIRTHDAY, age=AGE),
            requires=(Condition(event="residence.registered", since=12),),
        ),
    )


class Office:
    """Everything a hall does about rules, on one database and with a clock of its own."""

    key: DepartmentKey

    def __init__(self, db: Database, redis: Redis, city: City, keyring: Keyring) -> None:
        self._db, self._redis, self._city, self._keyring = db, redis, ruled(city), keyring
        self.clock = FixedClock(morning(FIRST_DAY))
        self.acts: Mapping[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "dispatch": self.dispatch,
            "look": self.look,
            "sweep": self.sweep,
            "read": self.read,
            "morrow": self.morrow,
            "all at once": self.all_at_once,
        }

    async def open(self) -> None:
        """As if nobody had ever been here."""
        self.clock.at = morning(FIRST_DAY)
        await self._db.execute(_EMPTY)
        if not hasattr(self, "key"):
            scopes = ("licences:*", "events:*", "bills:*")
            self.key = await authenticate(
                self._db, f"Bearer {await add_department(self._db, 'police', '市公安局', scopes, self.clock.now())}"
            )

    async def feed(self, feed: Feed, line: dict[str, Any]) -> None:
        """Only what is older than what is known may be refused."""
        body, taker = stream(ndjson([line])), FEEDS[feed](self.key, self._city, self._keyring)
        answer = (await take_feed(self._db, taker, self.key.department_id, body, self.clock)).answer("en")
        assert all(refused.code == "outdated" for refused in answer.refused.lines), answer.refused.lines

    async def dispatch(self) -> None:
        await Dispatcher(self._db, event_map(self._redis)).run_once(self.clock.now())

    async def look(self) -> None:
        await look_again(self._db, self._redis, self._city, self.clock.now())

    async def sweep(self) -> None:
        """What is learnt of later is later by more than the sweep allows for."""
        await sweep(self._db, self._redis, self._city, self.clock, local_date(self.clock.now()))
        self.clock.at += timedelta(minutes=70)

    async def all_at_once(self) -> None:
        """Two workers."""
        await asyncio.gather(self.dispatch(), self.dispatch(), self.look(), self.sweep(), self.look())

    async def read(self) -> None:
        """Whoever has messages reads them: what is taken back later stays in the inbox as superseded."""
        await self._db.execute("UPDATE messages SET read_at = $1 WHERE read_at IS NULL", self.clock.now())

    async def morrow(self) -> None:
        if local_date(self.clock.now()) < LAST_DAY:
            self.clock.at += timedelta(days=1)

    async def pay(self) -> None:
        """Every bill that is open."""
        async with self._db.transaction() as tx:
            paid = await tx.fetch(
                """UPDATE bills SET state = 'settled', settled_by = 'test', settled_at = $1, updated_at = $1
                   WHERE state = 'open' RETURNING subject_id""",
                self.clock.now(),
            )
            await note_change(tx, [row["subject_id"] for row in paid], self.clock.now())

    async def come_to_rest(self) -> None:
        """The last day, until nothing is left to do."""
        self.clock.at = max(self.clock.at, morning(LAST_DAY))
        await self._work_off()
        await self.sweep()
        await self._work_off()

    async def _work_off(self) -> None:
        while await self._db.fetchval("SELECT EXISTS (SELECT FROM events WHERE done_at IS NULL)"):
            await self.dispatch()
            self.clock.at += timedelta(minutes=1)
        while await look_again(self._db, self._redis, self._city, self.clock.now()):
            pass
        assert await self._db.fetchval("SELECT count(*) FROM event_handlings WHERE parked_at IS NOT NULL") == 0

    async def told(self) -> dict[int, list[Told]]:
        """What is said to each person by the messages that stand; of a ladder only the latest rung."""
        reported = await self._db.fetch("SELECT object_id::text, subject_id, source_id FROM feed_directory")
        names = {row["object_id"]: row["source_id"].split("-")[0] for row in reported}
        people = {row["subject_id"]: int(row["source_id"].split("-")[1]) for row in reported}
        told: dict[int, list[Told]] = {person: [] for person in people.values()}
        for recipient, occasion in await self._occasions():
            told[people[recipient]].append(_spoken(occasion, names))
        return {person: _latest(spoken) for person, spoken in told.items()}

    async def _occasions(self) -> list[tuple[UUID, str]]:
        rows = await self._db.fetch(
            """SELECT recipient_id, occasion, zh->>'items' AS items FROM messages
               WHERE state = 'active' AND (rule = ANY($1::text[]) OR starts_with(rule, 'licence-expiry:'))""",
            [PERMIT, BILL_SOON, ISSUED, SIXTY],
        )
        occasions = []
        for row in rows:
            items = msgspec.json.decode(row["items"]) if row["items"] else []
            said = [item["key"] for item in items] or [row["occasion"]]
            occasions += [(row["recipient_id"], occasion) for occasion in said]
        return occasions


def _spoken(occasion: str, names: Mapping[str, str]) -> Told:
    cause, on, *rung = occasion.split(":")
    return Told(names.get(cause, cause), date.fromisoformat(on), int(rung[0]) if rung else None)


def _latest(spoken: Sequence[Told]) -> list[Told]:
    """The earlier rungs led to the last one."""
    rungs = sorted((each for each in spoken if each.rung is not None), key=lambda each: -(each.rung or 0))
    last = {(each.report, each.on): each for each in rungs}
    return [each for each in spoken if each.rung is None or each == last[each.report, each.on]]


def morning(day: date) -> datetime:
    return datetime.combine(day, time(10), SHANGHAI)
