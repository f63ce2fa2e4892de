"""The operators' pages: the day's picture, a file sent in, and two people who decide about a difference."""

from typing import Any

import pytest

from backend.operators.models import Role
from backend.payments.models import Channel
from backend.payments.reconciliation import pages
from tests.hall import Browser, Hall
from tests.payments.reconciliation.daybook import DAY, Daybook

PATH = f"/ops/reconciliation?day={DAY}"


@pytest.fixture
def hall(wechat: Daybook) -> Hall:
    till = wechat.till
    return Hall(
        pages.HANDLERS,
        db=till.db,
        redis=till.redis,
        clock=till.clock,
        keyring=till.keyring,
        city=till.city,
        providers={Channel.WECHAT: wechat.provider},
    )


async def unknown_payment(book: Daybook) -> str:
    """A row that no order explains; the path of its difference."""
    await book.pay()
    book.change(0, order_no="somebody1", txn_id="429900000000000000000")
    await book.reconcile()
    found = next(each for each in await book.differences() if each.judged == "missing_here")
    return f"/ops/reconciliation/differences/{found.difference_id}"


def words(answer: Any) -> str:
    """The page, with plain spaces between numbers and their units."""
    html: str = answer.text
    return html.replace("\u00a0", " ")


async def bring(browser: Browser, raw: bytes, **fields: Any) -> Any:
    told = {"csrf_token": browser.csrf_token, "channel": "wechat", "day": str(DAY)} | fields
    return await browser.post("/ops/reconciliation/import", data=told, files={"file": ("bill.csv", raw)})


async def test_only_operators_come_in(wechat: Daybook, hall: Hall) -> None:
    path = await unknown_payment(wechat)
    async with hall.browser() as stranger, await hall.resident() as resident:
        answers = [await each.get(where) for each in (stranger, resident) for where in (PATH, path)]

    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"].split("?")[0] for answer in answers} == {"/ops/sign-in"}


async def test_the_days_picture_shows_both_sides(wechat: Daybook, hall: Hall) -> None:
    await wechat.ordinary_day()
    await wechat.pay(known=False)
    await wechat.reconcile()
    async with await hall.operator("watcher") as browser:
        html = words(await browser.get(PATH))
        empty = words(await browser.get(f"/ops/reconciliation?day={DAY.replace(day=10)}"))

    assert "已对平" in html
    assert html.count("600.00") == 2  # the bill's payments and ours
    assert "第 1 版" in html
    assert "没有差异" in html
    assert "还没到出账单的时间" in empty
    assert "/ops/reconciliation/import" not in html  # who only watches is offered nothing to do


async def test_nothing_agrees_before_it_has_been_compared(wechat: Daybook, hall: Hall) -> None:
    await wechat.ordinary_day()
    async with await hall.operator("watcher") as browser:
        before = words(await browser.get(PATH))
        await wechat.reconcile()
        after = words(await browser.get(PATH))

    assert "还没有比对完" in before
    assert "没有差异" not in before
    assert "没有差异" in after
    assert "还没有比对完" not in after


async def test_a_file_is_sent_in_and_matched(wechat: Daybook, hall: Hall) -> None:
    await wechat.ordinary_day()
    async with await hall.operator("cashier") as browser:
        answer = await bring(browser, wechat.bill())
        said = words(await browser.get(answer.headers["location"]))
        again = await bring(browser, wechat.bill())
        known = words(await browser.get(again.headers["location"]))

    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert "第 1 版账单已对账" in said
    assert "还是同一份账单" in known
    imported_by, origin = await wechat.till.db.fetchrow("SELECT imported_by, origin FROM statements")  # type: ignore[misc]
    assert origin == "imported"
    acts = await wechat.till.db.fetch("SELECT kind, operator_id FROM operator_acts WHERE kind LIKE 'reconciliation.%'")
    assert [(act["kind"], act["operator_id"]) for act in acts] == [("reconciliation.imported", imported_by)] * 2


@pytest.mark.parametrize(
    ("raw", "fields", "status"),
    [
        (b"", {}, 400),
        (b"x", {"channel": "cash"}, 400),
        (b"x", {"channel": "alipay"}, 404),
        (b"x", {"day": "19 November"}, 400),
        (b"x", {"day": "2026-11-20"}, 422),
        (b"x", {"csrf_token": "guessed"}, 403),
        (b"x" * (pages.LARGEST_UPLOAD + 200_000), {}, 413),
    ],
)
async def test_what_cannot_be_taken_is_refused(
    wechat: Daybook, hall: Hall, raw: bytes, fields: dict[str, str], status: int
) -> None:
    async with await hall.operator("cashier") as browser:
        answer = await bring(browser, raw, **fields)

    assert answer.status_code == status
    assert await wechat.till.db.fetchval("SELECT count(*) FROM statements") == 0


