"""What a person stopped is listed in words and comes back by one tap; quiet hours go off, on and elsewhere."""

import re
from datetime import time

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.inbox.choices import shifted
from notifications.models import QuietHours, Wording
from notifications.preferences import get_reader, list_stops, stop_rule, stop_topic
from pwa.views import messages
from tests.hall import Browser
from tests.inbox.conftest import Tell

PAGE = "/me/notifications"
PASSPORT = Wording(title="护照快到期了", body="请换发。", action="去换发", stop_label="普通护照到期提醒")


async def stop_passports(me: Browser, tell: Tell) -> None:
    message = await tell(rule="licence-expiry:passport", zh=PASSPORT, en=None)
    await me.submit(f"/messages/{message}/stop")


async def test_what_was_stopped_is_listed_in_the_words_of_its_message(me: Browser, tell: Tell) -> None:
    before = await me.get(PAGE)
    await stop_passports(me, tell)
    after = await me.get(PAGE)

    assert "已停止的提醒" not in before.text
    assert "普通护照到期提醒" in after.text
    assert "11\u00a0月 20\u00a0日停止" in after.text.replace("11\u00a0月\u00a020", "11\u00a0月 20")


async def test_one_tap_takes_a_stop_back(me: Browser, tell: Tell, db: Database) -> None:
    await stop_passports(me, tell)
    fields = dict(re.findall(r'name="(scope|name)" value="([^"]+)"', (await me.get(PAGE)).text))

    answer = await me.submit(f"{PAGE}/resume", **fields)
    page = await me.get(PAGE)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#stopped")
    assert "已恢复：普通护照到期提醒" in page.text
    assert "已停止的提醒" not in page.text
    assert await list_stops(db, me.subject_id) == []


async def test_a_stopped_topic_and_a_stop_without_words_can_be_taken_back(
    me: Browser, db: Database, clock: FixedClock
) -> None:
    await stop_topic(db, me.subject_id, "case", clock.now())
    await stop_rule(db, me.subject_id, "licence-expiry:old", clock.now())
    page = await me.get(PAGE)

    await me.submit(f"{PAGE}/resume", scope="topic", name="case")
    await me.submit(f"{PAGE}/resume", scope="rule", name="licence-expiry:old")

    assert "办件进度与补正" in page.text
    assert "一类提醒" in page.text
    assert await list_stops(db, me.subject_id) == []


async def test_taking_back_what_is_not_stopped_changes_nothing(
    me: Browser, neighbour: Browser, tell: Tell, db: Database
) -> None:
    await stop_passports(me, tell)

    answers = [
        await neighbour.submit(f"{PAGE}/resume", scope="rule", name="licence-expiry:passport"),
        await me.submit(f"{PAGE}/resume", scope="topic", name="licence-expiry:passport"),
        await me.submit(f"{PAGE}/resume"),
    ]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert [stop.name for stop in await list_stops(db, me.subject_id)] == ["licence-expiry:passport"]


async def test_quiet_hours_go_off_and_on_again_with_the_hours_they_had(me: Browser, db: Database) -> None:
    await me.submit("/me/quiet-hours", begins="21:30", ends="09:00")

    await me.submit("/me/quiet-hours/switch", on="off")
    off = [(await me.get(path)).text for path in (PAGE, "/me", "/me/push", "/messages")]
    reader = await get_reader(db, me.subject_id)
    answer = await me.submit("/me/quiet-hours/switch", on="on")

    assert reader.quiet_hours is None
    assert "已关闭不打扰" in off[0]
    assert not any("21:30" in page for page in off)
    assert answer.headers["location"] == f"{PAGE}#quiet"
    assert (await get_reader(db, me.subject_id)).quiet_hours == QuietHours(time(21, 30), time(9))


async def test_whoever_never_chose_hours_gets_the_usual_ones_back(me: Browser, db: Database) -> None:
    for on in ("off", "on"):
        await me.submit("/me/quiet-hours/switch", on=on)

    assert (await get_reader(db, me.subject_id)).quiet_hours == QuietHours()


async def test_elders_shift_the_hours_by_one_tap(me: Browser, db: Database) -> None:
    me.cookies.set("mode", "elder", domain="localhost.local")
    page = (await me.get(PAGE)).text

    assert "现在从 22:00 到 08:00 不打扰" in page
    assert 'type="time"' not in page
    assert 'name="begins" value="21:00"' in page
    assert 'name="ends" value="07:00"' in page
    assert 'name="begins" value="23:00"' in page


def test_shifting_goes_around_midnight() -> None:
    assert shifted(QuietHours(time(0, 30), time(7)), -1) == messages.QuietHours(begins=time(23, 30), ends=time(6))
    assert shifted(QuietHours(time(23), time(8)), 1) == messages.QuietHours(begins=time(0), ends=time(9))
