"""过几天提醒 and 不再提醒: done by a form, said once in a toast, taken back by one tap."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.inbox import get_message
from notifications.models import Wording
from pwa.views.parts import Text
from pwa.views.shell import Toast
from tests.hall import Browser
from tests.inbox.conftest import Tell

STOPPABLE = Wording(title="驾驶证即将到期", body="请换证。", action="去换证", stop_label="驾驶证到期提醒")


async def test_putting_off_waits_for_the_morning_three_days_later(
    me: Browser, tell: Tell, db: Database, clock: FixedClock
) -> None:
    message_id = await tell()

    answer = await me.submit(f"/messages/{message_id}/later", next="/")
    message = await get_message(db, me.subject_id, message_id, clock.now())

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert message.snoozed_until == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


async def test_the_days_can_be_chosen(me: Browser, tell: Tell, db: Database, clock: FixedClock) -> None:
    message_id = await tell(useful_until=clock.now() + timedelta(days=20))

    await me.submit(f"/messages/{message_id}/later", days="10")
    message = await get_message(db, me.subject_id, message_id, clock.now())

    assert message.snoozed_until == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("days", "status"), [("0", 422), ("31", 422), ("x", 400), ("-1", 400), ("9" * 30, 422)])
async def test_days_that_make_no_sense_are_refused(me: Browser, tell: Tell, days: str, status: int) -> None:
    assert (await me.submit(f"/messages/{await tell()}/later", days=days)).status_code == status


async def test_a_message_of_use_for_two_more_days_is_put_off_to_the_last_of_them(
    me: Browser, tell: Tell, db: Database, clock: FixedClock
) -> None:
    message_id = await tell(useful_until=clock.now() + timedelta(days=2))

    await me.submit(f"/messages/{message_id}/later")
    message = await get_message(db, me.subject_id, message_id, clock.now())

    assert message.snoozed_until == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


async def test_what_ends_today_cannot_be_put_off(me: Browser, tell: Tell, clock: FixedClock) -> None:
    message_id = await tell(useful_until=clock.now() + timedelta(hours=8))

    assert (await me.submit(f"/messages/{message_id}/later")).status_code == 409


async def test_stopping_is_said_once_with_the_way_back(me: Browser, tell: Tell) -> None:
    message_id = await tell(zh=STOPPABLE)

    answer = await me.submit(f"/messages/{message_id}/stop", next="/messages?tab=reminder")
    first = (await me.get(answer.headers["location"])).text
    second = (await me.get(answer.headers["location"])).text

    assert "已停止：驾驶证到期提醒" in first
    assert f'action="/messages/{message_id}/undo-stop?next={quote("/messages?tab=reminder", safe="")}"' in first
    assert "已停止" not in second


async def test_a_stop_can_be_taken_back(me: Browser, tell: Tell, db: Database, clock: FixedClock) -> None:
    message_id = await tell(zh=STOPPABLE)

    await me.submit(f"/messages/{message_id}/stop")
    stopped = await get_message(db, me.subject_id, message_id, clock.now())
    answer = await me.submit(f"/messages/{message_id}/undo-stop?next=%2F")
    resumed = await get_message(db, me.subject_id, message_id, clock.now())

    assert (stopped.stopped, resumed.stopped) == (True, False)
    assert answer.headers["location"] == "/"


async def test_a_stopped_message_offers_to_be_resumed(me: Browser, tell: Tell) -> None:
    message_id = await tell(zh=STOPPABLE)
    await me.submit(f"/messages/{message_id}/stop")

    page = (await me.get(f"/messages/{message_id}")).text

    assert "已设为不再提醒" in page
    assert f'action="/messages/{message_id}/undo-stop"' in page
    assert f'action="/messages/{message_id}/stop"' not in page


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_the_way_back_never_leads_to_another_site(me: Browser, tell: Tell, elsewhere: str) -> None:
    message_id = await tell()

    by_form = await me.submit(f"/messages/{message_id}/stop", next=elsewhere)
    by_query = await me.submit(f"/messages/{message_id}/undo-stop?next={quote(elsewhere, safe='')}")

    assert by_form.headers["location"] == by_query.headers["location"] == f"/messages/{message_id}"


@pytest.mark.parametrize("act", ["later", "stop", "undo-stop"])
async def test_a_form_from_another_site_changes_nothing(
    me: Browser, tell: Tell, db: Database, clock: FixedClock, act: str
) -> None:
    path = f"/messages/{await tell()}/{act}"

    answers = [
        await me.post(path),
        await me.post(path, data={"csrf_token": "guessed"}),
        await me.post(path, data={"csrf_token": me.csrf_token}, headers={"Sec-Fetch-Site": "cross-site"}),
        await me.post(path, data={"csrf_token": me.csrf_token}, headers={"Origin": "https://evil.example"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert await db.fetchval("SELECT count(*) FROM stops") == 0


async def test_a_toast_of_another_hand_is_not_shown(me: Browser) -> None:
    forged = base64.urlsafe_b64encode(b"x" * 32 + msgspec.json.encode(Toast(text=Text("您中奖了")))).decode()
    me.cookies.set("toast", forged, domain="localhost.local")

    answer = await me.get("/messages")

    assert answer.status_code == 200
    assert "您中奖了" not in answer.text