async def test_a_file_that_does_not_add_up_is_said_so(wechat: Daybook, hall: Hall) -> None:
    async with await hall.operator("cashier") as browser:
        answer = await bring(browser, b"rubbish")
        html = words(await browser.get(answer.headers["location"]))

    assert "账单有误，未对账" in html
    assert "已拒绝" in html


async def test_who_only_watches_changes_nothing(wechat: Daybook, hall: Hall) -> None:
    path = await unknown_payment(wechat)
    async with await hall.operator("watcher", "rules") as browser:
        html = words(await browser.get(path))
        answers = [
            await bring(browser, wechat.bill()),
            await browser.submit("/ops/reconciliation/run", channel="wechat", day=str(DAY)),
            await browser.submit(f"{path}/propose", reason="看起来没有问题"),
            await browser.submit(f"{path}/decide", decision="approve"),
        ]

    assert {answer.status_code for answer in answers} == {403}
    assert "单号在我方查不到" in html
    assert f"{path}/propose" not in html


async def test_two_people_decide(wechat: Daybook, hall: Hall) -> None:
    path = await unknown_payment(wechat)
    async with (
        await hall.operator(Role.CASHIER, name="Ann") as ann,
        await hall.operator(Role.CASHIER, name="Bob") as bob,
    ):
        short = await ann.submit(f"{path}/propose", reason="?")
        proposed = await ann.submit(f"{path}/propose", reason="网点补录，原单已作废")
        listed = words(await bob.get(PATH))
        alone = await ann.submit(f"{path}/decide", decision="approve")
        seen = words(await bob.get(path))
        approved = await bob.submit(f"{path}/decide", decision="approve")
        after = words(await bob.get(path))

    assert (short.status_code, proposed.status_code, alone.status_code, approved.status_code) == (422, 303, 403, 303)
    assert 'aria-invalid="true"' in short.text
    assert "等第二个人复核" in listed
    assert "批准核销" in seen
    assert "Ann" in seen
    assert "已核销" in after
    assert "提议撤回核销" in after
    assert (await wechat.till.balances())["unidentified"] == -12_000


async def test_a_proposal_is_taken_off_by_either(wechat: Daybook, hall: Hall) -> None:
    path = await unknown_payment(wechat)
    async with await hall.operator(Role.CASHIER) as ann:
        await ann.submit(f"{path}/propose", reason="网点补录，原单已作废")
        own = words(await ann.get(path))
        withdrawn = await ann.submit(f"{path}/decide", decision="decline")
        odd = await ann.submit(f"{path}/decide", decision="maybe")
        nothing = await ann.submit(f"{path}/decide", decision="approve")

    assert "收回提议" in own
    assert "批准核销" not in own
    assert (withdrawn.status_code, odd.status_code, nothing.status_code) == (303, 400, 409)


async def test_a_bill_is_fetched_by_hand(wechat: Daybook, hall: Hall) -> None:
    await wechat.ordinary_day()
    async with await hall.operator("cashier") as browser:
        none = await browser.submit("/ops/reconciliation/run", channel="wechat", day=str(DAY))
        said = words(await browser.get(none.headers["location"]))
        wechat.provider.bills[DAY] = wechat.bill()
        await browser.submit("/ops/reconciliation/run", channel="wechat", day=str(DAY))
        html = words(await browser.get(PATH))
        wechat.provider.down = True
        down = await browser.submit("/ops/reconciliation/run", channel="wechat", day=str(DAY))

    assert "还没有这一天的账单" in said
    assert "已对平" in html
    assert down.status_code == 503


async def test_it_reads_in_english_too(wechat: Daybook, hall: Hall) -> None:
    path = await unknown_payment(wechat)
    async with await hall.operator("cashier", name="Ann") as browser:
        browser.headers["accept-language"] = "en"
        day, difference = words(await browser.get(PATH)), words(await browser.get(path))

    assert "In the bill, not here" in day
    assert "The number is not known here." in difference
    assert "Propose to write it off" in difference
