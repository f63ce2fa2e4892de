"""消息: the list and one message, for their owner alone."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from backend.core.clock import FixedClock
from backend.core.db import Database
from notifications.inbox import count_unread, get_message
from notifications.models import Item, Kind, Tab, Why, Wording
from notifications.preferences import list_stops
from notifications.service import withdraw
from tests.hall import Browser
from tests.inbox.conftest import Tell


async def test_a_visitor_is_asked_to_sign_in(visitor: Browser) -> None:
    answer = await visitor.get("/messages")

    assert answer.status_code == 200
    assert "/login?next=%2Fmessages" in answer.text


async def test_the_list_opens_where_something_is_unread(me: Browser, tell: Tell) -> None:
    await tell(tab=Tab.NOTICE, zh=Wording(title="养老金已到账", body="十一月。", action="查看"))

    page = (await me.get("/messages")).text

    assert "养老金已到账" in page
    assert 'href="/messages?tab=notice" aria-current="page"' in page


async def test_the_newest_thing_to_do_is_drawn_with_its_reason(me: Browser, tell: Tell, clock: FixedClock) -> None:
    await tell(zh=Wording(title="较早的一条", body="…", action="去办"))
    clock.at += timedelta(minutes=1)
    why = Why(based_on="驾驶证，有效期至 2026-12-18", rule="到期前 30 天提醒", source="《道路交通安全法》")
    await tell(zh=Wording(title="驾驶证即将到期", body="请换证。", action="去换证", why=why))

    page = (await me.get("/messages?tab=reminder")).text

    assert "到期前" in page
    assert page.index("驾驶证即将到期") < page.index("去换证") < page.index("较早的一条")
    assert page.count(">驾驶证即将到期<") == 1


async def test_the_list_goes_on_where_a_page_ends(me: Browser, tell: Tell, clock: FixedClock) -> None:
    for number in range(25):
        clock.at += timedelta(minutes=1)
        await tell(zh=Wording(title=f"第{number}号消息", body="…", action="查看"), due_on=None)

    first = await me.get("/messages?tab=reminder")
    following = first.text.split('href="/messages?tab=reminder&amp;after=')[1].split('"')[0]
    second = await me.get(f"/messages?tab=reminder&after={following}")

    assert ("第24号消息" in first.text, "第4号消息" in first.text) == (True, False)
    assert ("第24号消息" in second.text, "第4号消息" in second.text) == (False, True)
    assert "after=" not in second.text


async def test_a_place_that_does_not_exist_is_refused(me: Browser) -> None:
    assert (await me.get("/messages?tab=reminder&after=nonsense")).status_code == 400
    assert (await me.get("/messages?tab=elsewhere")).status_code == 400


async def test_showing_a_message_marks_it_read(me: Browser, tell: Tell, db: Database, clock: FixedClock) -> None:
    message_id = await tell()

    page = await me.get(f"/messages/{message_id}")

    assert page.status_code == 200
    assert "no-store" in page.headers["cache-control"]
    assert (await count_unread(db, me.subject_id, clock.now())).total == 0


async def test_a_tapped_push_leads_to_the_guide_and_marks_read(
    me: Browser, tell: Tell, db: Database, clock: FixedClock
) -> None:
    message_id = await tell(link="/services/CN-driving-licence")

    answer = await me.get(f"/messages/{message_id}/open")

    assert (answer.status_code, answer.headers["location"]) == (303, "/services/CN-driving-licence")
    assert (await get_message(db, me.subject_id, message_id, clock.now())).read


async def test_a_push_tapped_signed_out_comes_back_after_the_login(visitor: Browser, tell: Tell) -> None:
    message_id = await tell()

    answer = await visitor.get(f"/messages/{message_id}/open")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next=%2Fmessages%2F{message_id}%2Fopen"


async def test_a_push_tapped_after_the_renewal_says_that_it_is_over(
    me: Browser, tell: Tell, db: Database, clock: FixedClock
) -> None:
    message_id = await tell(rule="licence-expiry:x", occasion="once")
    await me.get(f"/messages/{message_id}")
    await withdraw(db, me.subject_id, "licence-expiry:x", clock.now(), occasions=["once"])

    answer = await me.get(f"/messages/{message_id}/open")
    page = (await me.get(answer.headers["location"])).text

    assert answer.headers["location"] == f"/messages/{message_id}"
    assert await _gone_on(db, me) == []
    assert "不用再办" in page
    assert "去换证" not in page
    assert "还剩" not in page


@pytest.mark.parametrize("path", ["", "/open"])
async def test_another_persons_message_cannot_be_opened(
    neighbour: Browser, tell: Tell, me: Browser, db: Database, clock: FixedClock, path: str
) -> None:
    message_id = await tell()

    answer = await neighbour.get(f"/messages/{message_id}{path}")

    assert answer.status_code == 404
    assert "驾驶证" not in answer.text
    assert not (await get_message(db, me.subject_id, message_id, clock.now())).read


@pytest.mark.parametrize("act", ["later", "stop", "undo-stop"])
async def test_another_persons_message_cannot_be_acted_on(
    neighbour: Browser, tell: Tell, me: Browser, db: Database, clock: FixedClock, act: str
) -> None:
    message_id = await tell()

    answer = await neighbour.submit(f"/messages/{message_id}/{act}")
    mine = await get_message(db, me.subject_id, message_id, clock.now())

    assert answer.status_code == 404
    assert (mine.read, mine.stopped, mine.snoozed_until) == (False, False, None)


async def test_a_message_that_does_not_exist_is_not_found(me: Browser) -> None:
    assert (await me.get(f"/messages/{uuid4()}")).status_code == 404
    assert (await me.get("/messages/17")).status_code == 404


async def test_a_digest_has_a_button_for_each_thing_and_none_to_itself(me: Browser, tell: Tell) -> None:
    message_id = uuid4()
    zh = Wording(
        title="您有 2 张证照到期待办",
        body="最早的一张是驾驶证。",
        action="逐项查看",
        items=(
            Item(title="驾驶证", link="/services/1", action="去换证", due_on=date(2026, 12, 1)),
            Item(title="居住证", link="/services/2", action="去签注", due_on=date(2026, 12, 18)),
        ),
    )
    await tell(message_id=message_id, link=f"/messages/{message_id}", zh=zh, en=None)

    page = (await me.get(f"/messages/{message_id}")).text

    assert f'href="/messages/{message_id}/open?to=%2Fservices%2F1"' in page
    assert f'href="/messages/{message_id}/open?to=%2Fservices%2F2"' in page
    assert "逐项查看" not in page


@pytest.mark.parametrize(
    ("to", "leads_to", "rules"),
    [
        ("/services/2", "/services/2", ["permit"]),
        ("/services/3", "/messages/{}", ["licences"]),
        ("https://elsewhere.example/", "/messages/{}", ["licences"]),
        (None, "/messages/{}", ["licences"]),
    ],
)
async def test_what_a_digest_speaks_of_is_gone_on_to_and_nothing_else(
    me: Browser, tell: Tell, db: Database, to: str | None, leads_to: str, rules: list[str]
) -> None:
    message_id = uuid4()
    items = tuple(
        Item(title=rule, link=f"/services/{number}", action="去办", due_on=date(2026, 12, 1), rule=rule)
        for number, rule in ((1, "driving"), (2, "permit"))
    )
    zh = Wording(title="您有 2 张证照到期待办", body="…", action="逐项查看", items=items)
    await tell(message_id=message_id, rule="licences", link=f"/messages/{message_id}", zh=zh, en=None)

    answer = await me.get(f"/messages/{message_id}/open" + ("" if to is None else f"?to={quote(to, safe='')}"))

    assert answer.headers["location"] == leads_to.format(message_id)
    assert await _gone_on(db, me) == rules


async def test_what_was_gone_on_to_once_stays_so(me: Browser, tell: Tell, db: Database) -> None:
    message_id = await tell(rule="driving")

    for _ in range(2):
        await me.get(f"/messages/{message_id}/open")

    assert await _gone_on(db, me) == ["driving"]


async def _gone_on(db: Database, me: Browser) -> list[str]:
    found: list[str] = await db.fetchval("SELECT gone_on FROM messages WHERE recipient_id = $1", me.subject_id)
    return found


async def test_one_thing_of_a_digest_is_stopped_alone_and_comes_back(me: Browser, tell: Tell, db: Database) -> None:
    names = {"licence-expiry:driving": "驾驶证", "licence-expiry:permit": "居住证"}
    items = tuple(
        Item(
            title=name,
            link="/services",
            action="去办",
            due_on=date(2026, 12, 1),
            rule=rule,
            stop_label=f"{name}提醒",
        )
        for rule, name in names.items()
    )
    zh = Wording(title="您有 2 张证照到期待办", body="请逐项办理。", action="逐项查看", items=items)
    message_id = await tell(zh=zh, en=None, rule="licence-expiry:digest")
    path = f"/messages/{message_id}"

    await me.submit(f"{path}/stop", part="licence-expiry:permit")
    stopped = (await me.get(path)).text
    assert "已停止：居住证提醒" in stopped
    assert (stopped.count(f"{path}/undo-stop"), "这一类已停" in stopped) == (2, True)  # its row and the toast
    assert [stop.name for stop in await list_stops(db, me.subject_id)] == ["licence-expiry:permit"]

    await me.submit(f"{path}/undo-stop?part=licence-expiry%3Apermit")
    assert await list_stops(db, me.subject_id) == []

    await me.submit(f"{path}/stop")
    assert {stop.name for stop in await list_stops(db, me.subject_id)} == set(names)
    assert "已停止：驾驶证提醒、居住证提醒" in (await me.get(path)).text


@pytest.mark.parametrize(
    ("facts", "shows"),
    [
        ({"kind": Kind.STATUTORY}, True),
        ({"topic": "policy"}, True),
        ({"topic": "policy", "kind": Kind.RECOMMENDATION}, False),
        ({}, False),
    ],
    ids=["a statutory notice", "an entitlement", "a recommendation", "a reminder"],
)
async def test_what_decides_over_rights_shows_the_way_to_a_person(
    me: Browser, tell: Tell, facts: dict[str, Any], shows: bool
) -> None:
    why = Why(based_on="出生日期 1961-11-20（来源：市公安局）", rule="年满 65 周岁")
    message_id = await tell(
        zh=Wording(title="可以领津贴", body="确认后发放。", action="确认", why=why), en=None, **facts
    )

    assert ("人工复核" in (await me.get(f"/messages/{message_id}")).text) is shows


async def test_a_statutory_notice_offers_no_stop(me: Browser, tell: Tell) -> None:
    message_id = await tell(kind=Kind.STATUTORY)

    page = await me.get(f"/messages/{message_id}")
    refused = await me.submit(f"/messages/{message_id}/stop")

    assert f"/messages/{message_id}/stop" not in page.text
    assert refused.status_code == 409
