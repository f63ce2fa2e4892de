"""What the office sees and does: numbers and amounts, no people; every act is noted, and a watcher may only look."""

from tests.entitlements.conftest import Office


async def lost(office: Office) -> str:
    """A payout whose cause was withdrawn after it was paid: its number."""
    owner, report, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
    await office.settle()
    await office.pay_out()
    await office.hear(1)
    await office.report(owner, report, withdrawn=True)
    return str(await office.db.fetchval("SELECT answer_no FROM entitlement_answers"))


async def test_a_lost_cause_is_listed_until_somebody_has_looked_into_it(office: Office) -> None:
    number = await lost(office)
    async with await office.hall.operator("cashier") as desk:
        listed = (await desk.get("/ops/entitlements")).text
        without_reason = await desk.submit("/ops/entitlements/settle", number=number, reason=" ")
        done = await desk.submit("/ops/entitlements/settle", number=number, reason="已核实，当事人已退回")
        twice = await desk.submit("/ops/entitlements/settle", number=number, reason="再来")
        after = (await desk.get("/ops/entitlements")).text

    assert number in listed
    assert "林" not in listed
    assert (without_reason.status_code, done.status_code, twice.status_code) == (422, 303, 409)
    assert number not in after
    acts = await office.db.fetch("SELECT act, reason FROM entitlement_acts ORDER BY at, act_id")
    assert [tuple(row) for row in acts][-1] == ("settled", "已核实，当事人已退回")
    kinds = [row["kind"] for row in await office.db.fetch("SELECT kind FROM operator_acts")]
    assert kinds.count("entitlements.settled") == 1


async def test_what_was_declined_is_offered_again_by_its_number(office: Office) -> None:
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser, await office.hall.operator("cashier") as desk:
        await browser.submit(f"{path}/decline")
        await office.settle()
        number = str(await office.db.fetchval("SELECT answer_no FROM entitlement_answers")).lower()
        wrong = await desk.submit("/ops/entitlements/reopen", number="MX000", reason="来电")
        spoken = f"{number[:4]} {number[4:]}"
        done = await desk.submit("/ops/entitlements/reopen", number=spoken, reason="来电")
        await office.settle()
        page = (await browser.get(path)).text

    assert (wrong.status_code, done.status_code) == (409, 303)
    assert "确认领取" in page


async def test_who_only_watches_can_change_nothing(office: Office) -> None:
    number = await lost(office)
    async with await office.hall.operator("watcher") as desk:
        page = (await desk.get("/ops/entitlements")).text
        answers = [
            (await desk.submit(f"/ops/entitlements/{act}", number=number, reason="x")).status_code
            for act in ("settle", "reopen")
        ]
    async with await office.hall.resident() as resident:
        outside = (await resident.get("/ops/entitlements")).status_code

    assert number in page
    assert 'name="reason"' not in page
    assert answers == [403, 403]
    assert outside != 200
