"""Messages about others: said for whom to those who may act for them, closed to those who may no more."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from backend.citizens.models import Claim, Holder, Mandate, Role, SubjectKind
from backend.citizens.representation import record_mandate, replace_claimed
from backend.citizens.service import find_or_create_subjects
from backend.core.clock import FixedClock, local_date
from backend.core.crypto import Keyring
from backend.core.db import Database
from backend.core.ids import uuid7
from notifications.models import Tab, Wording
from tests.citizens.test_subjects import LIN, RESTAURANT
from tests.hall import Browser, Hall
from tests.inbox.conftest import Tell

CHILD = Holder(SubjectKind.PERSON, "310115202405180029", "王小禾")
SAID = Wording(title="食品经营许可证即将到期", body="食品经营许可证将于 12 月 27 日到期。", action="查看办理指南")


class Desk:
    def __init__(self, db: Database, keyring: Keyring, clock: FixedClock) -> None:
        self.db, self.keyring, self.clock = db, keyring, clock

    async def id_of(self, holder: Holder) -> UUID:
        async with self.db.transaction() as tx:
            ids = await find_or_create_subjects(tx, self.keyring, [holder], self.clock.now())
        return ids[holder.number]

    async def claim(self, agent_id: UUID, *claims: Claim) -> None:
        await replace_claimed(self.db, self.keyring, agent_id, claims, self.clock.now())

    async def mandate(
        self, department_id: str, agent_id: UUID, role: Role, valid_from: date, valid_until: date
    ) -> None:
        """The department's word on who may act for the restaurant."""
        word = Mandate(
            subject_id=await self.id_of(RESTAURANT),
            word_id=uuid7(),
            agent_id=agent_id,
            role=role,
            source=f"department:{department_id}",
            valid_from=valid_from,
            valid_until=valid_until,
            withdrawn=False,
            stated_at=self.clock.now(),
        )
        async with self.db.transaction() as tx:
            await record_mandate(tx, word, self.clock.now())


@pytest.fixture
def desk(db: Database, keyring: Keyring, clock: FixedClock) -> Desk:
    return Desk(db, keyring, clock)


@pytest.fixture
async def me(hall: Hall, desk: Desk) -> Browser:
    """Lin, signed in, who may act for a restaurant and a child."""
    lin = await desk.id_of(LIN)
    guardian = Claim(holder=CHILD, role=Role.GUARDIAN)
    await desk.claim(lin, Claim(holder=RESTAURANT, role=Role.LEGAL_REPRESENTATIVE), guardian)
    return await hall.resident(lin)


async def test_it_is_said_for_whom_a_message_is(me: Browser, tell: Tell, desk: Desk) -> None:
    firm, child = await desk.id_of(RESTAURANT), await desk.id_of(CHILD)
    message_id = await tell(zh=SAID, en=None, on_behalf_of=firm)
    await tell(zh=Wording(title="可以报名幼儿园", body="…", action="查看"), due_on=None, on_behalf_of=child)

    inbox, one = (await me.get("/messages?tab=reminder")).text, (await me.get(f"/messages/{message_id}")).text

    assert "为 上海晨光餐饮有限公司" in inbox
    assert "为您的孩子 王*禾" in inbox
    assert '<span class="hidden-words">为您的孩子 王某禾' in inbox
    assert "为 上海晨光餐饮有限公司" in one
    assert "王小禾" not in inbox + one


async def test_english_says_it_too(me: Browser, tell: Tell, desk: Desk) -> None:
    message_id = await tell(zh=SAID, on_behalf_of=await desk.id_of(RESTAURANT))

    await me.get("/display?lang=en&next=/")
    page = (await me.get(f"/messages/{message_id}")).text

    assert "For 上海晨光餐饮有限公司" in page


