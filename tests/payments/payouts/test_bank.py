"""Whatever the bank does or says: each payout is paid once, and the books here and there agree."""

from datetime import timedelta

import httpx
import pytest

from backend.core.clock import local_date
from backend.payments.payouts.comparing import compare_day, compare_due
from backend.payments.payouts.models import Told, Word
from backend.payments.payouts.service import apply
from backend.payments.records import Source
from backend.payments.verdicts import Verdict
from backend.sandbox.gateways.faults import Fault
from tests.entitlements.conftest import AMOUNT, Office, office, town

__all__ = ["office", "town"]

PAID = {"payout": AMOUNT, "treasury": -AMOUNT}


async def confirmed(office: Office) -> str:
    """A payout that has been ordered: its number."""
    owner, _, path = await office.offer()
    async with await office.hall.resident(owner) as browser:
        await office.confirm(browser, path)
    [(number, _)] = await office.payouts()
    return number


async def again(office: Office, **later: float) -> None:
    """A later round of the worker."""
    office.clock.at += timedelta(**later)
    await office.pay_out()


async def test_an_answer_that_is_lost_makes_no_second_payment(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.ANSWER_LOST, Fault.NEVER_CALL_BACK)
    await office.pay_out()
    await office.town.decided(number)
    office.town.fault(Fault.NEVER_CALL_BACK)
    await again(office, seconds=11)

    assert await office.payouts() == [(number, "paid")]
    assert len(office.town.book.list_trades(10)) == 1
    assert await office.balances() == PAID


async def test_a_notice_that_never_comes_is_asked_for(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.NEVER_CALL_BACK)
    await office.pay_out()
    await office.town.decided(number)
    before = await office.payouts()
    await again(office, seconds=11)

    assert before == [(number, "accepted")]
    assert await office.payouts() == [(number, "paid")]
    assert await office.balances() == PAID


async def test_a_bank_that_is_down_is_tried_again(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.DOWN)
    await office.pay_out()
    before = await office.payouts()
    office.town.fault()
    await again(office, seconds=11)
    await office.hear(1)

    assert before == [(number, "ordered")]
    assert await office.payouts() == [(number, "paid")]


async def test_a_bank_that_says_it_knows_nothing_is_told_again_under_the_same_number(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.FORGETS, Fault.STUCK)
    await office.pay_out()
    await again(office, seconds=11)
    office.town.fault(Fault.FORGETS, Fault.NEVER_CALL_BACK)
    await office.town.decided(number)
    await again(office, seconds=60)

    assert await office.payouts() == [(number, "paid")]
    assert len(office.town.book.list_trades(10)) == 1
    assert await office.balances() == PAID


async def test_a_notice_repeated_and_late_changes_nothing(office: Office) -> None:
    await confirmed(office)
    office.town.fault(Fault.CALL_BACK_TWICE)
    await office.pay_out()
    answers = await office.hear(2)
    answers += await office.hear(2)

    assert answers == [200] * 4
    assert await office.balances() == PAID
    assert await office.db.fetchval("SELECT count(*) FROM payout_history") == 2


async def test_a_notice_for_another_amount_moves_nothing_and_is_listed(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.WRONG_AMOUNT)
    await office.pay_out()
    answers = await office.hear(1)

    assert answers == [200]
    assert await office.payouts() == [(number, "accepted")]
    assert await office.balances() == {}
    assert await office.db.fetchval("SELECT kind FROM payment_exceptions") == "wrong_payout_amount"


@pytest.mark.parametrize("how", ["forged", "altered", "old", "elsewhere"])
async def test_what_the_bank_has_not_signed_now_is_not_believed(office: Office, how: str) -> None:
    number = await confirmed(office)
    if how == "forged":
        office.town.fault(Fault.FORGED)
    await office.pay_out()
    [notice] = (await office.town.notices(1))[:1]
    body = notice.body.replace(b'"paid"', b'"failed"') if how == "altered" else notice.body
    headers = notice.headers | ({"bank-nonce": "0" * 32} if how == "elsewhere" else {})
    if how == "old":
        office.clock.at += timedelta(minutes=5)
    async with office.hall.browser() as bank:
        answer = await bank.post("/callbacks/bank", content=body, headers=headers)

    assert answer.status_code == 400
    assert await office.payouts() == [(number, "accepted")]


