"""/services/{code}: one address for everybody, kept and asked for again; what is personal is drawn and never stored."""

import html
import re

import pytest
from redis.asyncio import Redis

from backend.catalogue.often import often_in
from backend.city.city import City
from tests.departments.feeding import Town
from tests.guides.samples import CODE, ELSEWHERE
from tests.hall import Browser, Hall
from tests.payments.till import FEE, Till

GUIDE = f"/services/{CODE}"
DRIVING = "/services/CN-driving-licence-renewal"
PERSONAL = ("已自动获取", "您现在可以办", "csrf_token", "林*雯")


def words(text: str) -> str:
    """What is read: without tags, with plain spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).replace("\u00a0", " ")


def options(text: str) -> list[str]:
    return re.findall(r'name="s" value="([^"]+)"', text)


async def test_a_guide_is_public_kept_and_asked_for_again(visitor: Browser) -> None:
    first = await visitor.get(GUIDE)

    again = await visitor.get(GUIDE, headers={"If-None-Match": first.headers["etag"]})
    head = await visitor.head(GUIDE)

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


async def test_the_same_address_is_personal_only_for_its_person(visitor: Browser, holder: Browser) -> None:
    public, personal = await visitor.get(DRIVING), await holder.get(DRIVING)

    assert not [said for said in PERSONAL if said in public.text]
    assert personal.headers["cache-control"] == "no-store"
    assert "etag" not in personal.headers
    assert "您现在可以办。" in personal.text
    assert "2027 年 2 月 3 日到期" in words(personal.text)
    assert 'href="/me/notifications"' in personal.text


async def test_what_the_wallet_spares_is_ticked_with_its_source(visitor: Browser, holder: Browser) -> None:
    public, personal = words((await visitor.get(GUIDE)).text), words((await holder.get(GUIDE)).text)

    assert "已自动获取 · 已有电子证照《居民身份证》，无需提交" in personal
    assert "1 份已自动获取" in personal
    assert "已有电子证照《居民身份证》的，无需提交" in public


async def test_names_of_licences_are_not_changed_in_english(visitor: Browser, holder: Browser, rich_city: City) -> None:
    at_home = next(
        code
        for code, item in rich_city.items.items()
        if any(material.waived_by == "residence-permit" for material in item.materials)
    )

    for browser in (visitor, holder):
        browser.cookies.set("lang", "en", domain="localhost.local")

    public = words((await visitor.get(f"/services/{at_home}")).text)
    personal = words((await holder.get(GUIDE)).text)

    assert "not with the electronic “Shanghai residence permit”" in public
    assert "you hold the electronic “Resident identity card”" in personal


async def test_only_who_holds_what_it_renews_is_offered_a_reminder(holder: Browser) -> None:
    assert "/me/notifications" not in (await holder.get(GUIDE)).text


async def test_every_way_through_the_questions_is_a_link_that_holds(visitor: Browser) -> None:
    waiting, seen = [""], set[str]()
    while waiting:
        path = waiting.pop()
        answer = await visitor.get(GUIDE, params={"s": path} if path else {})
        assert answer.status_code == 200, path
        assert "问题有变化" not in answer.text
        seen.add(path)
        waiting += options(answer.text)

    assert len(seen) == 1 + 3 + 2 * 2 + 2 * 2  # the start, why, who after two of them, the agent's age
    assert {"lost", "expiring.self", "damaged.agent.minor"} <= seen


async def test_the_situation_decides_about_materials_fees_and_conditions(visitor: Browser) -> None:
    agent = words((await visitor.get(GUIDE, params={"s": "damaged.agent.adult"})).text)
    myself = words((await visitor.get(GUIDE, params={"s": "expiring.self"})).text)

    for said in ("旧证", "委托书", "代办人年满十八周岁", "核对委托", "¥ 20.00", "材料 6 份"):
        assert said in agent, said
        assert said not in myself, said
    assert "下面只列出您这种情形需要的" in myself
    assert "材料 4 份" in myself
    assert "仅限" not in agent + myself


async def test_what_still_depends_says_on_what(visitor: Browser) -> None:
    text = words((await visitor.get(GUIDE, params={"s": "expiring"})).text)

    assert "材料，按情形最多 5 份" in text
    assert "仅限：代办" in text
    assert "快到期了" in text
    assert "旧证" not in text


async def test_an_answer_can_be_changed_without_losing_those_before_it(visitor: Browser) -> None:
    text = (await visitor.get(GUIDE, params={"s": "damaged.agent.adult"})).text

    changes = [html.unescape(path) for path in re.findall(r'<a class="link" href="(/services[^"]+#self-check)"', text)]

    assert changes[:3] == [f"{GUIDE}{query}#self-check" for query in ("", "?s=damaged", "?s=damaged.agent")]


async def test_an_answer_may_lead_to_another_guide(visitor: Browser) -> None:
    text = (await visitor.get(GUIDE, params={"s": "lost"})).text

    assert "丢了要补领。" in text
    assert f'href="/services/{ELSEWHERE}"' in text
    assert options(text) == []


@pytest.mark.parametrize(
    "path", ["nonsense", "self", "expiring.self.adult", "expiring..self", ".", "%00", "a" * 5000, "<script>", "丢了"]
)
async def test_a_link_that_no_longer_leads_through_starts_again_and_says_so(visitor: Browser, path: str) -> None:
    answer = await visitor.get(GUIDE, params={"s": path})

    assert answer.status_code == 200
    assert "问题有变化，请重新选择。" in answer.text
    assert options(answer.text) == ["expiring", "damaged", "lost"]
    assert "<script>" not in answer.text


async def test_an_old_link_to_an_item_without_questions_says_so_too(visitor: Browser, rich_city: City) -> None:
    plain = next(code for code, item in rich_city.items.items() if not item.questions)

    answer = await visitor.get(f"/services/{plain}?s=expiring")

    assert answer.status_code == 200
    assert "问题有变化" in answer.text


async def test_looking_ahead_is_not_looking(holder: Browser, hall: Hall) -> None:
    await holder.get(GUIDE, headers={"Sec-Purpose": "prefetch"})

    assert "最近看过" not in (await holder.get("/services")).text


async def test_looking_is_counted_without_the_one_who_looks(visitor: Browser, holder: Browser, hall: Hall) -> None:
    await visitor.get(GUIDE)
    await holder.get(GUIDE)
    await visitor.get(GUIDE, headers={"Sec-Purpose": "prefetch;prerender"})
    await visitor.get("/services/nowhere")

    assert dict(often_in(hall.app.state).waiting) == {CODE: 2}


async def test_programs_find_the_guide_in_the_page(visitor: Browser, holder: Browser) -> None:
    public = (await visitor.get(f"{GUIDE}?s=damaged")).text

    assert f'<link rel="canonical" href="http://localhost:8000{GUIDE}">' in public
    assert '<script type="application/ld+json">' in public
    assert "ld+json" not in (await holder.get(GUIDE)).text


async def test_a_fee_that_is_to_be_paid_is_shown_on_the_guide_of_its_item(hall: Hall, town: Town, redis: Redis) -> None:
    till = Till(town.db, redis, town.keyring, town.city, town.clock)
    owner, bill_id = await till.bill()
    passport = next(code for code, item in town.city.items.items() if FEE in item.fees)
    async with await hall.resident(owner) as payer, await hall.resident(await till.resident(2)) as other:
        mine, theirs, elsewhere = [
            (await browser.get(path)).text
            for browser, path in ((payer, f"/services/{passport}"), (other, f"/services/{passport}"), (payer, DRIVING))
        ]

    assert f'href="/bills/{bill_id}"' in mine
    assert "待缴费：普通护照" in mine
    assert "/bills" not in theirs
    assert "/bills" not in elsewhere
