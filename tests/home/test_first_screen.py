"""首页: what is to be done comes first, and the whole screen costs three statements."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from redis.asyncio import Redis

from backend.city.city import City
from backend.city.models import Page
from backend.core.clock import FixedClock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.events import Dispatcher
from backend.core.ids import uuid7
from backend.event_handlers import event_map
from backend.home.pages import HANDLERS
from backend.matching.wording.messages import message
from notifications.models import Item, Kind, Why, Wording
from notifications.service import queue
from tests.hall import Browser, Hall
from tests.matching.due import due_licence
from tests.notifications.town import a_message
from tests.payments.till import Till

Tell = Callable[..., Awaitable[UUID]]


class Counting(Database):
    """Counts the statements sent."""

    sent = 0

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        self.sent += 1
        return await super().fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        self.sent += 1
        return await super().fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        self.sent += 1
        return await super().fetchval(sql, *args)


@pytest.fixture
def counting(db: Database) -> Counting:
    return Counting(db.pool)


@pytest.fixture
def hall(counting: Counting, redis: Redis, clock: FixedClock, keyring: Keyring, city: City) -> Hall:
    return Hall(HANDLERS, db=counting, redis=redis, clock=clock, keyring=keyring, city=city)


@pytest.fixture
async def me(hall: Hall) -> AsyncIterator[Browser]:
    async with await hall.resident() as browser:
        yield browser


@pytest.fixture
async def visitor(hall: Hall) -> AsyncIterator[Browser]:
    async with hall.browser() as browser:
        yield browser


@pytest.fixture
def tell(db: Database, clock: FixedClock, me: Browser) -> Tell:
    async def told(**changes: Any) -> UUID:
        facts = {"due_on": date(2026, 12, 18), "useful_until": clock.now() + timedelta(days=90)} | changes
        message = a_message(me.subject_id, clock.now(), **facts)
        async with db.transaction() as tx:
            await queue(tx, [message], clock.now())
        return message.message_id

    return told


def named(title: str) -> Wording:
    why = Why(based_on="证照", rule="到期前提醒", plain=f"{title}快到期了，所以告诉您。")
    return Wording(title=title, body=f"{title}快到期了。", action="去办", why=why)


async def test_everybody_finds_search_services_and_the_way_in(visitor: Browser, city: City) -> None:
    answer = await visitor.get("/")

    assert answer.status_code == 200
    assert 'action="/services"' in answer.text
    assert all(tile.label.zh in answer.text for tile in city.tiles)
    assert "/login?next=%2F" in answer.text


async def test_the_public_screen_is_revalidated(visitor: Browser, counting: Counting) -> None:
    first = await visitor.get("/")
    again = await visitor.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert counting.sent == 0


@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_a_personal_screen_costs_three_statements(me: Browser, tell: Tell, counting: Counting, mode: str) -> None:
    me.cookies.set("mode", mode, domain="localhost.local")
    for day in range(1, 6):
        await tell(due_on=date(2026, 12, day))

    answer = await me.get("/")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert counting.sent == 3, "what was found, for whom one acts, and what is to pay"


async def test_three_cards_are_drawn_the_most_urgent_first_with_the_only_filled_button(me: Browser, tell: Tell) -> None:
    for day, title in ((20, "居住证"), (1, "驾驶证"), (10, "护照"), (30, "行驶证")):
        await tell(due_on=date(2026, 12, day), zh=named(title))

    page = (await me.get("/")).text

    assert page.index("驾驶证快到期了。") < page.index("护照快到期了。") < page.index("居住证快到期了。")
    assert "行驶证" not in page
    found = page[page.index('class="cards"') :].split("</section>")[0]
    assert found.count("button--main") == 1
    assert found.index("button--main") < found.index("护照")
    assert "全部" in page


async def test_the_badge_counts_what_is_unread(me: Browser, tell: Tell) -> None:
    for day in range(1, 6):
        await tell(due_on=date(2026, 12, day))

    page = (await me.get("/")).text

    assert 'tab-count" aria-hidden="true">5<' in page


async def test_a_card_says_what_the_guide_says_about_money_and_the_way(me: Browser, tell: Tell, city: City) -> None:
    free_online = next(
        item
        for item in city.items.values()
        if item.online and item.fees and all(fee.amount_fen == 0 for fee in city.fees_of(item))
    )
    await tell(link=f"/services/{free_online.code}")

    page = (await me.get("/")).text

    assert "免费 · 线上办" in page


async def test_a_card_of_unknown_cost_says_nothing_of_it(me: Browser, tell: Tell, city: City) -> None:
    unknown = next(item for item in city.items.values() if not item.fees and not item.channels)
    await tell(link=f"/services/{unknown.code}")

    page = (await me.get("/")).text

    assert "免费" not in page
    assert "线上办" not in page


async def test_a_card_that_leads_to_no_guide_says_nothing_of_cost_or_way(me: Browser, tell: Tell) -> None:
    await tell(link="/wallet/019aa099-0000-7000-8000-000000000000")

    page = (await me.get("/")).text

    assert "免费" not in page
    assert "线上办" not in page


async def test_elders_see_one_need_said_plainly(me: Browser, tell: Tell, city: City) -> None:
    me.cookies.set("mode", "elder", domain="localhost.local")
    await tell(due_on=date(2026, 12, 1), zh=named("驾驶证"))
    await tell(due_on=date(2026, 12, 10), zh=named("护照"))

    page = (await me.get("/")).text

    assert "驾驶证快到期了，所以告诉您。" in page
    assert "护照" not in page
    assert all(tile.label.zh in page for tile in city.elder_tiles)


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize(("lang", "other", "called"), [("zh-CN", "en", "English"), ("en", "zh-CN", "中文")])
async def test_the_other_language_is_one_tap_away(
    visitor: Browser, mode: str, lang: str, other: str, called: str
) -> None:
    visitor.cookies.set("mode", mode, domain="localhost.local")
    visitor.cookies.set("lang", lang, domain="localhost.local")

    page = (await visitor.get("/")).text

    assert f'href="/display?lang={other}&amp;next=%2F" lang="{other}" hreflang="{other}">{called}<' in page


async def test_a_statutory_notice_on_the_first_screen_cannot_be_stopped(me: Browser, tell: Tell) -> None:
    message_id = await tell(kind=Kind.STATUTORY)

    page = (await me.get("/")).text

    assert f'href="/messages/{message_id}"' in page
    assert f"/messages/{message_id}/stop" not in page


async def test_every_shortcut_leads_somewhere(visitor: Browser, city: City) -> None:
    page = (await visitor.get("/")).text

    for tile in (*city.tiles, *city.elder_tiles):
        assert tile.item is None or tile.item in city.items
        assert tile.theme is None or tile.theme in city.themes
        assert tile.page is None or tile.page in set(Page)
    for tile in city.tiles:
        place = f"services/{tile.item}" if tile.item else f"services?theme={tile.theme}" if tile.theme else tile.page
        assert f'href="/{place}"' in page


async def test_cards_of_one_digest_can_be_told_apart(me: Browser, tell: Tell) -> None:
    items = tuple(
        Item(title=title, link=f"/services/{day}", action="去办", due_on=date(2026, 12, day))
        for day, title in ((1, "驾驶证"), (18, "居住证"))
    )
    zh = Wording(title="您有 2 张证照到期待办", body="最早的一张是驾驶证。", action="逐项查看", items=items)
    await tell(due_on=date(2026, 12, 1), zh=zh, en=None)

    page = (await me.get("/")).text
    ids = re.findall(r' id="([^"]+)"', page)

    assert page.count('<article class="card feed"') == 2
    assert len(ids) == len(set(ids))


@pytest.fixture
def till(db: Database, redis: Redis, keyring: Keyring, city: City, clock: FixedClock) -> Till:
    return Till(db, redis, keyring, city, clock)


@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_what_is_to_pay_is_on_the_first_screen_until_it_is_paid(hall: Hall, till: Till, mode: str) -> None:
    owner, bill_id = await till.bill()
    async with await hall.resident(owner) as browser:
        browser.cookies.set("mode", mode, domain="localhost.local")
        one = (await browser.get("/")).text
        _, other = await till.bill(owner)
        two = (await browser.get("/")).text
        for each in (bill_id, other):
            await till.pay(await till.start(owner, each))
        none = (await browser.get("/")).text

    assert f'href="/bills/{bill_id}"' in one
    assert "待缴费：普通护照" in one
    assert "120.00" in one
    assert 'href="/bills"' in two
    assert "待缴费 2 笔" in two.replace("\u00a0", " ")
    assert "240.00" in two
    assert "/bills" not in none
    assert "现在没有要办的事" not in one
    assert "现在没有要办的事" in none


@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_a_bill_is_there_once_and_pushes_nothing_else_away(
    hall: Hall, till: Till, db: Database, city: City, clock: FixedClock, mode: str
) -> None:
    owner, bill_id = await till.bill()
    told = Dispatcher(db, event_map(till.redis))
    while await told.run_once(clock.now()):
        pass
    due = due_licence(owner, city, "driving-licence", local_date(clock.now()), 30)
    async with db.transaction() as tx:
        await queue(tx, [message(uuid7(), [due], local_date(clock.now()), city)], clock.now())

    async with await hall.resident(owner) as browser:
        browser.cookies.set("mode", mode, domain="localhost.local")
        page = (await browser.get("/")).text

    assert page.count(f'href="/bills/{bill_id}"') == 1
    assert "驾驶证" in page.split('href="/bills/')[0 if mode == "elder" else 1]
    assert page.count('aria-labelledby="feed-') == 1


@pytest.mark.parametrize("mode", ["standard", "elder"])
async def test_what_those_owe_for_whom_one_acts_is_counted_and_said_so(hall: Hall, till: Till, mode: str) -> None:
    agent, firm = await till.resident(), await till.firm()
    await till.may_act(agent, firm)
    _, bill_id = await till.bill(firm)
    async with await hall.resident(agent) as browser:
        browser.cookies.set("mode", mode, domain="localhost.local")
        one = (await browser.get("/")).text
        await till.bill(agent)
        two = (await browser.get("/")).text
        await till.may_act(agent, firm, None)
        own = (await browser.get("/")).text

    assert f'href="/bills/{bill_id}"' in one
    assert "代办待缴费：普通护照" in one
    assert "待缴费 2 笔" in two.replace("\u00a0", " ")
    assert "其中为他人代办 1 笔" in two.replace("\u00a0", " ")
    assert "240.00" in two
    assert "120.00" in own
    assert "代办" not in own


async def test_by_when_it_is_to_be_paid_is_said(hall: Hall, till: Till) -> None:
    owner, _ = await till.bill()
    async with await hall.resident(owner) as browser:
        said = {}
        for day in (date(2026, 12, 1), date(2026, 11, 19)):
            await till.db.execute("UPDATE bills SET due_on = $1", day)
            said[day] = (await browser.get("/")).text.replace("\u00a0", " ")

    assert "请在 12 月 1 日前缴纳" in said[date(2026, 12, 1)]
    assert "应在 11 月 19 日前缴纳，已经过了" in said[date(2026, 11, 19)]


async def test_nobody_sees_what_somebody_else_has_to_pay(me: Browser, till: Till) -> None:
    await till.bill()

    assert "/bills" not in (await me.get("/")).text
