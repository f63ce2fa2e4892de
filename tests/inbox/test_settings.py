"""我的: who one is, how one wants to be told, how the screens look."""

from datetime import time

import pytest

from backend.citizens.models import Level
from backend.core.db import Database
from notifications.models import QuietHours
from notifications.preferences import get_reader, list_choices, set_quiet_hours
from tests.hall import Browser, Hall


async def test_a_visitor_may_only_choose_how_it_looks(visitor: Browser) -> None:
    page = await visitor.get("/me")

    assert page.status_code == 200
    assert "您还没有登录" in page.text
    assert "/me/display" in page.text
    assert "/me/notifications" not in page.text


@pytest.mark.parametrize(("level", "words"), [(Level.ADVANCED, "实名 · 高级"), (Level.REAL_NAME, "实名 · 初级")])
async def test_a_resident_sees_name_and_level(hall: Hall, level: Level, words: str) -> None:
    async with await hall.resident(level=level) as me:
        page = (await me.get("/me")).text

    assert "林*雯" in page
    assert words in page
    assert "22:00–08:00" in page


async def test_a_switch_saves_and_says_so(me: Browser, db: Database) -> None:
    answer = await me.submit("/me/notifications", topic="licence-expiry", channel="sms", on="on")
    page = (await me.get("/me/notifications")).text
    choices = {choice.topic: choice for choice in await list_choices(db, me.subject_id)}

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/notifications#licence-expiry")
    assert "证照到期与续期：短信已打开" in page
    assert choices["licence-expiry"].sms


async def test_a_switch_goes_off_again(me: Browser, db: Database) -> None:
    await me.submit("/me/notifications", topic="licence-expiry", channel="push", on="off")

    choices = {choice.topic: choice for choice in await list_choices(db, me.subject_id)}

    assert not choices["licence-expiry"].web_push
    assert choices["case"].web_push


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"topic": "weather", "channel": "push", "on": "on"}, 400),
        ({"topic": "licence-expiry", "channel": "inbox", "on": "off"}, 422),
        ({"topic": "licence-expiry", "channel": "pigeon", "on": "on"}, 422),
        ({}, 400),
    ],
)
async def test_switches_that_do_not_exist_are_refused(
    me: Browser, db: Database, fields: dict[str, str], status: int
) -> None:
    answer = await me.submit("/me/notifications", **fields)

    assert answer.status_code == status
    assert await db.fetchval("SELECT count(*) FROM preferences") == 0


async def test_quiet_hours_are_saved(me: Browser, db: Database) -> None:
    answer = await me.submit("/me/quiet-hours", begins="21:30", ends="09:00")
    page = (await me.get("/me/notifications")).text

    assert answer.headers["location"] == "/me/notifications#quiet"
    assert (await get_reader(db, me.subject_id)).quiet_hours == QuietHours(time(21, 30), time(9))
    assert "不打扰时段已保存" in page
    assert 'value="21:30"' in page


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("", "08:00", "请填写时间"),
        ("25:00", "08:00", "请填写时间"),
        ("22:00", "8", "请填写时间"),
        ("22:00", "08:00:00", "请填写时间"),
        ("22:00", "22:00", "结束要和开始不同"),
    ],
)
async def test_quiet_hours_that_cannot_be_come_back_with_the_reason(
    me: Browser, db: Database, begins: str, ends: str, words: str
) -> None:
    answer = await me.submit("/me/quiet-hours", begins=begins, ends=ends)

    assert answer.status_code == 422
    assert words in answer.text
    assert await db.fetchval("SELECT count(*) FROM recipients") == 0


async def test_midnight_is_a_time(me: Browser, db: Database) -> None:
    await me.submit("/me/quiet-hours", begins="00:00", ends="07:00")

    assert (await get_reader(db, me.subject_id)).quiet_hours == QuietHours(time(0), time(7))


async def test_somebody_who_switched_quiet_hours_off_still_sees_the_settings(
    me: Browser, db: Database, hall: Hall
) -> None:
    async with db.transaction() as tx:
        await set_quiet_hours(tx, me.subject_id, None, hall.resources.clock.now())

    for path in ("/me", "/me/notifications", "/me/push", "/messages"):
        assert (await me.get(path)).status_code == 200


async def test_settings_need_a_login(visitor: Browser) -> None:
    answers = {path: await visitor.get(path) for path in ("/me/notifications", "/me/push")}

    assert {path: answer.headers["location"] for path, answer in answers.items()} == {
        "/me/notifications": "/login?next=%2Fme%2Fnotifications",
        "/me/push": "/login?next=%2Fme%2Fpush",
    }


async def test_a_settings_form_without_the_token_is_refused(me: Browser, db: Database) -> None:
    switched = await me.post("/me/notifications", data={"topic": "licence-expiry", "channel": "sms", "on": "on"})
    quiet = await me.post("/me/quiet-hours", data={"begins": "21:00", "ends": "09:00"})

    assert (switched.status_code, quiet.status_code) == (403, 403)
    assert await db.fetchval("SELECT count(*) FROM preferences") == 0


async def test_push_is_explained_before_the_browser_asks(me: Browser) -> None:
    page = (await me.get("/me/push")).text

    assert 'data-behaviour="push"' in page
    assert "证照到期前，提醒您去换" in page
