"""What demo residents owe comes by the bill feed, fits the pack, and is owed once however often the demo starts."""

from datetime import date
from typing import Any

import msgspec
from redis.asyncio import Redis

from backend.city.city import City
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.demo_bills import DEMO_BILLS, feed_bills
from backend.departments.service import add_department

FIRST_DAY = date(2026, 11, 20)


async def opened(db: Database, redis: Redis, clock: FixedClock, keyring: Keyring) -> Resources:
    facts: dict[str, Any] = {"database_url": "", "redis_url": "", "data_keys": "", "lookup_key": ""}
    for department in {bill.department for bill in DEMO_BILLS}:
        await add_department(db, department, department, ["bills:*"], clock.now())
    return Resources(db=db, redis=redis, clock=clock, keyring=keyring, settings=Settings(**facts))


async def test_a_second_start_makes_no_second_bill(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    hall = await opened(db, redis, clock, keyring)

    for _ in range(2):
        await feed_bills(hall, city, FIRST_DAY)

    rows = await db.fetch("SELECT fee_code, amount_fen FROM bills WHERE state = 'open'")
    assert sorted(map(tuple, rows)) == sorted((bill.fee, bill.amount_fen) for bill in DEMO_BILLS)
    assert await db.fetchval("SELECT count(*) FROM events") == len(DEMO_BILLS)


async def test_one_is_owed_by_an_organisation(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    hall = await opened(db, redis, clock, keyring)

    await feed_bills(hall, city, FIRST_DAY)

    kinds = await db.fetch("SELECT kind FROM bills JOIN subjects USING (subject_id)")
    assert [row["kind"] for row in kinds].count("organisation") == 1


async def test_fees_have_the_amount_of_the_pack(city: City) -> None:
    fixed = {bill.fee: bill.amount_fen for bill in DEMO_BILLS if city.fees[bill.fee].amount_fen is not None}

    assert {fee: city.fees[fee].amount_fen for fee in fixed} == fixed
    assert fixed["passport"] == 120_00
    assert fixed["driving-licence"] == 10_00


async def test_a_city_without_these_fees_has_a_demo_without_these_bills(
    db: Database, redis: Redis, clock: FixedClock, keyring: Keyring, city: City
) -> None:
    hall = await opened(db, redis, clock, keyring)

    await feed_bills(hall, msgspec.structs.replace(city, fees={}), FIRST_DAY)

    assert await db.fetchval("SELECT count(*) FROM bills") == 0
