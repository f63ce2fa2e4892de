"""Who gets to the operators' desk, by which door, and who does not."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.operators.service import add_operator, list_operators, revoke_operator, rotate_key
from tests.hall import Hall

PAGE = "/ops/search-misses"
HTML = {"Accept": "text/html"}
AT_THE_DOOR = "/ops/sign-in?next=%2Fops%2Fsearch-misses"


async def sign_in(browser: httpx.AsyncClient, key: str, **fields: str) -> httpx.Response:
    return await browser.post("/ops/sign-in", data={"key": key, **fields})


@pytest.fixture
async def key(db: Database, clock: FixedClock) -> str:
    return await add_operator(db, "赵敏", ["cashier"], clock.now())


async def test_a_key_opens_the_desk(hall: Hall, key: str) -> None:
    async with hall.browser() as browser:
        answer = await sign_in(browser, key, next=PAGE)
        page = await browser.get(answer.headers["location"], headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "赵敏" in page.text


async def test_the_cookie_goes_to_the_desk_alone_and_never_from_another_site(hall: Hall, key: str) -> None:
    async with hall.browser() as browser:
        cookie = (await sign_in(browser, key)).headers["set-cookie"]

    assert re.fullmatch(r"operator=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/ops; SameSite=strict", cookie)


async def test_over_https_the_cookie_is_secure(db: Database, key: str, hall: Hall) -> None:
    held = hall.resources
    secure = Hall(
        hall.handlers,
        db=db,
        redis=held.redis,
        clock=held.clock,
        keyring=held.keyring,
        public_url="https://hall.example",
    )

    async with secure.browser() as browser:
        cookie = (await sign_in(browser, key)).headers["set-cookie"]

    assert cookie.startswith("__Secure-operator=")
    assert "; Secure" in cookie


async def test_a_wrong_key_is_told_and_opens_nothing(hall: Hall, key: str) -> None:
    async with hall.browser() as browser:
        answer = await sign_in(browser, key[:-1] + "!", next=PAGE)

        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert "这个密钥无效" in answer.text
        assert f'name="next" value="{PAGE}"' in answer.text
        assert key[:-1] not in answer.text


async def test_wrong_keys_are_limited_by_address(hall: Hall, key: str, clock: FixedClock) -> None:
    async with hall.browser() as browser:
        answers = [(await sign_in(browser, "sso_x")).status_code for _ in range(11)]
        with_the_right_one = await sign_in(browser, key)
        clock.at += timedelta(minutes=1)
        a_minute_later = await sign_in(browser, key)

    assert answers == [401] * 10 + [429]
    assert with_the_right_one.status_code == 429
    assert int(with_the_right_one.headers["retry-after"]) <= 60
    assert a_minute_later.status_code == 303


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/wallet", "/opsx", "/ops\\x", ""])
async def test_the_door_leads_to_the_desk_alone(hall: Hall, key: str, elsewhere: str) -> None:
    async with hall.browser() as browser:
        answer = await sign_in(browser, key, next=elsewhere)

    assert answer.headers["location"] == "/ops"


async def test_signing_in_again_makes_another_session_and_ends_the_first(hall: Hall, key: str) -> None:
    async with hall.browser() as browser:
        await sign_in(browser, key)
        first = dict(browser.cookies)
        await sign_in(browser, key)

        assert dict(browser.cookies) != first
        assert (await browser.get(PAGE, headers=HTML)).status_code == 200
    async with hall.browser() as thief:
        thief.cookies.set("operator", first["operator"], path="/ops")
        assert (await thief.get(PAGE)).headers["location"] == AT_THE_DOOR


async def test_a_stranger_is_led_to_the_door(hall: Hall) -> None:
    async with hall.browser() as browser:
        answer = await browser.get(PAGE, headers=HTML)
        tried = await browser.post("/ops/trial")

    assert (answer.status_code, answer.headers["location"]) == (303, AT_THE_DOOR)
    assert tried.status_code == 401


async def test_a_resident_is_a_stranger_at_the_desk(hall: Hall) -> None:
    async with await hall.resident() as resident:
        answer = await resident.get(PAGE, headers=HTML)
        tried = await resident.submit("/ops/trial")
        door = await resident.get("/ops/sign-in")

    assert answer.headers["location"] == AT_THE_DOOR
    assert tried.status_code == 401
    assert "林*雯" not in door.text + tried.text


async def test_a_residents_cookie_under_the_operators_name_opens_nothing(hall: Hall) -> None:
    async with await hall.resident() as resident:
        resident.cookies.set("operator", resident.cookies["sid"], path="/ops")

        assert (await resident.get(PAGE)).headers["location"] == AT_THE_DOOR


async def test_an_operator_is_nobody_on_residents_pages(hall: Hall) -> None:
    async with await hall.operator("cashier") as operator:
        operator.cookies.set("sid", operator.cookies["operator"], domain="localhost.local", path="/")

        answer = await operator.get("/me/notifications")

    assert answer.headers["location"].startswith("/login?next=")


async def test_a_revoked_operator_is_out_with_the_next_request(hall: Hall, db: Database, clock: FixedClock) -> None:
    async with await hall.operator("cashier") as operator:
        assert (await operator.get(PAGE)).status_code == 200

        await revoke_operator(db, (await list_operators(db))[0].operator_id, clock.now())

        assert (await operator.get(PAGE)).headers["location"] == AT_THE_DOOR
        assert (await operator.submit("/ops/trial")).status_code == 401


async def test_another_key_ends_the_sessions_of_the_old_one(hall: Hall, db: Database) -> None:
    async with await hall.operator("cashier") as operator:
        await rotate_key(db, (await list_operators(db))[0].operator_id)

        assert (await operator.get(PAGE)).headers["location"] == AT_THE_DOOR


async def test_a_session_ends_after_twelve_hours(hall: Hall, clock: FixedClock) -> None:
    async with await hall.operator("cashier") as operator:
        clock.at += timedelta(hours=12, seconds=-1)
        assert (await operator.get(PAGE)).status_code == 200

        clock.at += timedelta(seconds=1)
        assert (await operator.get(PAGE)).headers["location"] == AT_THE_DOOR


async def test_signing_out_ends_the_session(hall: Hall) -> None:
    async with await hall.operator("cashier") as operator:
        cookie = operator.cookies["operator"]
        answer = await operator.submit("/ops/sign-out")
        operator.cookies.set("operator", cookie, domain="localhost.local", path="/ops")

        assert (answer.status_code, answer.headers["location"]) == (303, "/ops/sign-in")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await operator.get(PAGE)).headers["location"] == AT_THE_DOOR


@pytest.mark.parametrize("path", ["/ops/trial", "/ops/sign-out"])
async def test_changes_want_the_token_of_the_session(hall: Hall, db: Database, path: str) -> None:
    async with await hall.operator("cashier") as operator:
        bare = await operator.post(path)
        wrong = await operator.post(path, data={"csrf_token": "x" * 43})
        from_elsewhere = await operator.post(
            path, data={"csrf_token": operator.csrf_token}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert (await operator.get(PAGE)).status_code == 200

    assert [bare.status_code, wrong.status_code, from_elsewhere.status_code] == [403, 403, 403]
    assert await acts(db) == [("operators.signed_in", {})]


async def test_nobody_is_signed_in_on_behalf_of_another_site(hall: Hall, key: str) -> None:
    async with hall.browser() as browser:
        answer = await browser.post("/ops/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_what_an_operator_does_is_logged(hall: Hall, db: Database) -> None:
    async with await hall.operator("cashier") as operator:
        assert (await operator.submit("/ops/trial")).status_code == 303

    assert await acts(db) == [("operators.signed_in", {}), ("trial.written_off", {"fen": 100})]


@pytest.mark.parametrize("roles", [["watcher"], ["rules"], ["rules", "watcher"]])
async def test_without_the_role_nothing_is_done_and_that_is_said(hall: Hall, db: Database, roles: list[str]) -> None:
    async with await hall.operator(*roles) as operator:
        answer = await operator.submit("/ops/trial")

    assert answer.status_code == 403
    assert "没有这项权限" in answer.text
    assert await acts(db) == [("operators.signed_in", {})]


async def test_a_role_taken_away_is_gone_with_the_next_request(hall: Hall, db: Database) -> None:
    async with await hall.operator("cashier") as operator:
        await db.execute("UPDATE operators SET roles = '{watcher}'")

        assert (await operator.submit("/ops/trial")).status_code == 403


@pytest.mark.parametrize("cookie", ["", "short", "x" * 43, "é" * 43, "x" * 5000])
async def test_what_is_no_session_opens_nothing(hall: Hall, cookie: str) -> None:
    async with hall.browser() as browser:
        answer = await browser.get(PAGE, headers={"Cookie": f"operator={cookie}".encode()})

    assert answer.headers["location"] == AT_THE_DOOR


async def acts(db: Database) -> list[tuple[str, Any]]:
    rows = await db.fetch("SELECT kind, facts, about FROM operator_acts ORDER BY act_id")
    assert all(row["about"] == "D-1" or UUID(row["about"]) for row in rows)
    return [(row["kind"], msgspec.json.decode(row["facts"])) for row in rows]