async def test_a_right_that_has_ended_closes_what_was_told(
    me: Browser, tell: Tell, desk: Desk, clock: FixedClock
) -> None:
    message_id = await tell(zh=SAID, en=None, on_behalf_of=await desk.id_of(RESTAURANT), link="/services/CN-food")
    await desk.claim(me.subject_id)

    inbox, one = (await me.get("/messages?tab=reminder")).text, (await me.get(f"/messages/{message_id}")).text
    opened = await me.get(f"/messages/{message_id}/open")

    for page in (inbox, one):
        assert "您已不能代办，内容不再显示。" in page
        assert "食品经营许可证" not in page
        assert "上海晨光" not in page
    assert opened.headers["location"] == f"/messages/{message_id}"


async def test_a_right_of_tomorrow_opens_nothing_today(
    me: Browser, tell: Tell, desk: Desk, hall: Hall, clock: FixedClock
) -> None:
    tomorrow = local_date(clock.now()) + timedelta(days=1)
    await desk.claim(me.subject_id, Claim(holder=RESTAURANT, role=Role.AUTHORISED, valid_from=tomorrow))
    await tell(zh=SAID, en=None, on_behalf_of=await desk.id_of(RESTAURANT))

    assert "食品经营许可证" not in (await me.get("/messages?tab=reminder")).text
    clock.at += timedelta(days=1)
    async with await hall.resident(me.subject_id) as again:
        assert "食品经营许可证" in (await again.get("/messages?tab=reminder")).text


async def test_what_is_about_oneself_says_nothing_of_others(me: Browser, tell: Tell) -> None:
    await tell(zh=SAID, en=None, tab=Tab.REMINDER)

    assert "chip--accent" not in (await me.get("/messages?tab=reminder")).text


async def test_me_leads_to_those_one_may_act_for(me: Browser, neighbour: Browser) -> None:
    assert 'href="/me/acting-for"' in (await me.get("/me")).text
    assert 'href="/me/acting-for"' not in (await neighbour.get("/me")).text
    assert "没有可以代办的单位或家人" in (await neighbour.get("/me/acting-for")).text


async def test_each_is_listed_with_role_validity_and_source(
    me: Browser, desk: Desk, db: Database, clock: FixedClock
) -> None:
    today = local_date(clock.now())
    await db.execute("INSERT INTO departments VALUES ('market', '市场监管局', $1)", clock.now())
    since, until = today + timedelta(days=3), today + timedelta(days=30)
    await desk.mandate("market", me.subject_id, Role.AUTHORISED, since, until)

    page = (await me.get("/me/acting-for")).text

    assert page.count("上海晨光餐饮有限公司") == 2
    assert page.index("法定代表人") < page.index("经授权的经办人") < page.index("监护人")
    assert "11 月 23 日起" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "至 12 月 20 日" in page.replace("\N{NO-BREAK SPACE}", " ")
    for words in ("还没开始", "统一身份认证", "市场监管局", "王*禾"):
        assert words in page
    assert "王小禾" not in page


async def test_what_two_sources_say_alike_is_listed_once_with_both(
    me: Browser, desk: Desk, db: Database, clock: FixedClock
) -> None:
    today = local_date(clock.now())
    await db.execute("INSERT INTO departments VALUES ('some-feeder', '演示：登记机关', $1)", clock.now())
    since, until = today - timedelta(days=3), today + timedelta(days=30)
    await desk.mandate("some-feeder", me.subject_id, Role.LEGAL_REPRESENTATIVE, since, until)

    page = (await me.get("/me/acting-for")).text

    assert page.count("上海晨光餐饮有限公司") == 1
    assert page.count("法定代表人") == 1
    row = page[page.index("上海晨光餐饮有限公司") :].partition("</li>")[0]
    assert "来源：统一身份认证" in row
    assert "来源：演示：登记机关" in row


async def test_a_visitor_is_asked_to_sign_in_first(visitor: Browser) -> None:
    assert (await visitor.get("/me/acting-for")).status_code in {303, 401}
