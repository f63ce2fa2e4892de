"""Those who may act for an organisation or a child are told for them, from the day they may until they may no more."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.models import Unit
from backend.city.rules import Anchor, Audience, Timing
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.matching.service import sweep
from notifications.inbox import mark_read
from tests.departments.feeding import person
from tests.matching.people import after_event, rule, with_rules
from tests.matching.registry import FOOD, TODAY, Registry, child, firm

RULE = f"licence-expiry:{FOOD}"
ACTIVE, GONE, OVER = ("active", RULE), ("withdrawn", RULE), ("superseded", RULE)
FIRM = firm(1)
DAY = timedelta(days=1)


@pytest.fixture
def town(db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> Registry:
    return Registry(db, redis, keyring, with_rules(city), clock)


async def sweep_today(town: Registry) -> None:
    await sweep(town.db, town.redis, town.city, town.at, town.at.at.date())


async def has_been_read(town: Registry, n: int) -> None:
    reader = await town.id_of(person(n))
    message_id: UUID = await town.db.fetchval("SELECT message_id FROM messages WHERE recipient_id = $1", reader)
    async with town.db.transaction() as tx:
        await mark_read(tx, reader, message_id, town.clock.now())


async def due_with_agents(town: Registry, *agents: int) -> None:
    """The licence of a firm is due today, and these were told."""
    for n in agents:
        await town.name_agent(FIRM, n)
    await town.licence_due(FIRM)
    await town.settle()
    await sweep_today(town)


async def test_every_agent_is_told_once_and_hears_for_whom(town: Registry) -> None:
    await due_with_agents(town, 1, 2)
    await town.settle()

    assert (await town.told(1), await town.told(2)) == ([ACTIVE], [ACTIVE])
    about = await town.db.fetch("SELECT DISTINCT on_behalf_of FROM messages")
    assert [row["on_behalf_of"] for row in about] == [await town.id_of(FIRM)]


async def test_what_is_told_names_neither_the_firm_nor_the_reader(town: Registry) -> None:
    await due_with_agents(town, 1)

    stored = await town.db.fetchval("SELECT string_agg(m::text, '') FROM messages m")
    assert "您的食品经营许可证" not in stored
    for hidden in (FIRM["name"], FIRM["number"], person(1)["name"], person(1)["number"]):
        assert hidden not in stored


async def test_what_nobody_heard_is_told_to_the_first_who_may(town: Registry) -> None:
    await due_with_agents(town)
    assert await town.db.fetchval("SELECT state FROM matches") == "unheard"

    await town.name_agent(FIRM, 1)
    await town.settle()

    assert await town.told(1) == [ACTIVE]
    assert await town.db.fetchval("SELECT state FROM matches") == "told"


async def test_a_new_agent_is_told_what_is_open_and_the_others_not_again(town: Registry) -> None:
    await due_with_agents(town, 1)

    await town.name_agent(FIRM, 2)
    for _ in range(2):
        await town.settle()

    assert (await town.told(1), await town.told(2)) == ([ACTIVE], [ACTIVE])


async def test_a_new_agent_is_not_told_what_is_of_no_use_any_more(town: Registry) -> None:
    founded = after_event("founded", "organisation.founded", subjects=("enterprise",), lasts=30)
    town.city = with_rules(town.city, founded)
    await town.name_agent(FIRM, 1)
    await town.say("organisation.founded", FIRM, founded_on="2026-11-20")
    await town.settle()
    assert await town.told(1) == [("active", "founded")]

    await town.wait(31)
    await town.name_agent(FIRM, 2)
    await town.settle()

    assert await town.told(2) == []


async def test_an_agent_who_may_no_more_hears_no_more(town: Registry) -> None:
    await due_with_agents(town, 1, 2)
    await has_been_read(town, 2)

    for n in (1, 2):
        await town.end_agent(FIRM, n)
    await town.settle()

    assert (await town.told(1), await town.told(2)) == ([GONE], [OVER])
    assert await town.db.fetchval("SELECT count(*) FROM match_messages WHERE ended_at IS NULL") == 0


async def test_who_is_named_again_gets_it_back(town: Registry) -> None:
    await due_with_agents(town, 1)
    await town.end_agent(FIRM, 1)
    await town.settle()

    await town.name_agent(FIRM, 1, valid_from=f"{TODAY + DAY}")
    await town.settle()
    assert await town.told(1) == [GONE]
    await town.wait(1)

    assert await town.told(1) == [ACTIVE]


async def test_a_licence_renewed_is_taken_back_from_everybody_who_acts(town: Registry) -> None:
    await due_with_agents(town, 1, 2)
    await town.end_agent(FIRM, 2)
    await town.settle()

    await town.say("licence.renewal_filed", FIRM, licence_type=FOOD, source_id="DL-2", filed_on="2026-11-20")
    await town.settle()

    assert (await town.told(1), await town.told(2)) == ([GONE], [GONE])


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "told"),
    [
        (TODAY, None, True),
        (TODAY + DAY, None, False),
        (TODAY - DAY, TODAY, True),
        (TODAY - 2 * DAY, TODAY - DAY, False),
        (TODAY, TODAY, True),
    ],
)
async def test_both_days_of_a_right_belong_to_it(
    town: Registry, valid_from: date, valid_until: date | None, *, told: bool
) -> None:
    until = {} if valid_until is None else {"valid_until": f"{valid_until}"}
    await town.name_agent(FIRM, 1, valid_from=f"{valid_from}", **until)
    await due_with_agents(town)

    assert bool(await town.told(1)) is told


async def test_a_right_begins_with_its_day_by_itself(town: Registry) -> None:
    await town.name_agent(FIRM, 1, valid_from=f"{TODAY + DAY}")
    await due_with_agents(town)
    assert await town.told(1) == []

    await town.wait(1)

    assert await town.told(1) == [ACTIVE]


async def test_a_right_ends_with_its_day_by_itself(town: Registry) -> None:
    await town.name_agent(FIRM, 1, valid_until=f"{TODAY}")
    await due_with_agents(town)
    assert await town.told(1) == [ACTIVE]

    await town.wait(1)

    assert await town.told(1) == [GONE]


@pytest.mark.parametrize("ended_first", [True, False])
async def test_an_end_holds_in_whatever_order_it_is_heard(town: Registry, *, ended_first: bool) -> None:
    says = [town.name_agent, town.end_agent]
    for say in reversed(says) if ended_first else says:
        await say(FIRM, 1)
        await town.settle()
    await due_with_agents(town)

    assert await town.told(1) == []


async def test_an_end_closes_only_what_its_own_source_gave(town: Registry) -> None:
    await town.name_agent(FIRM, 1, by="market")
    await town.name_agent(FIRM, 1, by="tax")
    await town.end_agent(FIRM, 1, by="tax")
    await due_with_agents(town)
    assert await town.told(1) == [ACTIVE]

    await town.end_agent(FIRM, 1, by="market")
    await town.settle()

    assert await town.told(1) == [GONE]


async def test_a_word_taken_back_or_corrected_counts_as_it_is_now(town: Registry) -> None:
    word = await town.name_agent(FIRM, 1)
    await due_with_agents(town)

    await town.name_agent(FIRM, 2, id=word)
    await town.settle()
    assert (await town.told(1), await town.told(2)) == ([GONE], [ACTIVE])

    await town.name_agent(FIRM, 2, id=word, withdrawn=True)
    await town.settle()
    assert await town.told(2) == [GONE]


async def test_the_dead_act_for_nobody(town: Registry) -> None:
    await due_with_agents(town, 1)

    await town.say("person.died", person(1), died_on="2026-11-20")
    await town.settle()
    assert await town.told(1) == [GONE]

    await town.say("person.death_withdrawn", person(1), withdrawn_on="2026-11-20")
    await town.settle()
    assert await town.told(1) == [ACTIVE]


async def test_who_acts_for_two_hears_of_each_by_itself(town: Registry) -> None:
    for n in (1, 2):
        await town.name_agent(firm(n), 1)
        await town.licence_due(firm(n))
        await town.licence_due(firm(n), kind="tobacco-retail-licence", days=30)
    await town.settle()
    await sweep_today(town)
    digest = "licence-expiry:digest"
    assert await town.told(1) == [("active", digest)] * 2
    about = await town.db.fetch("SELECT on_behalf_of FROM messages")
    assert {row["on_behalf_of"] for row in about} == {await town.id_of(firm(1)), await town.id_of(firm(2))}

    await town.end_agent(firm(2), 1)
    await town.settle()

    assert sorted(await town.told(1)) == [("active", digest), ("withdrawn", digest)]


def for_guardians(city: City, **facts: object) -> City:
    """Six months after its birthday a child is to be vaccinated, say, of whatever age."""
    timing = Timing(anchor=Anchor.BIRTHDAY, age=0, offset=0, unit=Unit.DAY, lasts=30)
    return with_rules(city, rule("vaccination", timing, audience=Audience.GUARDIAN, **facts))


async def test_both_guardians_of_newborn_twins_hear_of_each_of_them(town: Registry) -> None:
    town.city = for_guardians(town.city)
    for n in (2, 4):
        for parent in (1, 2):
            await town.name_guardian(child(TODAY, n), parent, valid_from=f"{TODAY}")
    await town.settle()
    await sweep_today(town)

    assert await town.told(1) == await town.told(2) == [("active", "vaccination")] * 2
    told_of = await town.db.fetchval("SELECT count(DISTINCT on_behalf_of) FROM messages")
    assert told_of == 2


async def test_a_child_that_comes_of_age_is_told_itself(town: Registry) -> None:
    timing = Timing(anchor=Anchor.BIRTHDAY, age=18, offset=-10, unit=Unit.DAY, lasts=60)
    town.city = with_rules(town.city, rule("of-age", timing, audience=Audience.GUARDIAN))
    teenager = child(date(2008, 11, 30))
    await town.name_guardian(teenager, 1)
    await town.settle()
    await sweep_today(town)
    assert await town.told(1) == [("active", "of-age")]

    await town.wait(9)
    assert await town.told(1) == [("active", "of-age")]
    await town.wait(1)

    assert await town.told(1) == [("withdrawn", "of-age")]
    mine = await town.db.fetch(
        "SELECT state, on_behalf_of FROM messages WHERE recipient_id = $1", await town.id_of(teenager)
    )
    assert [tuple(row) for row in mine] == [("active", None)]


async def test_who_was_born_on_a_leap_day_comes_of_age_on_the_28th(town: Registry) -> None:
    leapling = child(date(2008, 2, 29))
    await town.name_guardian(leapling, 1, valid_from="2020-01-01")
    await town.settle()

    until = await town.db.fetchval("SELECT valid_until FROM representatives")

    assert until == date(2026, 2, 27)
