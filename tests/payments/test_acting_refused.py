"""Who may not act today finds nothing, and by a made-up number or a wrong form nothing is paid."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from backend.core.clock import local_date
from backend.payments.records import Order
from tests.hall import Browser, Hall
from tests.payments.conftest import FIRM
from tests.payments.till import Till


async def everywhere(browser: Browser, order: Order) -> list[httpx.Response]:
    """What can be asked about a bill that one may pay."""
    headers = {"X-CSRF-Token": browser.csrf_token, "Idempotency-Key": "k2"}
    paths = [
        f"/bills/{order.bill_id}",
        f"/payments/{order.order_no}",
        f"/payments/{order.order_no}/go",
        f"/payments/{order.order_no}/receipt",
        f"/payments/{order.order_no}/receipt.pdf",
        f"/api/payments/{order.order_no}",
        f"/api/payments/{order.order_no}/receipt",
        f"/api/payments/{order.order_no}/receipt.pdf",
    ]
    pay = f"/api/bills/{order.bill_id}/payments"
    return [
        *[await browser.get(path) for path in paths],
        await browser.submit(f"/bills/{order.bill_id}/pay", channel="wechat", key="k"),
        await browser.post(pay, json={"channel": "wechat"}, headers=headers),
    ]


async def nothing_is_found(till: Till, browser: Browser, order: Order) -> None:
    answers = await everywhere(browser, order)
    listed = (await browser.get("/bills")).text

    assert {answer.status_code for answer in answers} == {404}
    assert str(order.bill_id) not in listed
    assert order.order_no not in listed
    assert FIRM not in "".join(answer.text for answer in answers) + listed
    assert (await browser.get("/api/bills")).json() == []
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1


@pytest.mark.parametrize("paid", [False, True])
async def test_an_agent_of_another_firm_finds_nothing(till: Till, hall: Hall, firm: UUID, paid: bool) -> None:
    order = await till.start(*await till.bill(firm))
    if paid:
        await till.pay(order)
    stranger = await till.resident(3)
    await till.may_act(stranger, await till.firm(2))
    async with await hall.resident(stranger) as browser:
        await nothing_is_found(till, browser, order)


@pytest.mark.parametrize("how", ["ended today", "run out", "taken back", "not begun"])
async def test_who_may_not_act_today_finds_nothing(till: Till, hall: Hall, firm: UUID, how: str) -> None:
    agent, day = await till.resident(1), timedelta(days=1)
    today = local_date(till.now)
    order = await till.start(*await till.bill(firm))
    await till.pay(order)
    match how:
        case "ended today":
            await till.may_act(agent, firm, valid_from=today - 9 * day)
            async with await hall.resident(agent) as browser:
                assert (await browser.get(f"/payments/{order.order_no}")).status_code == 200
            await till.may_act(agent, firm, None)
        case "run out":
            await till.may_act(agent, firm, valid_from=today - 9 * day, valid_until=today - day)
        case "taken back":
            await till.may_act(agent, firm, withdrawn=True)
        case "not begun":
            await till.may_act(agent, firm, valid_from=today + day)

    async with await hall.resident(agent) as browser:
        await nothing_is_found(till, browser, order)


async def test_a_bill_of_somebody_for_whom_the_right_is_still_to_come_is_none_of_ones_own(
    till: Till, agent: Browser
) -> None:
    other = await till.firm(2)
    await till.may_act(agent.subject_id, other, valid_from=local_date(till.now) + timedelta(days=1))
    _, bill_id = await till.bill(other)

    assert (await agent.get(f"/bills/{bill_id}")).status_code == 404
    assert (await agent.get("/api/bills")).json() == []


@pytest.mark.parametrize("order_no", ["PAY00000001", "z" * 31, "0" * 31, "é" * 31, "..%2f" * 4, "%00" * 8])
async def test_a_made_up_number_is_not_found(agent: Browser, order_no: str) -> None:
    for path in (f"/payments/{order_no}", f"/payments/{order_no}/go", f"/payments/{order_no}/receipt"):
        assert (await agent.get(path)).status_code in {400, 404}


@pytest.mark.parametrize("form", [{}, {"channel": "cash", "key": "k"}, {"channel": "wechat", "key": "钥匙"}])
async def test_a_form_that_is_wrong_pays_nothing(till: Till, agent: Browser, firm: UUID, form: dict[str, str]) -> None:
    _, bill_id = await till.bill(firm)
    answer = await agent.submit(f"/bills/{bill_id}/pay", **form)

    assert 400 <= answer.status_code < 500
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 0
