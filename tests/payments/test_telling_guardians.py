"""What a child and its guardians are told of its bills: each once, and taken back from each."""

import asyncio
from typing import Any

import pytest

from backend.citizens.models import Role
from backend.citizens.service import get_profile, lock_subject
from backend.payments.events import BillRecorded
from backend.payments.models import Channel
from backend.payments.telling import tell_of_bill
from notifications.inbox import list_inbox
from notifications.models import Kind, Tab
from tests.departments.feeding import Town
from tests.hall import Hall
from tests.payments.office import ASKED, GONE, PAID, Family
from tests.payments.test_bill_feed import bill_line, feed
from tests.payments.test_pages import key_in
from tests.payments.till import PRICE, given_back, told


async def test_the_child_and_each_guardian_are_asked_once_and_guardians_hear_for_whom(family: Family) -> None:
    await family.may_act(0, 1)
    _, bill_id = await family.till.bill(family.child)

    assert await family.all_told() == [[ASKED]] * 3
    rows = await family.till.db.fetch("SELECT recipient_id, on_behalf_of, link FROM messages")
    assert {(row["recipient_id"], row["on_behalf_of"]) for row in rows} == {
        (family.child, None),
        *((parent, family.child) for parent in family.readers),
    }
    assert {row["link"] for row in rows} == {f"/bills/{bill_id}"}


async def test_what_is_said_names_nobody_and_does_not_take_the_guardian_for_who_owes(family: Family) -> None:
    await family.may_act(0)
    await family.till.bill(family.child)
    await family.settle()

    own, guardians = [
        (await list_inbox(family.till.db, reader, Tab.TODO, family.till.now)).messages[0]
        for reader in (family.child, family.readers[0])
    ]
    stored = await family.till.db.fetchval("SELECT string_agg(m::text, '') FROM messages m")

    assert guardians.kind is Kind.STATUTORY
    assert own.zh.why is not None
    assert guardians.zh.why is not None
    assert own.zh.why.based_on == "出入境管理局开给您的缴款单"
    assert guardians.zh.why.based_on == "出入境管理局开给您监护的孩子的缴款单"
    assert guardians.en is not None
    assert guardians.en.why is not None
    assert guardians.en.why.plain == "A child in your care has ¥120 to pay, so we tell you."
    assert "测试" not in stored


async def test_named_by_two_sources_is_one_telling(family: Family) -> None:
    await family.may_act(0)
    await family.may_act(0, source="identity-provider")
    await family.till.bill(family.child)

    assert await family.told(0) == [ASKED]


async def test_who_is_not_its_guardian_hears_nothing_of_a_persons_bills(family: Family) -> None:
    await family.may_act(0, role=Role.AUTHORISED)
    await family.till.bill(family.child)
    await family.may_act(1, role=Role.AUTHORISED)

    assert await family.all_told() == [[ASKED], [], []]


async def test_paid_by_one_guardian_it_is_taken_back_from_all_and_all_are_told(family: Family, hall: Hall) -> None:
    await family.may_act(0, 1)
    _, bill_id = await family.till.bill(family.child)
    assert await family.all_told() == [[ASKED]] * 3
    async with await hall.resident(family.readers[0]) as phone:
        page = (await phone.get(f"/bills/{bill_id}")).text
        paying = await phone.submit(f"/bills/{bill_id}/pay", channel="wechat", key=key_in(page))
    order_no = paying.headers["location"].split("/")[2]

    await family.till.apply(told(Channel.WECHAT, order_no))

    assert await family.all_told() == [[GONE, PAID]] * 3
    about = await family.till.db.fetch("SELECT recipient_id, on_behalf_of FROM messages WHERE rule = 'payment-settled'")
    assert {row["recipient_id"] for row in about if row["on_behalf_of"] == family.child} == set(family.readers)


async def test_a_withdrawn_bill_is_taken_back_from_all(town: Town, family: Family) -> None:
    await family.may_act(0, 1)
    key = await town.department("bills:*")
    await feed(town, key, [await line_of(family, 1)])
    assert await family.all_told() == [[ASKED]] * 3

    await feed(town, key, [await line_of(family, 2, withdrawn=True)])

    assert await family.all_told() == [[GONE]] * 3
    assert await family.rows() == 0


async def test_another_amount_takes_the_place_of_what_all_were_told(town: Town, family: Family) -> None:
    await family.may_act(0, 1)
    key = await town.department("bills:*")
    for day, amount in ((1, 12_000), (2, 24_000), (3, 12_000), (4, 12_000)):
        await feed(town, key, [await line_of(family, day, amount_fen=amount)])
        await family.settle()

    assert await family.all_told() == [[GONE, GONE, ASKED]] * 3


async def line_of(family: Family, day: int, **fields: Any) -> dict[str, Any]:
    """The department's bill for the child, as stated on this day of November."""
    profile = await get_profile(family.till.db, family.till.keyring, family.child)
    payer = {"kind": "person", "number": profile.number, "name": profile.name}
    return bill_line(1, payer=payer, updated_at=f"2026-11-{day:02}T08:00:00+08:00", **fields)


async def test_money_twice_is_told_to_all_until_it_has_gone_back(family: Family) -> None:
    await family.may_act(0, 1)
    child, bill_id = await family.till.bill(family.child)
    orders = [await family.till.start(child, bill_id, channel) for channel in (Channel.WECHAT, Channel.ALIPAY)]
    for order in orders:
        await family.till.pay(order)
    assert [each[-1] for each in await family.all_told()] == [("payment-overpaid", "active")] * 3

    number = await family.till.db.fetchval("SELECT refund_no FROM payment_refunds")
    await family.till.apply(given_back(orders[1], number, PRICE))

    for each in await family.all_told():
        assert each[-2:] == [("payment-overpaid", "withdrawn"), ("payment-refunded", "active")]


async def test_facts_handled_again_tell_nobody_again(family: Family) -> None:
    await family.may_act(0, 1)
    await family.till.bill(family.child)
    await family.till.pay(await family.till.start(*await family.till.bill(family.child)))
    before = await family.all_told()
    await family.till.db.execute("UPDATE events SET done_at = NULL")
    await family.till.db.execute("DELETE FROM event_handlings")

    assert await family.all_told() == before


@pytest.mark.parametrize("has_guardian", [True, False])
async def test_only_what_is_told_of_one_who_is_acted_for_takes_turns(family: Family, *, has_guardian: bool) -> None:
    till = family.till
    if has_guardian:
        await family.may_act(0)
    _, bill_id = await till.bill(family.child)
    raised = BillRecorded(
        subject_id=family.child, bill_id=bill_id, fee_code="passport", amount_fen=PRICE, due_on=None, withdrawn=False,
        first=True,
    )  # fmt: skip

    async def tell() -> None:
        async with till.db.transaction() as tx:
            await tell_of_bill(tx, raised, till.now)

    async with till.db.transaction() as other:
        await lock_subject(other, family.child)
        telling = asyncio.create_task(tell())
        done, _ = await asyncio.wait([telling], timeout=0.3 if has_guardian else 30)
    await telling

    assert bool(done) is not has_guardian
