"""One screen and one tap: matched, told, confirmed, paid, and said so; the ledger has it once."""

from tests.entitlements.conftest import AMOUNT, CARD, Office


async def test_from_the_message_to_the_money(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        offered = (await browser.get(path)).text
        confirmed = await browser.submit(f"{path}/confirm", amount_fen=AMOUNT, card="new", number=CARD)
        under_way = await browser.get(confirmed.headers["location"])
        await office.settle()
        await office.pay_out()
        answers = await office.hear(1)
        paid = (await browser.get(path)).text
        statement = (await browser.get("/entitlements")).text

    assert "180" in offered
    assert "确认领取" in offered
    assert "最低生活保障" in offered or "认定" in offered
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, path)
    assert "正在发放" in under_way.text
    assert under_way.headers["refresh"] == "5"
    assert answers == [200]
    assert "已发放" in paid
    assert "尾号 0128" in paid
    assert "确认领取" not in paid
    assert "已发放" in statement
    assert await office.balances() == {"payout": AMOUNT, "treasury": -AMOUNT}
    assert await office.messages(owner) == [("allowance", "withdrawn"), ("payout-paid", "active")]
    reason = await office.db.fetchval("SELECT reason FROM matches WHERE subject_id = $1", owner)
    assert reason == "done:confirmed"
