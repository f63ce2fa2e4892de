"""The rules desk as operators use it: without script, in both languages, and only as far as their role goes."""

import re
from typing import Any

import pytest

from backend.citizens.models import Holder, SubjectKind
from backend.citizens.service import find_or_create_subjects
from backend.core.identity_numbers import citizen_id_check
from backend.matching.desk.catalogue import list_rules
from backend.matching.desk.rehearsing import rehearse_next
from tests.hall import Browser, Hall
from tests.matching.desk.office import LADDER, TODAY, WHY, Office
from tests.matching.town import hold

HTML = {"Accept": "text/html"}
NUMBER = "34080319900101052" + citizen_id_check("34080319900101052")
RULE = f"/ops/rules/{LADDER}"


async def read(browser: Browser, path: str, lang: str = "zh-CN") -> str:
    browser.cookies.set("lang", lang)
    answer = await browser.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.mark.parametrize(("lang", "live", "name"), [("zh-CN", "运行中", "机动车驾驶证"), ("en", "Live", "Driving")])
async def test_the_list_names_every_rule_with_its_state(
    hall: Hall, office: Office, lang: str, live: str, name: str
) -> None:
    async with await hall.operator("watcher") as operator:
        words = await read(operator, "/ops/rules", lang)
        stopped = await operator.get("/ops/rules?state=stopped", headers=HTML)
        wrong = await operator.get("/ops/rules?state=asleep", headers=HTML)

    assert live in words
    assert name in words
    assert stopped.status_code == 200
    assert wrong.status_code == 400


async def test_every_rule_has_a_page_in_both_languages(hall: Hall, office: Office) -> None:

    rules = await list_rules(office.db, office.city)
    async with await hall.operator("watcher") as operator:
        for lang in ("zh-CN", "en"):
            for code, rule in list(rules.items())[:: 4 if lang == "en" else 2]:
                words = await read(operator, f"/ops/rules/{code}", lang)
                assert code in words
                assert (rule.name.zh if lang == "zh-CN" else rule.name.en or rule.name.zh) in words.replace(
                    "&#39;", "'"
                )
        nothing = await operator.get("/ops/rules/nothing", headers=HTML)

    assert nothing.status_code == 404


async def test_a_page_shows_the_message_as_residents_read_it(hall: Hall, office: Office) -> None:
    async with await hall.operator("watcher") as operator:
        words = await read(operator, "/ops/rules/residence-permit-after-half-a-year")

    assert "可以申领居住证了" in words
    assert "You may now apply for a residence permit" in words
    assert "{due}" not in words
    assert "《居住证暂行条例》第二条" in words
    assert "第 1 版：第一次收入" in words


async def test_a_page_says_whom_a_rule_on_bills_tells(hall: Hall, office: Office) -> None:
    async with await hall.operator("watcher") as operator:
        words = await read(operator, "/ops/rules/bill-due-soon")

    assert "就告诉 本人（未成年的还有监护人）或单位的办事人" in words


async def test_who_only_watches_is_offered_nothing_and_may_do_nothing(hall: Hall, office: Office) -> None:
    async with await hall.operator("watcher") as operator:
        html = (await operator.get(RULE, headers=HTML)).text
        tried = [(await operator.submit(f"{RULE}/{act}")).status_code for act in ("stop", "rehearse", "cancel")]
        tried.append((await operator.submit(f"{RULE}/decide", decision="approve")).status_code)

    assert f'action="{RULE}' not in html
    assert tried == [403] * 4


async def test_stopped_by_one_resumed_by_two(hall: Hall, office: Office) -> None:
    async with await hall.operator("rules", name="赵敏") as one, await hall.operator("rules", name="钱进") as other:
        assert (await one.submit(f"{RULE}/stop")).headers["location"] == RULE
        assert "已停用" in await read(one, RULE)
        short = await one.submit(f"{RULE}/propose", **{"reason-propose": "好"})
        assert short.status_code == 422
        assert "请写明理由" in short.text
        await one.submit(f"{RULE}/propose", **{"reason-propose": WHY})
        assert "您提出的，要由另一位规则岗复核" in await read(one, RULE)
        assert (await one.submit(f"{RULE}/decide", decision="approve")).status_code == 403
        assert "同意恢复" in await read(other, RULE)
        await other.submit(f"{RULE}/decide", decision="approve")
        words = await read(other, RULE)

    assert "已停用 → 运行中（第 1 版）" in words
    assert f"{WHY} 赵敏 + 钱进" in words
    assert await office.state(LADDER) == "live"


async def test_a_rehearsal_is_asked_for_watched_and_read(hall: Hall, office: Office, keyring: Any) -> None:
    async with office.db.transaction() as tx:
        found = await find_or_create_subjects(
            tx, keyring, [Holder(SubjectKind.PERSON, NUMBER, "林晓雯")], office.clock.now()
        )
    [resident] = found.values()
    await hold(office.db, [resident], "driving-licence", TODAY.replace(month=12, day=25))
    async with await hall.operator("rules") as operator:
        await operator.submit(f"{RULE}/rehearse")
        assert "马上开始" in await read(operator, RULE)
        await rehearse_next(office.db, office.city, office.clock)
        html = (await operator.get(RULE, headers=HTML)).text
        [path] = re.findall(r'href="(/ops/rule-cases/[^"]+)"', html)
        cases = await operator.get(path, headers=HTML)
        words = await read(operator, f"{RULE}?days=30", "en")

    assert "会告诉的人" in html
    assert "How many on each of 30 days" in words
    assert "林*雯" in cases.text
    assert "林晓雯" not in cases.text
    assert "340803" not in cases.text
    assert str(resident) not in cases.text + html
    assert await office.db.fetchval("SELECT count(*) FROM operator_acts WHERE kind = 'rules.cases_seen'") == 1


async def test_a_trial_is_shown_beside_the_live_rule(hall: Hall, office: Office) -> None:
    async with await hall.operator("rules") as operator:
        await operator.submit(f"{RULE}/stop")
        await operator.submit(f"{RULE}/trial")
        words = await read(operator, RULE)

    assert "试运行与在用规则相比" in words
    assert "只有试运行的找到" in words
