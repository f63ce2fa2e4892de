"""The demo shows 免申即享 by one allowance that is plainly made up; the city's own stay as its pack has them."""

import shutil
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.catalogue.publishing import publish_pack
from backend.city.check import check_pack
from backend.city.pack import SHANGHAI, read_pack
from backend.city.rules import MessageClass, RuleState
from backend.city.service import city_of, read_city
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.demo import DEPARTMENTS
from backend.demo_entitlements import RULE, feed_entitlement, with_demo_entitlement
from backend.departments.service import add_department
from backend.matching.examples import judged
from backend.matching.rulebook import Rulebook

FIRST_DAY = date(2026, 11, 20)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return with_demo_entitlement(SHANGHAI, with_demo_entitlement(SHANGHAI, tmp_path).parent)


def test_the_pack_with_it_is_free_of_faults_and_says_that_it_is_made_up(pack: Path) -> None:
    added = read_pack(pack).rules.keys() - read_pack(SHANGHAI).rules.keys()
    rule = read_pack(pack).rules[RULE]

    assert check_pack(pack) == []
    assert added == {RULE}
    assert rule.wording is not None
    assert rule.legal_basis == ()
    for text in (rule.name, rule.wording.title, rule.wording.body, rule.wording.reason):
        assert "演示" in text.zh
        assert "demo" in (text.en or "").lower() or "made up" in (text.en or "")


@pytest.mark.parametrize(("name", "content"), [("rule_examples.yaml", "[]\n"), ("rules.yaml", "[]")])
def test_a_pack_may_keep_an_empty_list(tmp_path: Path, name: str, content: str) -> None:
    city = shutil.copytree(SHANGHAI, tmp_path / "city")
    (city / "rule_examples.yaml").write_text("[]")
    (city / name).write_text(content)

    with_it = with_demo_entitlement(city, tmp_path)

    assert RULE in read_pack(with_it).rules
    assert check_pack(with_it) == check_pack(city)


def test_a_pack_may_indent_its_lists_and_let_nobody_write(tmp_path: Path) -> None:
    city = shutil.copytree(SHANGHAI, tmp_path / "city")
    for file in city.glob("*.yaml"):
        if file.name != "city.yaml":
            file.write_text(textwrap.indent(file.read_text("utf-8"), "  "), "utf-8")
        file.chmod(0o444)
    city.chmod(0o555)

    with_it = [with_demo_entitlement(city, tmp_path) for _ in range(2)][-1]
    city.chmod(0o755)

    assert check_pack(with_it) == []
    assert read_pack(with_it) == read_pack(with_demo_entitlement(SHANGHAI, tmp_path))
    assert with_it.stat().st_mode & 0o200


@pytest.mark.parametrize("department", sorted({*DEPARTMENTS, "try-it"}))
def test_messages_can_name_whoever_feeds_the_demo(pack: Path, department: str) -> None:
    name = read_pack(pack).departments[department].name

    assert name.zh.startswith("演示：")
    assert (name.en or "").startswith("Demo: ")


def test_no_entitlement_of_the_city_itself_is_live(pack: Path) -> None:
    rules = read_pack(pack).rules.values()
    live = {
        rule.code for rule in rules if rule.message_class is MessageClass.ENTITLEMENT and rule.state is RuleState.LIVE
    }

    assert live == {RULE}


def test_its_examples_hold(pack: Path) -> None:
    book = Rulebook(city_of(read_pack(pack)), {})
    verdicts = {rule.code: verdict for rule, _, verdict in judged(book)}

    assert verdicts[RULE] == {0: None, 1: "not-due"}


async def test_a_second_start_offers_nothing_anew(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, pack: Path
) -> None:
    facts: dict[str, Any] = {"database_url": "", "redis_url": "", "data_keys": "", "lookup_key": ""}
    hall = Resources(db=db, redis=redis, clock=clock, keyring=keyring, settings=Settings(**facts))
    await publish_pack(db, pack, clock.now())
    await add_department(db, "demo-services", "演示", ["events:*", "cards:*"], clock.now())

    for _ in range(2):
        await feed_entitlement(hall, await read_city(db), FIRST_DAY)

    assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'departments.event_received'") == 1
    assert await db.fetchval("SELECT count(*) FROM bank_cards WHERE removed_at IS NULL") == 1
