"""Two keepers of the rules, somebody who only watches, and the rules at work."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.core.ids import uuid7
from backend.matching.desk.catching_up import catch_up
from backend.matching.desk.models import RehearsalState
from backend.matching.desk.rehearsing import ask, rehearse_next
from backend.matching.desk.releasing import approve, propose, stop
from backend.matching.service import look_again, note_change, sweep
from backend.operators.models import OperatorId, OperatorSession
from backend.operators.service import add_operator, authenticate
from tests.matching.town import hold, settle

WHY = "预演人数与上年同期相符"
LADDER = "licence-expiry:driving-licence"
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


class Office:
    def __init__(self, db: Database, redis: Redis, clock: FixedClock, city: City) -> None:
        self.db, self.redis, self.clock, self.city = db, redis, clock, city
        self.ann: OperatorSession
        self.bob: OperatorSession
        self.wen: OperatorSession

    @classmethod
    async def open(cls, db: Database, redis: Redis, clock: FixedClock, city: City) -> "Office":
        office = cls(db, redis, clock, city)
        office.ann, office.bob = await office.hire("安宁", "rules"), await office.hire("卜博", "rules")
        office.wen = await office.hire("文静", "watcher", "cashier")
        return office

    async def hire(self, name: str, *roles: str) -> OperatorSession:
        key = await add_operator(self.db, name, roles, self.clock.now())
        operator_id, _ = await authenticate(self.db, key)
        return OperatorSession(operator_id=OperatorId(operator_id), name=name, roles=frozenset(roles), csrf_token="t")

    async def propose(self, code: str, by: OperatorSession | None = None, reason: str = WHY) -> None:
        await propose(self.db, self.city, by or self.ann, code, reason, self.clock.now())

    async def approve(self, code: str, by: OperatorSession | None = None) -> None:
        await approve(self.db, self.city, by or self.bob, code, self.clock.now())

    async def stop(self, code: str, by: OperatorSession | None = None) -> None:
        await stop(self.db, self.city, by or self.ann, code, "", self.clock.now())

    async def resume(self, code: str) -> None:
        """Or goes live."""
        await self.propose(code)
        await self.approve(code)

    async def catch_up(self) -> None:
        while await catch_up(self.db, self.redis, self.city, self.clock):
            pass

    async def sweep(self, as_of: date = TODAY) -> None:
        await sweep(self.db, self.redis, self.city, self.clock, as_of)

    async def look_again(self, *residents: UUID) -> None:
        async with self.db.transaction() as tx:
            await note_change(tx, residents, self.clock.now())
        while await look_again(self.db, self.redis, self.city, self.clock.now()):
            pass

    async def drivers(self, number: int, days: int = 30) -> list[UUID]:
        """Residents whose driving licences expire in so many days."""
        residents = await settle(self.db, number)
        await hold(self.db, residents, "driving-licence", TODAY + timedelta(days=days))
        return residents

    async def subscribe(self, residents: Sequence[UUID]) -> None:
        """Gives each a browser that is told."""
        await self.db.execute(
            """INSERT INTO push_subscriptions (recipient_id, endpoint_hash, endpoint, p256dh, auth, vapid_key_id,
                                               created_at, updated_at)
               SELECT id, sha256(id::text::bytea), 'https://push.example/' || id, decode(repeat('04', 65), 'hex'),
                      decode(repeat('00', 16), 'hex'), 'one', $2, $2
               FROM unnest($1::uuid[]) AS n (id)""",
            list(residents),
            self.clock.now(),
        )

    async def state(self, code: str) -> str | None:
        found: str | None = await self.db.fetchval("SELECT state FROM rule_states WHERE rule = $1", code)
        return found

    async def messages(self) -> dict[UUID, str]:
        rows = await self.db.fetch("SELECT recipient_id, state FROM messages")
        return {row["recipient_id"]: row["state"] for row in rows}

    async def rehearse(self, code: str) -> None:
        await ask(self.db, self.city, self.ann, code, self.clock.now())
        assert await rehearse_next(self.db, self.city, self.clock)
        assert await self.db.fetchval("SELECT state FROM rule_rehearsals") == RehearsalState.DONE

    async def happened(self, resident: UUID, event_type: str, on: date) -> None:
        await self.db.execute(
            """INSERT INTO life_events (subject_id, report_id, event_type, department_id, happened_on, facts, stated_at,
                                        withdrawn, changed_at)
               VALUES ($1, $2, $3, 'police', $4, '{}', $5, false, $5)""",
            resident,
            uuid7(),
            event_type,
            on,
            self.clock.now(),
        )
