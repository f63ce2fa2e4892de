"""Bills of organisations and children: seen and paid by those who may act for them today."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from backend.citizens.models import Role
from backend.citizens.representation import MOST
from backend.payments.models import Channel
from tests.hall import Browser, Hall
from tests.payments.conftest import FIRM
from tests.payments.test_pages import key_in, words
from tests.payments.till import PRICE, Till, told


async def test_an_agent_pays_from_the_list_to_the_receipt_and_reads_for_whom(
    till: Till, agents: Sequence[Browser], firm: UUID
) -> None:
    agent, other = agents
    _, bill_id = await till.bill(firm)
    bills, bill = (await agent.get("/bills")).text, (await agent.get(f"/bills/{bill_id}")).text
    paying = await agent.submit(f"/bills/{bill_id}/pay", channel="wechat", key=key_in(bill))
    leaving = await agent.get(paying.headers["location"])
    result_path = paying.headers["location"].removesuffix("/go")
    order_no = result_path.rsplit("/", 1)[1]
    till.providers[Channel.WECHAT].orders[order_no] = told(Channel.WECHAT, order_no)

    results = [await phone.get(result_path) for phone in agents]
    receipts = [await phone.get(f"{result_path}/receipt") for phone in agents]
    pdf = await other.get(f"{result_path}/receipt.pdf")
    paid = (await other.get("/bills")).text

    for page in (bills, bill, leaving.text, *[each.text for each in (*results, *receipts)], paid):
        assert f"为 {FIRM}" in page
        assert str(firm) not in page
    assert "缴费成功" in results[0].text
    assert "缴费成功" in results[1].text, "what one has paid the other sees"
    assert f"缴款人 {FIRM}" in words(receipts[1].text)
    assert pdf.content.startswith(b"%PDF-")
    assert f'href="{result_path}/receipt"' in paid
    owner = await till.db.fetchval("SELECT subject_id FROM payment_orders")
    assert owner == firm, "the payer is who owes it"


async def test_ones_own_bills_come_first_and_each_firm_has_its_own(till: Till, agent: Browser, firm: UUID) -> None:
    second, without = await till.firm(2), await till.firm(3)
    for other in (second, without):
        await till.may_act(agent.subject_id, other)
    for owner in (second, firm, agent.subject_id):
        await till.bill(owner)
    order = await till.start(*await till.bill(firm))
    await till.pay(order)

    page = words((await agent.get("/bills")).text)
    told = (await agent.get("/api/bills")).json()

    assert page.count("普通护照") == 4
    assert page.index("待缴") < page.index("普通护照") < page.index(f"为 {FIRM}")
    assert "上海测试2号有限公司" in page
    assert "上海测试3号有限公司" not in page, "it owes nothing and has paid nothing"
    own, *others = [(bill["state"], bill["on_behalf_of"]) for bill in told]
    assert own == ("open", None)
    assert set(others) == {("open", FIRM), ("open", "上海测试2号有限公司"), ("settled", FIRM)}
    assert others[-1] == ("settled", FIRM)


async def test_a_guardian_pays_for_a_child_whose_name_is_masked(till: Till, hall: Hall) -> None:
    guardian, child = await till.resident(1), await till.resident(2)
    await till.db.execute("UPDATE subjects SET born_on = '2020-05-18' WHERE subject_id = $1", child)
    await till.may_act(guardian, child, Role.GUARDIAN)
    _, bill_id = await till.bill(child)
    async with await hall.resident(guardian) as browser:
        page = (await browser.get(f"/bills/{bill_id}")).text
        paying = await browser.submit(f"/bills/{bill_id}/pay", channel="alipay", key=key_in(page))

    assert "为您的孩子 测*" in page
    assert "测试" not in words(page)
    assert paying.headers["location"].endswith("/go")


async def test_the_api_says_for_whom(till: Till, agent: Browser, firm: UUID) -> None:
    _, bill_id = await till.bill(firm)
    headers = {"X-CSRF-Token": agent.csrf_token, "Idempotency-Key": "k1"}
    made = await agent.post(f"/api/bills/{bill_id}/payments", json={"channel": "wechat"}, headers=headers)
    again = await agent.post(f"/api/bills/{bill_id}/payments", json={"channel": "wechat"}, headers=headers)
    order_no = made.json()["order_no"]
    await till.apply(told(Channel.WECHAT, order_no))

    shown = (await agent.get(f"/api/payments/{order_no}")).json()
    receipt = (await agent.get(f"/api/payments/{order_no}/receipt")).json()
    pdf = await agent.get(f"/api/payments/{order_no}/receipt.pdf")

    assert (made.status_code, again.json()["order_no"]) == (201, order_no)
    assert {each["on_behalf_of"] for each in (made.json(), shown, receipt)} == {FIRM}
    assert shown["state"] == "paid"
    assert pdf.status_code == 200


async def test_who_acts_for_very_many_reaches_every_bill_and_only_its_owner_is_opened(
    till: Till, agent: Browser, firm: UUID
) -> None:
    await act_for_many(till, agent.subject_id, MOST + 50)
    _, bill_id = await till.bill(firm)

    pages = [await agent.get(path) for path in (f"/bills/{bill_id}", "/bills")]
    told = (await agent.get("/api/bills")).json()
    paying = await agent.submit(f"/bills/{bill_id}/pay", channel="wechat", key=key_in(pages[0].text))

    assert [page.status_code for page in pages] == [200, 200], "the names of the others are sealed with no key"
    assert all(f"为 {FIRM}" in page.text for page in pages)
    assert [bill["bill_id"] for bill in told] == [str(bill_id)]
    assert paying.headers["location"].endswith("/go")


async def test_a_list_that_is_cut_says_so(till: Till, agent: Browser) -> None:
    reader, _ = await till.bill(agent.subject_id)
    await bills_like_it(till, reader, 199)
    whole = (await agent.get("/bills")).text
    await bills_like_it(till, reader, 1)
    cut = (await agent.get("/bills")).text

    assert "没有全部列出" not in whole
    assert "没有全部列出" in cut
    assert whole.count("普通护照") == cut.count("普通护照") == 200


async def act_for_many(till: Till, agent_id: UUID, number: int) -> None:
    """Firms that come before all others in every order, each by the word of two sources."""
    await till.db.execute(
        """WITH firms AS (
               INSERT INTO subjects (subject_id, kind, key_id, number_enc, name_enc, created_at, updated_at)
               SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'organisation', 'none', '', '',
                      $3, $3
               FROM generate_series(1, $2::int) n RETURNING subject_id)
           INSERT INTO mandates (subject_id, word_id, agent_id, role, source, valid_from, withdrawn, stated_at)
           SELECT subject_id, gen_random_uuid(), $1, 'authorised', source, '2026-01-01', false, $3
           FROM firms CROSS JOIN unnest(ARRAY['department:market', 'identity-provider']) AS source""",
        agent_id,
        number,
        till.now,
    )


async def bills_like_it(till: Till, owner: UUID, number: int) -> None:
    await till.db.execute(
        """INSERT INTO bills (subject_id, bill_id, bill_no, department_id, source_id, fee_code, amount_fen, basis,
                              payee, key_id, state, created_at, updated_at)
           SELECT subject_id, gen_random_uuid(), gen_random_uuid()::text, department_id, gen_random_uuid()::text,
                  fee_code, amount_fen, basis, payee, key_id, state, created_at, updated_at
           FROM (SELECT * FROM bills WHERE subject_id = $1 LIMIT 1) b, generate_series(1, $2::int)""",
        owner,
        number,
    )


async def test_two_agents_at_once_settle_it_once(till: Till, agents: Sequence[Browser], firm: UUID) -> None:
    _, bill_id = await till.bill(firm)
    taps = await asyncio.gather(
        *[
            agent.submit(f"/bills/{bill_id}/pay", channel=channel, key=f"key-{channel}")
            for agent, channel in zip(agents, ("wechat", "alipay"), strict=True)
        ]
    )
    orders = [tap.headers["location"].split("/")[2] for tap in taps]

    await asyncio.gather(
        *[till.apply(told(channel, no)) for channel, no in zip((Channel.WECHAT, Channel.ALIPAY), orders, strict=True)]
    )

    assert len(set(orders)) == 2
    assert await till.db.fetchval("SELECT count(*) FROM receipts") == 1
    assert (await till.balances())["overpayment"] == -PRICE
    assert await till.db.fetchval("SELECT count(*) FROM payment_refunds WHERE cause = 'overpayment'") == 1


async def test_the_same_key_of_two_agents_is_one_payment_and_for_another_wish_refused(
    till: Till, agents: Sequence[Browser], firm: UUID
) -> None:
    _, bill_id = await till.bill(firm)
    first, second = [await agent.submit(f"/bills/{bill_id}/pay", channel="wechat", key="k") for agent in agents]
    other = await agents[1].submit(f"/bills/{bill_id}/pay", channel="alipay", key="k")

    assert first.headers["location"] == second.headers["location"]
    assert other.status_code == 422
    assert await till.db.fetchval("SELECT count(*) FROM payment_orders") == 1
