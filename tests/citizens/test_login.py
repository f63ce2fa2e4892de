"""Signing in and out, from the first tap to the session, over both programs as they are."""

import logging
from datetime import timedelta

import msgspec
import pytest
from redis.asyncio import Redis

from backend.citizens.login import ATTEMPT_LIFETIME
from backend.citizens.service import find_subject_ids, get_profile, record_death_word
from backend.core.clock import FixedClock
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.resources import Resources
from backend.core.settings import Settings
from backend.sandbox.residents import demo_residents, find_resident
from tests.citizens.deaths import death, life
from tests.citizens.test_subjects import LIN
from tests.citizens.world import World


async def test_a_resident_signs_in_and_lands_where_they_wanted_to_go(world: World) -> None:
    async with world.browse() as browser:
        arrived = await world.sign_in(browser, next_path="/wallet?tab=1")

        assert (arrived.status_code, arrived.headers["location"]) == (303, "/wallet?tab=1")
        who = await world.who(browser)
        assert who is not None
        assert (who["name"], who["level"]) == ("林*雯", "advanced")


async def test_what_the_provider_vouches_for_is_kept_sealed(
    world: World, db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)

    subject_id = (await find_subject_ids(db, keyring, [LIN], clock.now()))[LIN.number]
    profile = await get_profile(db, keyring, subject_id)
    assert (profile.number, profile.name, profile.phone) == (LIN.number, LIN.name, "19900001001")


async def test_every_verified_demo_resident_can_sign_in(world: World, db: Database) -> None:
    verified = [resident for resident in demo_residents() if resident.acr != "1"]

    for resident in verified:
        async with world.browse() as browser:
            await world.sign_in(browser, resident.key)
            assert await world.who(browser) is not None, resident.key

    assert await db.fetchval("SELECT count(*) FROM subjects WHERE phone_enc IS NOT NULL") == len(verified)


async def test_signing_in_twice_is_the_same_person(world: World, db: Database) -> None:
    for _ in range(2):
        async with world.browse() as browser:
            await world.sign_in(browser)

    assert await db.fetchval("SELECT count(*) FROM subjects") == 1


async def test_who_is_signed_in_already_goes_straight_on(world: World) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)

        response = await browser.get("/login", params={"next": "/wallet"})

        assert (response.status_code, response.headers["location"]) == (303, "/wallet")


async def test_two_tabs_of_one_browser_can_both_sign_in(world: World) -> None:
    async with world.browse() as browser:
        first, second = await world.begin(browser), await world.begin(browser)

        assert (await browser.get(await world.choose(browser, second))).status_code == 303
        assert (await browser.get(await world.choose(browser, first))).status_code == 303


async def test_a_session_never_keeps_the_name_the_browser_had_before(world: World) -> None:
    async with world.browse() as browser, world.browse() as thief:
        await world.sign_in(browser)
        old, location = browser.cookies["sid"], None
        browser.cookies.delete("sid")
        location = await world.choose(browser, await world.begin(browser), "wang-fang")
        browser.cookies.set("sid", old, domain="hall.test")

        await browser.get(location)

        assert browser.cookies["sid"] != old
        assert (await world.who(browser) or {})["name"] == "王*"
        thief.cookies.set("sid", old, domain="hall.test")
        assert await world.who(thief) is None


async def test_a_planted_session_name_is_not_taken_over(world: World) -> None:
    async with world.browse() as browser, world.browse() as attacker:
        for someone in (browser, attacker):
            someone.cookies.set("sid", "A" * 43, domain="hall.test")

        await world.sign_in(browser)

        assert browser.cookies.get("sid", domain="hall.test", path="/") != "A" * 43
        assert await world.who(attacker) is None


async def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites(
    db: Database, redis: Redis, clock: FixedClock, settings: Settings, keyring: Keyring
) -> None:
    secure = msgspec.structs.replace(settings, public_url="https://hall.test")
    world = World(Resources(db=db, redis=redis, clock=clock, settings=secure, keyring=keyring), clock)
    async with world.browse() as browser:
        begun = await browser.get("/login")
        finished = await browser.get(await world.choose(browser, begun.headers["location"]))

    for name, response in (("__Host-login", begun), ("__Host-sid", finished)):
        cookie = next(line for line in response.headers.get_list("set-cookie") if line.startswith(f"{name}="))
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; ")), cookie
        assert "Domain" not in cookie


async def test_nothing_of_a_sign_in_may_be_stored_by_caches(world: World) -> None:
    async with world.browse() as browser:
        begun = await browser.get("/login")
        finished = await browser.get(await world.choose(browser, begun.headers["location"]))

    assert begun.headers["cache-control"] == finished.headers["cache-control"] == "no-store"


async def test_signing_in_never_leads_to_another_site(world: World) -> None:
    async with world.browse() as browser:
        arrived = await world.sign_in(browser, next_path="//evil.example")

        assert (arrived.status_code, arrived.headers["location"]) == (303, "/")
        assert (await browser.get("/login", params={"next": "/\\evil.example"})).headers["location"] == "/"


