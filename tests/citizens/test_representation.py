"""Who may act for whom, as the identity provider says it at a sign-in and departments at any time."""

import logging
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.citizens.models import Claim, Holder, Mandate, Role, SubjectKind
from backend.citizens.representation import (
    acts_for_others,
    list_represented,
    record_mandate,
    replace_claimed,
    represented_today,
)
from backend.citizens.service import find_or_create_subjects
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.ids import uuid7
from backend.sandbox.residents import find_resident
from tests.citizens.test_subjects import LIN, RESTAURANT
from tests.citizens.world import World

TODAY = date(2026, 11, 20)
CHILD = Holder(SubjectKind.PERSON, "310115202405180029", "王小禾")
BOSS = Claim(holder=RESTAURANT, role=Role.LEGAL_REPRESENTATIVE)


class Office:
    """One person, and what is said of them."""

    def __init__(self, db: Database, keyring: Keyring, clock: FixedClock) -> None:
        self.db, self.keyring, self.clock = db, keyring, clock

    async def id_of(self, holder: Holder = LIN) -> UUID:
        async with self.db.transaction() as tx:
            ids = await find_or_create_subjects(tx, self.keyring, [holder], self.clock.now())
        return ids[holder.number]

    async def sign_in(self, *claims: Claim) -> None:
        await replace_claimed(self.db, self.keyring, await self.id_of(), claims, self.clock.now())

    async def end(self, on: date = TODAY) -> None:
        word = Mandate(
            subject_id=await self.id_of(RESTAURANT),
            word_id=uuid7(),
            agent_id=await self.id_of(),
            role=None,
            source="department:market",
            valid_from=on,
            valid_until=None,
            withdrawn=False,
            stated_at=self.clock.now(),
        )
        async with self.db.transaction() as tx:
            await record_mandate(tx, word, self.clock.now())

    async def acts_for(self) -> list[tuple[str, str]]:
        found = await list_represented(self.db, self.keyring, await self.id_of(), self.clock.now())
        return [(each.name, each.role) for each in found]

    async def changes(self) -> int:
        count: int = await self.db.fetchval(
            "SELECT count(*) FROM events WHERE type = 'citizens.representation_changed'"
        )
        return count


@pytest.fixture
def office(db: Database, keyring: Keyring, clock: FixedClock) -> Office:
    return Office(db, keyring, clock)


async def test_a_sign_in_replaces_all_that_the_provider_had_said(office: Office) -> None:
    await office.sign_in(BOSS, Claim(holder=CHILD, role=Role.GUARDIAN))
    assert await office.acts_for() == [("上海晨光餐饮有限公司", "legal_representative"), ("王*禾", "guardian")]

    office.clock.at += timedelta(hours=1)
    await office.sign_in(Claim(holder=CHILD, role=Role.GUARDIAN))

    assert await office.acts_for() == [("王*禾", "guardian")]
    assert await office.changes() == 3


async def test_the_same_claims_again_are_no_news(office: Office) -> None:
    for _ in range(3):
        await office.sign_in(BOSS)
        office.clock.at += timedelta(days=1)

    assert await office.changes() == 1
    assert await office.db.fetchval("SELECT valid_from FROM representatives") == TODAY


async def test_who_acts_for_nobody_leaves_no_trace(office: Office) -> None:
    await office.sign_in()

    assert not await acts_for_others(office.db, await office.id_of(), office.clock.now())
    assert await office.db.fetchval("SELECT count(*) FROM mandates") == 0


async def test_a_department_ends_what_the_provider_said_before(office: Office) -> None:
    await office.sign_in(BOSS)
    office.clock.at += timedelta(hours=1)

    await office.end(on=TODAY - timedelta(days=30))

    assert await office.acts_for() == []


async def test_what_the_provider_says_after_an_end_holds(office: Office) -> None:
    await office.sign_in(BOSS)
    office.clock.at += timedelta(hours=1)
    await office.end()
    office.clock.at += timedelta(hours=1)

    await office.sign_in(BOSS)

    assert await office.acts_for() == [("上海晨光餐饮有限公司", "legal_representative")]


async def test_only_those_one_may_act_for_today_are_opened(office: Office) -> None:
    tomorrow = Claim(holder=RESTAURANT, role=Role.AUTHORISED, valid_from=TODAY + timedelta(days=1))
    await office.sign_in(tomorrow, Claim(holder=CHILD, role=Role.GUARDIAN))
    asked = [await office.id_of(RESTAURANT), await office.id_of(CHILD)]
    lin, stranger = await office.id_of(), uuid7()

    mine = await represented_today(office.db, office.keyring, lin, asked, office.clock.now())
    others = await represented_today(office.db, office.keyring, stranger, asked, office.clock.now())

    assert [(each.kind, each.name) for each in mine.values()] == [("person", "王*禾")]
    assert others == {}
    assert len(await office.acts_for()) == 2


async def test_a_demo_resident_may_act_for_their_company_and_their_child(
    world: World, db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    found = []
    for key in ("zhao-mingyuan", "wang-fang"):
        async with world.browse() as browser:
            await world.sign_in(browser, key)
        who = find_resident(key)
        assert who is not None
        async with db.transaction() as tx:
            holder = Holder(SubjectKind.PERSON, who.number, who.name)
            ids = await find_or_create_subjects(tx, keyring, [holder], clock.now())
        found += await list_represented(db, keyring, ids[who.number], clock.now())

    assert [(each.name, each.role, each.source) for each in found] == [
        ("上海晨光餐饮有限公司", "legal_representative", "identity-provider"),
        ("王*禾", "guardian", "identity-provider"),
    ]


def _entry(**changes: Any) -> dict[str, Any]:
    applies_to = {"kind": "organisation", "number": RESTAURANT.number, "name": RESTAURANT.name}
    return {"applies_to": applies_to, "permission": {"role": "authorised"}} | changes


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        _entry(applies_to={"kind": "organisation", "number": "91310101MA1K4N7P08", "name": "有限公司"}),
        _entry(applies_to={"kind": "person", "number": CHILD.number, "name": CHILD.name}),
        _entry(permission={"role": "owner"}),
        _entry(permission={}),
        _entry(valid_from="2026-11-21", valid_until="2026-11-20"),
        _entry(valid_until="2026-11-19"),
        _entry(valid_until="soon"),
    ],
)
async def test_an_entry_that_does_not_hold_is_left_out_and_the_rest_counts(
    world: World, db: Database, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    right = _entry(permission={"role": "legal_representative"}, valid_from="2026-01-01", valid_until="2026-11-20")
    world.wire.alter["userinfo"] = lambda claims: claims | {"authority": [wrong, right]}

    with caplog.at_level(logging.WARNING):
        async with world.browse() as browser:
            await world.sign_in(browser)
            assert await world.who(browser) is not None

    rows = await db.fetch("SELECT role, valid_from, valid_until FROM representatives")
    assert [tuple(row) for row in rows] == [("legal_representative", date(2026, 1, 1), TODAY)]
    assert RESTAURANT.number not in caplog.text


@pytest.mark.parametrize("wrong", [{"a": 1}, "x", None, [_entry()] * 201])
async def test_a_claim_of_another_shape_names_nobody(world: World, db: Database, wrong: Any) -> None:
    world.wire.alter["userinfo"] = lambda claims: claims | {"authority": wrong}

    async with world.browse() as browser:
        await world.sign_in(browser)
        assert await world.who(browser) is not None

    assert await db.fetchval("SELECT count(*) FROM mandates") == 0
