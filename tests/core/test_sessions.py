"""A session lives while it is used, at most half a day, on one device, under a name nobody can guess or plant."""

from datetime import timedelta
from uuid import uuid4

import msgspec
from redis.asyncio import Redis

from backend.core.clock import FixedClock
from backend.core.sessions import (
    IDLE,
    LIFETIME,
    count_other_sessions,
    create_session,
    end_other_sessions,
    end_session,
    find_session,
)


async def test_a_session_is_found_by_its_cookie(redis: Redis, clock: FixedClock) -> None:
    cookie, session = await create_session(redis, uuid4(), "林*雯", clock.now(), level="advanced")

    assert await find_session(redis, cookie, clock.now()) == session


async def test_redis_never_holds_the_cookie_itself(redis: Redis, clock: FixedClock) -> None:
    cookie, _ = await create_session(redis, uuid4(), "林*雯", clock.now())

    for key in await redis.keys("*"):
        held = await redis.get(key) if await redis.type(key) == b"string" else b"".join(await redis.zrange(key, 0, -1))
        assert cookie.encode() not in key + (held or b"")


async def test_a_cookie_that_we_did_not_make_finds_nothing(redis: Redis, clock: FixedClock) -> None:
    for planted in ("", "x" * 43, "é" * 43, "x" * 100_000):
        assert await find_session(redis, planted, clock.now()) is None


async def test_use_keeps_a_session_alive_for_another_idle_period(redis: Redis, clock: FixedClock) -> None:
    cookie, session = await create_session(redis, uuid4(), "林*雯", clock.now())
    await redis.expire(session.key, 5)

    await find_session(redis, cookie, clock.now())

    assert await redis.ttl(session.key) > IDLE.total_seconds() - 5


async def test_no_use_keeps_a_session_alive_beyond_its_lifetime(redis: Redis, clock: FixedClock) -> None:
    cookie, session = await create_session(redis, uuid4(), "林*雯", clock.now())

    assert await find_session(redis, cookie, clock.now() + LIFETIME - timedelta(seconds=1)) == session
    assert await find_session(redis, cookie, clock.now() + LIFETIME) is None
    assert await redis.exists(session.key) == 0


async def test_ending_one_session_leaves_the_other_devices_signed_in(redis: Redis, clock: FixedClock) -> None:
    person = uuid4()
    phone, on_phone = await create_session(redis, person, "林*雯", clock.now())
    tablet, _ = await create_session(redis, person, "林*雯", clock.now())

    await end_session(redis, on_phone)

    assert await find_session(redis, phone, clock.now()) is None
    assert await find_session(redis, tablet, clock.now()) is not None


async def test_ending_the_other_sessions_leaves_this_device_and_other_people(redis: Redis, clock: FixedClock) -> None:
    person, other = uuid4(), uuid4()
    cookies = [(await create_session(redis, person, "林*雯", clock.now()))[0] for _ in range(3)]
    here, session = await create_session(redis, person, "林*雯", clock.now())
    others, _ = await create_session(redis, other, "王*", clock.now())

    assert await end_other_sessions(redis, session) == 3

    assert [await find_session(redis, cookie, clock.now()) for cookie in cookies] == [None, None, None]
    assert await find_session(redis, here, clock.now()) == session
    assert await find_session(redis, others, clock.now()) is not None
    assert await end_other_sessions(redis, session) == 0


async def test_devices_that_were_left_alone_too_long_do_not_count(redis: Redis, clock: FixedClock) -> None:
    person = uuid4()
    _, here = await create_session(redis, person, "林*雯", clock.now())
    await create_session(redis, person, "林*雯", clock.now())
    _, idle = await create_session(redis, person, "林*雯", clock.now())
    await redis.delete(idle.key)

    assert await count_other_sessions(redis, here) == 1


async def test_the_list_of_a_persons_sessions_does_not_grow_with_every_sign_in(redis: Redis, clock: FixedClock) -> None:
    person = uuid4()
    for _ in range(3):
        await create_session(redis, person, "林*雯", clock.now())

    await create_session(redis, person, "林*雯", clock.now() + LIFETIME)

    assert await redis.zcard(f"sessions-of:{person}") == 1


async def test_a_session_of_another_shape_means_signing_in_again(redis: Redis, clock: FixedClock) -> None:
    cookie, session = await create_session(redis, uuid4(), "林*雯", clock.now())
    await redis.set(session.key, msgspec.msgpack.encode({"key": session.key}))

    assert await find_session(redis, cookie, clock.now()) is None
