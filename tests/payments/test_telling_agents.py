"""What those who act for an organisation are told of its bills: each once, and taken back from each."""

from backend.citizens.models import Role
from backend.citizens.service import get_profile
from backend.payments.models import Channel
from backend.payments.money import Fen
from backend.payments.refunds import request_refund
from notifications.inbox import list_inbox
from notifications.models import Kind, Tab
from tests.departments.feeding import Town
from tests.payments.office import ASKED, DAY, GONE, PAID, Office
from tests.payments.test_bill_feed import bill_line, feed
from tests.payments.till import PRICE, given_back


async def test_each_agent_is_asked_once_and_the_firm_itself_reads_nothing(office: Office) -> None:
    await office.may_act(0, 1)
    _, bill_id = await office.till.bill(office.firm)

    assert (await office.told(0), await office.told(1)) == ([ASKED], [ASKED])
    rows = await office.till.db.fetch("SELECT recipient_id, on_behalf_of, link FROM messages")
    assert {row["recipient_id"] for row in rows} == set(office.readers)
    assert {(row["on_behalf_of"], row["link"]) for row in rows} == {(office.firm, f"/bills/{bill_id}")}


async def test_what_is_said_names_nobody_and_does_not_take_the_agent_for_who_owes(office: Office) -> None:
    await office.may_act(0)
    await office.till.bill(office.firm)
    await office.settle()

    [message] = (await list_inbox(office.till.db, office.readers[0], Tab.TODO, office.till.now)).messages
    stored = await office.till.db.fetchval("SELECT string_agg(m::text, '') FROM messages m")

    assert message.kind is Kind.STATUTORY
    assert message.zh.why is not None
    assert message.zh.why.based_on == "出入境管理局开给您代办的单位的缴款单"
    assert message.en is not None
    assert message.en.why is not None
    assert message.en.why.plain == "An organisation you act for has ¥120 to pay, so we tell you."
    assert "上海测试" not in stored


async def test_two_roles_are_one_telling(office: Office) -> None:
    await office.may_act(0)
    await office.may_act(0, role=Role.LEGAL_REPRESENTATIVE, source="identity-provider")
    await office.till.bill(office.firm)

    assert await office.told(0) == [ASKED]


async def test_paying_takes_it_back_from_all_and_tells_all(office: Office) -> None:
    await office.may_act(0, 1)
    order = await office.till.start(*await office.till.bill(office.firm))
    await office.settle()
    await office.read(1)

    await office.till.pay(order)

    assert await office.told(0) == [GONE, PAID]
    assert await office.told(1) == [("payment-due", "superseded"), PAID]


async def test_a_withdrawn_bill_is_taken_back_from_all(town: Town, office: Office) -> None:
    await office.may_act(0, 1)
    key = await town.department("bills:*")
    payer = {"kind": "organisation", "number": await number_of(office), "name": "上海测试1号有限公司"}
    await feed(town, key, [bill_line(1, payer=payer)])
    assert await office.told(0) == [ASKED]

    await feed(town, key, [bill_line(1, payer=payer, withdrawn=True, updated_at="2026-11-02T08:00:00+08:00")])

    assert (await office.told(0), await office.told(1), await office.rows()) == ([GONE], [GONE], 0)


async def test_another_amount_takes_the_place_of_what_all_were_told(town: Town, office: Office) -> None:
    await office.may_act(0, 1)
    key = await town.department("bills:*")
    payer = {"kind": "organisation", "number": await number_of(office), "name": "上海测试1号有限公司"}
    for day, amount in ((1, 12_000), (2, 24_000), (3, 12_000), (4, 12_000)):
        line = bill_line(1, payer=payer, amount_fen=amount, updated_at=f"2026-11-{day:02}T08:00:00+08:00")
        await feed(town, key, [line])
        await office.settle()

    assert (await office.told(0), await office.told(1)) == ([GONE, GONE, ASKED], [GONE, GONE, ASKED])


async def number_of(office: Office) -> str:
    return (await get_profile(office.till.db, office.till.keyring, office.firm)).number


async def test_money_twice_is_told_to_all_until_it_has_gone_back(office: Office) -> None:
    await office.may_act(0, 1)
    firm, bill_id = await office.till.bill(office.firm)
    orders = [await office.till.start(firm, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    for order in orders:
        await office.till.pay(order)
    assert (await office.told(1))[-1] == ("payment-overpaid", "active")

    number = await office.till.db.fetchval("SELECT refund_no FROM payment_refunds")
    await office.till.apply(given_back(orders[1], number, PRICE))

    for reader in (0, 1):
        assert (await office.told(reader))[-2:] == [("payment-overpaid", "withdrawn"), ("payment-refunded", "active")]


async def test_each_refund_is_told_to_each_once(office: Office) -> None:
    await office.may_act(0, 1)
    order = await office.till.start(*await office.till.bill(office.firm))
    await office.till.pay(order)
    number = await request_refund(
        office.till.db, office.till.keyring, office.firm, order.order_no, Fen(500), "退费", office.till.now
    )
    for _ in range(2):
        await office.till.apply(given_back(order, number, 500))

    assert (await office.told(0)).count(("payment-refunded", "active")) == 1
    assert (await office.told(1)).count(("payment-refunded", "active")) == 1


async def test_notices_of_no_use_any_more_are_not_kept_track_of(office: Office) -> None:
    await office.may_act(0)
    for _ in range(2):
        await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
        await office.settle()
        office.till.clock.at += 8 * DAY

    assert await office.rows() == 1


async def test_facts_handled_again_tell_nobody_again(office: Office) -> None:
    await office.may_act(0, 1)
    await office.till.bill(office.firm)
    await office.till.pay(await office.till.start(*await office.till.bill(office.firm)))
    before = await office.told(0)
    await office.till.db.execute("UPDATE events SET done_at = NULL")
    await office.till.db.execute("DELETE FROM event_handlings")

    assert await office.told(0) == before
    assert await office.told(1) == before
