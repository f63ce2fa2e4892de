"""What one agrees to is read first, holds at once, and stays on record; refusing costs nothing."""

from datetime import timedelta

from backend.core.clock import FixedClock
from backend.core.db import Database
from backend.inbox.events import ConsentChanged
from notifications.consent_texts import TEXTS
from notifications.consents import list_consenting, list_refusing, list_words
from notifications.models import Purpose
from tests.hall import Browser

SETTINGS = "/me/notifications"
RECOMMENDATIONS, FEATURES = "/me/consents/recommendations", "/me/consents/features"


async def test_nothing_is_agreed_to_before_the_text_was_read(me: Browser, db: Database) -> None:
    settings = (await me.get(SETTINGS)).text
    text = (await me.get(RECOMMENDATIONS)).text

    assert f'href="{RECOMMENDATIONS}"' in settings
    assert f'action="{RECOMMENDATIONS}"' not in settings
    for line in TEXTS[Purpose.RECOMMENDATIONS][-1].lines_zh:
        assert line in text
    assert "您还没有同意。" in text
    assert await list_words(db, me.subject_id) == []


async def test_agreeing_and_taking_it_back_are_one_tap_each_and_on_record(
    me: Browser, db: Database, clock: FixedClock
) -> None:
    agreed = await me.submit(RECOMMENDATIONS, given="yes", version="1")
    assert (agreed.status_code, agreed.headers["location"]) == (303, f"{SETTINGS}#recommendations")
    page = (await me.get(SETTINGS)).text
    assert "已同意，会为您推荐" in page
    assert f'action="{RECOMMENDATIONS}"' in page
    assert await list_consenting(db, [me.subject_id]) == {me.subject_id}

    clock.at += timedelta(minutes=1)
    await me.submit(RECOMMENDATIONS, given="no")
    log = (await me.get("/me/consents")).text

    assert await list_consenting(db, [me.subject_id]) == set()
    assert [word.given for word in await list_words(db, me.subject_id)] == [False, True]
    assert log.index("已收回同意") < log.index("已同意")
    assert log.count(TEXTS[Purpose.RECOMMENDATIONS][0].hash.hex()[:8]) == 2
    assert f"{RECOMMENDATIONS}?version=1" in log


async def test_a_yes_to_no_text_or_an_old_one_is_refused(me: Browser, db: Database) -> None:
    answers = [
        await me.submit(RECOMMENDATIONS, given="yes"),
        await me.submit(RECOMMENDATIONS, given="yes", version="99"),
        await me.submit(RECOMMENDATIONS, given="yes", version="eins"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert await list_words(db, me.subject_id) == []


async def test_the_use_of_ones_features_goes_off_and_on_by_one_tap(me: Browser, db: Database) -> None:
    await me.submit(FEATURES, given="no")
    off = (await me.get(SETTINGS)).text
    assert await list_refusing(db, [me.subject_id]) == {me.subject_id}
    assert "不再使用您的信息做推荐" in off
    assert "已经不再使用您的信息做推荐。" in (await me.get(FEATURES)).text
    assert "您选择了“不使用我的信息做推荐”。" in (await me.get(RECOMMENDATIONS)).text

    await me.submit(FEATURES, given="yes", on="off")

    assert await list_refusing(db, [me.subject_id]) == set()
    assert "现在会这样使用您的信息。" in (await me.get(FEATURES)).text


async def test_the_rules_hear_of_every_change_and_of_nothing_else(me: Browser, db: Database) -> None:
    for given in ("yes", "yes", "no", "no"):
        await me.submit(RECOMMENDATIONS, given=given, version="1")

    told = await db.fetch("SELECT subject_id FROM events WHERE type = $1", ConsentChanged.__struct_config__.tag)

    assert [row["subject_id"] for row in told] == [me.subject_id] * 2


async def test_everybody_sees_their_own_words_alone(me: Browser, neighbour: Browser, visitor: Browser) -> None:
    await me.submit(FEATURES, given="no")

    assert "已选择不使用" in (await me.get("/me/consents")).text
    assert "已选择不使用" not in (await neighbour.get("/me/consents")).text
    assert (await visitor.get("/me/consents")).status_code in {303, 401}
    assert (await visitor.submit(FEATURES, given="no")).status_code in {303, 401}


async def test_an_earlier_text_is_only_read_and_an_unknown_one_not_found(me: Browser) -> None:
    assert (await me.get(f"{RECOMMENDATIONS}?version=1")).status_code == 200
    assert (await me.get(f"{RECOMMENDATIONS}?version=99")).status_code == 404
    assert (await me.get("/me/consents/everything")).status_code == 404


async def test_usual_quiet_hours_are_one_tap(me: Browser) -> None:
    before = (await me.get(SETTINGS)).text
    await me.submit("/me/quiet-hours", begins="21:00", ends="07:00")
    after = (await me.get(SETTINGS)).text

    assert 'name="begins" value="21:00"' in before
    assert 'type="hidden" name="begins" value="21:00"' not in after
    assert 'type="hidden" name="begins" value="22:00"' in after