async def test_money_that_comes_back_is_booked_back_and_another_card_is_asked_for(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.BOUNCES)
    await office.pay_out()
    await office.town.came_back(number)
    await office.hear(2)
    owner = await office.resident()

    assert await office.payouts() == [(number, "returned")]
    assert await office.balances() == {}
    assert await office.db.fetchval("SELECT count(*) FROM ledger_entries") == 2
    assert ("payout-failed", "active") in await office.messages(owner)
    assert ("payout-paid", "active") not in await office.messages(owner)


@pytest.mark.parametrize("order", [[Word.RETURNED, Word.PAID], [Word.PAID, Word.RETURNED], [Word.RETURNED] * 2])
async def test_a_return_ends_the_same_in_whatever_order_it_is_told(office: Office, order: list[Word]) -> None:
    number = await confirmed(office)
    for word in order:
        async with office.db.transaction() as tx:
            told = Told(payout_no=number, amount_fen=AMOUNT, state=word, occurred_at=office.now)  # type: ignore[arg-type]
            await apply(tx, told, Source.CALLBACK, office.now)

    assert await office.payouts() == [(number, "returned")]
    assert await office.balances() == {}


async def test_a_bank_that_contradicts_itself_is_listed(office: Office) -> None:
    number = await confirmed(office)
    verdicts = []
    for word in (Word.FAILED, Word.PAID, Word.PAID):
        async with office.db.transaction() as tx:
            told = Told(payout_no=number, amount_fen=AMOUNT, state=word)  # type: ignore[arg-type]
            verdicts.append(await apply(tx, told, Source.CALLBACK, office.now))

    assert verdicts == [Verdict.APPLIED, Verdict.EXCEPTION, Verdict.EXCEPTION]
    assert await office.balances() == {}
    assert await office.db.fetchval("SELECT count(*) FROM payment_exceptions") == 1


async def test_a_number_is_not_taken_for_another_payout(office: Office) -> None:
    number = await confirmed(office)
    await office.pay_out()
    await office.db.execute("UPDATE payouts SET purpose = 'another', state = 'ordered', next_ask_at = $1", office.now)
    before = office.town.book.get_trade(number)
    await again(office, minutes=3)

    assert office.town.book.get_trade(number).request == before.request
    assert len(office.town.book.list_trades(10)) == 1


async def test_a_day_is_held_against_the_banks_list_and_what_was_lost_is_applied(office: Office) -> None:
    number = await confirmed(office)
    office.town.fault(Fault.NEVER_CALL_BACK)
    await office.pay_out()
    await office.town.decided(number)
    day = local_date(office.now)
    office.clock.at += timedelta(days=1, hours=1)
    differences = await compare_day(office.db, office.town.bank, day, office.now)
    once_more = await compare_day(office.db, office.town.bank, day, office.now)

    assert (differences, once_more) == (0, 0)
    assert await office.payouts() == [(number, "paid")]
    assert await office.balances() == PAID


async def test_what_only_one_side_has_is_listed_once(office: Office) -> None:
    number = await confirmed(office)
    await office.pay_out()
    await office.hear(1)
    day = local_date(office.now)
    await office.db.execute("UPDATE payouts SET paid_at = $1", office.now)
    office.town.book._db.execute("DELETE FROM trades")
    office.clock.at += timedelta(days=1)
    differences = [await compare_day(office.db, office.town.bank, day, office.now) for _ in range(2)]

    assert differences == [1, 1]
    rows = await office.db.fetch("SELECT kind, facts->>'payout_no' AS number FROM payment_exceptions")
    assert [tuple(row) for row in rows] == [("payout_missing_at_bank", number)]


async def test_days_are_compared_once_each_the_oldest_first(office: Office) -> None:
    await confirmed(office)
    await office.pay_out()
    await office.hear(1)
    assert not await compare_due(office.db, office.town.bank, office.now)
    office.clock.at += timedelta(days=3)
    rounds = [await compare_due(office.db, office.town.bank, office.now) for _ in range(4)]

    assert rounds == [True, True, False, False]
    days = [row["day"].day for row in await office.db.fetch("SELECT day FROM payout_days ORDER BY day")]
    assert days == [20, 21, 22]


async def test_the_bank_is_told_only_by_its_client(office: Office) -> None:
    http: httpx.AsyncClient = office.town.bank._http
    answer = await http.post("http://bank.example/v1/payouts/query", json={"payout_no": "FF000000"})

    assert answer.status_code == 401
    assert answer.json() == {"code": "unknown_client"}
