"""Once for good: two taps, two devices, a refusal that stays, a cause that vanishes before or after."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from backend.entitlements.models import Wish
from backend.entitlements.service import confirm, reopen
from backend.operators.service import add_operator, list_operators
from backend.sandbox.gateways.faults import Fault
from tests.entitlements.conftest import AMOUNT, CARD, OTHER_CARD, RULE, Office, allowance
from tests.matching.people import with_rules


async def test_two_taps_and_two_devices_are_one_payout(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as phone, await office.hall.resident(owner) as tablet:
        taps = await asyncio.gather(
            *(office.confirm(browser, path) for browser in (phone, tablet, phone)),
            office.confirm(tablet, path, OTHER_CARD),
        )

    assert taps == [303] * 4
    assert len(await office.payouts()) == 1
    assert await office.db.fetchval("SELECT count(*) FROM entitlement_answers") == 1


async def test_what_was_declined_stays_declined(office: Office) -> None:
    owner, report, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        assert (await browser.submit(f"{path}/decline")).status_code == 303
        await office.settle()
        await office.report(owner, report)  # told again by the department
        page = (await browser.get(path)).text
        await office.confirm(browser, path)

    assert "您已选择不领取" in page
    assert "12345" in page
    assert "确认领取" not in page
    assert await office.payouts() == []
    assert await office.db.fetchval("SELECT reason FROM matches") == "declined"
    assert [state for rule, state in await office.messages(owner) if rule == RULE] == ["withdrawn"]


async def test_only_somebody_of_the_office_offers_again_what_was_declined(office: Office) -> None:
    owner, _, path = await office.offer()
    await add_operator(office.db, "赵敏", ["cashier"], office.now)
    [operator] = await list_operators(office.db)
    async with await office.hall.resident(owner) as browser:
        await browser.submit(f"{path}/decline")
        await office.settle()
        number = await office.db.fetchval("SELECT answer_no FROM entitlement_answers")
        async with office.db.transaction() as tx:
            await reopen(tx, operator.operator_id, number, "来电改变主意", office.now)
        await office.settle()
        page = (await browser.get(path)).text
        assert await office.confirm(browser, path) == 303

    assert "确认领取" in page
    assert len(await office.payouts()) == 1
    acts = await office.db.fetch("SELECT act FROM entitlement_acts ORDER BY at, act_id")
    assert [row["act"] for row in acts] == ["declined", "reopened", "confirmed"]
    assert [state for rule, state in await office.messages(owner) if rule == RULE][-1:] != []


async def test_a_cause_that_vanishes_ends_the_offer(office: Office) -> None:
    owner, report, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.report(owner, report, withdrawn=True)
        page = (await browser.get(path)).text
        assert await office.confirm(browser, path) == 303

    assert "不能领取了" in page
    assert "已被撤回或更正" in page
    assert await office.payouts() == []


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
async def test_a_cause_that_vanishes_after_the_payout_is_listed_and_no_money_moves(office: Office, how: str) -> None:
    owner, report, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
        await office.settle()
        await office.pay_out()
        await office.hear(1)
        if how == "withdrawn":
            await office.report(owner, report, withdrawn=True)
        else:
            await office.report(owner, report, on=date(2026, 11, 18))
        page = (await browser.get(path)).text
        await office.confirm(browser, path)
        again = await office.report(owner)  # said anew under another number: somebody has to look first
        other = await office.confirm(browser, f"/entitlements/{RULE}/{again}")

    assert "工作人员正在核实" in page
    assert other == 303
    assert [state for _, state in await office.payouts()] == ["paid"]
    assert await office.balances() == {"payout": AMOUNT, "treasury": -AMOUNT}
    assert await office.db.fetchval("SELECT lost_at IS NOT NULL FROM entitlement_answers WHERE settled_at IS NULL")
    assert await office.db.fetchval("SELECT count(*) FROM entitlement_acts WHERE act = 'lost'") == 1


async def test_a_corrected_date_is_the_same_entitlement_and_not_paid_twice(office: Office) -> None:
    owner, report, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
        await office.settle()
        await office.report(owner, report, on=date(2026, 11, 19))
        await office.confirm(browser, path)

    assert len(await office.payouts()) == 1


async def test_what_is_somebody_elses_is_not_found(office: Office) -> None:
    _, _, path = await office.offer()
    async with await office.hall.resident(await office.resident(2)) as stranger:
        answers = [
            (await stranger.get(path)).status_code,
            await office.confirm(stranger, path),
            (await stranger.submit(f"{path}/decline")).status_code,
            (await stranger.get(f"/entitlements/{RULE}/{uuid4()}")).status_code,
        ]

    assert answers == [404] * 4
    assert await office.payouts() == []


async def test_an_amount_that_has_changed_is_not_confirmed_unread(office: Office) -> None:
    owner, _, path = await office.offer()
    office.city = with_rules(office.city, allowance(amount_fen=20_000))
    office.hall = office.open()
    async with await office.hall.resident(owner) as browser:
        assert await office.confirm(browser, path) == 409
        assert await office.confirm(browser, path, amount_fen=20_000) == 303

    assert len(await office.payouts()) == 1


async def test_an_amount_that_nobody_has_said_cannot_be_confirmed(office: Office) -> None:
    office.city = with_rules(office.city, allowance(amount_fen=None))
    office.hall = office.open()
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        page = (await browser.get(path)).text
        await office.confirm(browser, path)

    assert "金额还没有确定" in page
    assert "确认领取" not in page
    assert await office.payouts() == []


async def test_a_rule_that_is_stopped_pays_nothing(office: Office) -> None:
    owner, _, path = await office.offer()
    await office.db.execute(
        "INSERT INTO rule_states (rule, state, changed_at) VALUES ($1, 'stopped', $2)", RULE, office.now
    )
    async with await office.hall.resident(owner) as browser:
        page = (await browser.get(path)).text
        await office.confirm(browser, path)

    assert "不能领取了" in page
    assert await office.payouts() == []


@pytest.mark.parametrize("number", ["", "6222021234567890129", "123", "６２２２", "x" * 30])
async def test_a_number_that_is_no_card_is_said_so_on_the_same_page(office: Office, number: str) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        answer = await browser.submit(f"{path}/confirm", amount_fen=AMOUNT, card="new", number=number)

    assert answer.status_code == 422
    assert "银行卡号不对" in answer.text
    assert 'role="alert"' in answer.text
    assert await office.payouts() == []


async def test_a_card_is_kept_sealed_known_again_and_shown_by_its_last_digits(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path, "６２２２ 0212-3456 7890 128")
        again = await office.report(owner)
        page = (await browser.get(f"/entitlements/{RULE}/{again}")).text
        card_id = await office.db.fetchval("SELECT card_id FROM bank_cards")
        chosen = await browser.submit(f"/entitlements/{RULE}/{again}/confirm", amount_fen=AMOUNT, card=str(card_id))

    assert "尾号 0128" in page
    assert "622202" not in page
    assert chosen.status_code == 303
    assert await office.db.fetchval("SELECT count(*) FROM bank_cards") == 1
    assert len(await office.payouts()) == 2
    sealed = await office.db.fetchval("SELECT number_enc FROM bank_cards")
    assert CARD.encode() not in sealed


async def test_a_card_of_somebody_else_cannot_be_chosen(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
    theirs = await office.db.fetchval("SELECT card_id FROM bank_cards")
    other, _, other_path = await office.offer(2)
    async with await office.hall.resident(other) as browser:
        answer = await browser.submit(f"{other_path}/confirm", amount_fen=AMOUNT, card=str(theirs))

    assert answer.status_code == 422
    assert len(await office.payouts()) == 1


async def test_a_card_chosen_and_another_number_typed_is_asked_about(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
        again = await office.report(owner)
        card_id = await office.db.fetchval("SELECT card_id FROM bank_cards")
        fields = {"amount_fen": AMOUNT, "card": str(card_id), "number": OTHER_CARD}
        answer = await browser.submit(f"/entitlements/{RULE}/{again}/confirm", **fields)

    assert answer.status_code == 422
    assert "请选定发到哪一张" in answer.text
    assert len(await office.payouts()) == 1


async def test_a_card_that_the_bank_refuses_is_exchanged_without_applying_again(office: Office) -> None:
    owner, _, path = await office.offer()
    office.town.fault(Fault.PAYEE_REFUSED)
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
        await office.pay_out()
        await office.hear(1)
        failed = (await browser.get(path)).text
        told = await office.messages(owner)
        office.town.fault()
        await office.confirm(browser, path, OTHER_CARD)
        await office.pay_out()
        await office.hear(2)
        paid = (await browser.get(path)).text

    assert "没有发放成功" in failed
    assert "尾号 0128" in failed
    assert ("payout-failed", "active") in told
    assert "已发放" in paid
    assert "尾号 0122" in paid
    assert sorted(state for _, state in await office.payouts()) == ["failed", "paid"]
    assert await office.balances() == {"payout": AMOUNT, "treasury": -AMOUNT}
    assert ("payout-failed", "active") not in await office.messages(owner)


async def test_eight_confirmations_at_the_same_moment_are_one_payout(office: Office) -> None:
    owner, report, _ = await office.offer()
    wish = Wish(reader_id=owner, rule=RULE, cause_id=str(report), amount_fen=AMOUNT, number=CARD)

    await asyncio.gather(*(confirm(office.db, office.keyring, office.city, wish, office.now) for _ in range(8)))

    assert len(await office.payouts()) == 1