async def test_somebody_who_cancels_is_told_so(world: World) -> None:
    async with world.browse() as browser:
        response = await world.sign_in(browser, resident="")

        assert response.status_code == 403
        assert "您取消了登录" in response.text
        assert 'href="/login?next=%2F"' in response.text
        assert await world.who(browser) is None


async def test_trying_again_leads_to_where_it_was_to_lead(world: World) -> None:
    async with world.browse() as browser:
        cancelled = await world.sign_in(browser, resident="", next_path="/wallet?tab=1")
        world.wire.cut.add("openid-configuration")
        world.forget_provider()
        away = await browser.get("/login", params={"next": "/wallet?tab=1"})

    again = 'href="/login?next=%2Fwallet%3Ftab%3D1"'
    assert again in cancelled.text
    assert again in away.text


async def test_somebody_without_verified_name_cannot_sign_in(world: World, db: Database) -> None:
    async with world.browse() as browser:
        response = await world.sign_in(browser, "not-verified")

    assert response.status_code == 403
    assert "实名认证" in response.text
    assert await db.fetchval("SELECT count(*) FROM subjects") == 0


async def test_nobody_signs_in_as_somebody_who_has_died(
    world: World, db: Database, keyring: Keyring, clock: FixedClock
) -> None:
    async with world.browse() as browser:
        await world.sign_in(browser)
    subject_id = (await find_subject_ids(db, keyring, [LIN], clock.now()))[LIN.number]
    async with db.transaction() as tx:
        await record_death_word(tx, death(subject_id, clock.now().date(), clock.now()), clock.now())

    async with world.browse() as browser:
        response = await world.sign_in(browser)

        assert response.status_code == 403
        assert await world.who(browser) is None

    async with db.transaction() as tx:
        await record_death_word(tx, life(subject_id, clock.now()), clock.now())
    async with world.browse() as browser:
        await world.sign_in(browser)

        assert await world.who(browser) is not None


async def test_an_attempt_is_over_after_ten_minutes(world: World, redis: Redis) -> None:
    async with world.browse() as browser:
        await world.begin(browser)

    (key,) = await redis.keys("login:*")
    assert 0 < await redis.ttl(key) <= ATTEMPT_LIFETIME.total_seconds() == timedelta(minutes=10).total_seconds()


async def test_the_english_reader_meets_an_english_provider(world: World) -> None:
    async with world.browse() as browser:
        browser.headers["accept-language"] = "en"
        shown = await browser.get(await world.begin(browser))

    assert "Who do you want to be?" in shown.text


async def test_neither_addresses_nor_logs_hold_anything_personal(
    world: World, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lin = find_resident("lin-xiaowen")
    assert lin is not None
    async with world.browse() as browser, world.browse() as another:
        await world.sign_in(browser)
        await world.sign_in(another, "not-verified")
        kept = [await redis.get(key) for key in await redis.keys("session:*")]

    # what the hall itself logs and asks for; httpx's own debug lines of the two ASGI programs are the browser's
    ours = "".join(record.getMessage() + str(record.__dict__) for record in caplog.records if record.name != "httpx")
    for secret in (lin.number, lin.name, lin.phone):
        assert secret not in ours
        assert all(secret not in url for url in world.wire.urls)
        assert all(secret.encode() not in session for session in kept)


async def test_sign_ins_without_end_from_one_address_are_slowed_down(world: World) -> None:
    async with world.browse() as browser:
        statuses = [(await browser.get("/login")).status_code for _ in range(301)]
        page = await browser.get("/login")

    assert set(statuses[:300]) == {303}
    assert (statuses[300], page.headers["retry-after"]) == (429, "60")
    assert "请求太多了" in page.text


async def test_made_up_answers_are_slowed_down(world: World) -> None:
    async with world.browse() as browser:
        statuses = [(await browser.get("/login/callback?state=made-up&code=x")).status_code for _ in range(61)]

    assert statuses == [400] * 60 + [429]


async def test_made_up_answers_keep_nobody_at_the_same_address_from_signing_in(world: World) -> None:
    async with world.browse() as stranger, world.browse() as browser:
        statuses = [(await stranger.get("/login/callback?state=made-up&code=x")).status_code for _ in range(61)]

        arrived = await world.sign_in(browser, next_path="/wallet")

        assert statuses[-1] == 429
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/wallet")
        assert await world.who(browser) is not None


async def test_a_hall_without_identity_provider_says_so_instead_of_asking_to_try_again(world: World) -> None:
    settings = msgspec.structs.replace(world.resources.settings, oidc_issuer="")
    world.resources = msgspec.structs.replace(world.resources, settings=settings)
    world.forget_provider()

    async with world.browse() as browser:
        answer = await browser.get("/login")
        left = await browser.get("/logout/provider")

    assert answer.status_code == 503
    assert "本站还没有接入统一身份认证" in answer.text
    assert 'href="/login' not in answer.text
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert not world.wire.requests
