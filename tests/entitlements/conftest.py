"""An office that gives an allowance to whoever is recognised, with a bank and a browser."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_or_create_subjects
from backend.city.city import City
from backend.city.models import Text
from backend.city.rules import Anchor, MessageClass, Rule, Timing
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.events import Dispatcher
from backend.core.ids import uuid7
from backend.entitlements import desk_pages, pages
from backend.event_handlers import event_map
from backend.matching.models import LifeEvent
from backend.matching.service import look_again, record_event
from backend.payments import ledger
from backend.payments.payouts import notices
from backend.payments.payouts.notices import give_bank
from backend.payments.payouts.paying import pay_out
from tests.departments.feeding import citizen_id
from tests.hall import Browser, Hall
from tests.matching.people import rule, with_rules
from tests.payments.payouts.bank_town import BankTown, bank_town

RULE, EVENT, AMOUNT = "allowance", "relief.recognised", 18_000
CARD, OTHER_CARD = "6222021234567890128", "6217001234567890122"
TODAY = date(2026, 11, 20)


def allowance(**facts: Any) -> Rule:
    given: dict[str, Any] = {
        "name": Text("救助补贴", "Relief allowance"),
        "event_type": EVENT,
        "message_class": MessageClass.ENTITLEMENT,
        "amount_fen": AMOUNT,
    }
    return rule(RULE, Timing(anchor=Anchor.EVENT), **(given | facts))


class Office:
    """What happens step by step, as worker and departments would do it."""

    def __init__(
        self, db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City, town: BankTown
    ) -> None:
        self.db, self.redis, self.clock, self.keyring, self.town = db, redis, clock, keyring, town
        self.city = with_rules(city, allowance())
        self.hall = self.open()

    def open(self) -> Hall:
        """A hall of these pages, of the city as it is now."""
        hall = Hall(
            [*pages.HANDLERS, *desk_pages.HANDLERS, *notices.HANDLERS],
            db=self.db,
            redis=self.redis,
            clock=self.clock,
            keyring=self.keyring,
            city=self.city,
            bank=str(self.town.path),
        )
        give_bank(hall.app.state, self.town.bank)
        return hall

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def resident(self, n: int = 1) -> UUID:
        holder = Holder(SubjectKind.PERSON, citizen_id(n), "林晓雯")
        async with self.db.transaction() as tx:
            known = await find_or_create_subjects(tx, self.keyring, [holder], self.now)
        return known[holder.number]

    async def report(
        self, subject_id: UUID, report_id: UUID | None = None, *, on: date = TODAY, withdrawn: bool = False
    ) -> UUID:
        """A department says that somebody was recognised, or that it was not so; the rules look at it."""
        self.clock.at += timedelta(seconds=1)
        said = report_id or uuid7()
        event = LifeEvent(subject_id, said, EVENT, "civil-affairs", on, {"kind": "subsistence"}, self.now, withdrawn)
        async with self.db.transaction() as tx:
            await record_event(tx, event, self.now)
        await self.settle()
        return said

    async def settle(self) -> None:
        """Everything that follows from what was committed."""
        dispatcher = Dispatcher(self.db, event_map(self.redis))
        while await dispatcher.run_once(self.now, limit=200):
            pass
        while await look_again(self.db, self.redis, self.city, self.now):
            pass
        while await dispatcher.run_once(self.now, limit=200):
            pass

    async def pay_out(self) -> None:
        await pay_out(self.db, self.keyring, self.town.bank, self.now)

    async def hear(self, count: int) -> list[int]:
        """The bank's notices reach the hall; what each is answered."""
        answers = []
        async with self.hall.browser() as bank:
            for each in (await self.town.notices(count))[:count]:
                answer = await bank.post("/callbacks/bank", content=each.body, headers=each.headers)
                answers.append(answer.status_code)
        await self.settle()
        return answers

    async def offer(self, n: int = 1) -> tuple[UUID, UUID, str]:
        """Somebody who was told of the allowance: who, the report, and the page."""
        subject_id = await self.resident(n)
        report_id = await self.report(subject_id)
        return subject_id, report_id, f"/entitlements/{RULE}/{report_id}"

    async def confirm(self, browser: Browser, path: str, number: str = CARD, **fields: Any) -> int:
        facts = {"amount_fen": AMOUNT, "card": "new", "number": number} | fields
        return (await browser.submit(f"{path}/confirm", **facts)).status_code

    async def payouts(self) -> list[tuple[str, str]]:
        rows = await self.db.fetch("SELECT payout_no, state FROM payouts ORDER BY ordered_at, payout_no")
        return [(row["payout_no"], row["state"]) for row in rows]

    async def messages(self, recipient_id: UUID) -> list[tuple[str, str]]:
        rows = await self.db.fetch(
            "SELECT rule, state FROM messages WHERE recipient_id = $1 ORDER BY message_id", recipient_id
        )
        return [(row["rule"], row["state"]) for row in rows]

    async def balances(self) -> dict[str, int]:
        return await ledger.balances(self.db)


@pytest.fixture
async def town(tmp_path: Path, clock: FixedClock) -> AsyncIterator[BankTown]:
    """In a task of its own: a fixture ends in another one than it began in, which a lifespan does not bear."""
    opened, done = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def serve() -> None:
        async with bank_town(tmp_path / "bank", clock) as serving:
            opened.set_result(serving)
            await done.wait()

    task = asyncio.create_task(serve())
    yield await opened
    done.set()
    await task


@pytest.fixture
async def office(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City, town: BankTown
) -> AsyncIterator[Office]:
    """Whatever a test does to it, at its end every invariant of the ledger holds."""
    opened = Office(db, redis, clock, keyring, city, town)
    yield opened
    assert {name for name, count in (await ledger.broken_invariants(db)).items() if count} == set()
