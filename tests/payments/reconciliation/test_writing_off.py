"""Four eyes: nobody writes off alone, what is written off is in the ledger once, and it can be undone."""

import asyncio
from uuid import UUID

import pytest
from asyncpg import CheckViolationError

from backend.operators.errors import RoleMissing
from backend.operators.models import OperatorId, OperatorSession
from backend.operators.service import add_operator, authenticate
from backend.payments.reconciliation.errors import (
    DifferenceNotFound,
    NothingProposed,
    NotToBeWrittenOff,
    ReasonMissing,
    SecondPersonNeeded,
)
from backend.payments.reconciliation.queries.differences import Difference
from backend.payments.reconciliation.writing_off import approve, decline, propose
from tests.payments.reconciliation.daybook import Daybook
from tests.payments.till import PRICE

WHY = "网点补录，原单已作废"


async def operator(book: Daybook, name: str, *roles: str) -> OperatorSession:
    key = await add_operator(book.till.db, name, roles or ["cashier"], book.till.now)
    operator_id, _ = await authenticate(book.till.db, key)
    return OperatorSession(operator_id=operator_id, name=name, roles=frozenset(roles or ["cashier"]), csrf_token="t")


async def unknown_payment(book: Daybook) -> Difference:
    """Money in the bill that no order here explains."""
    await book.pay()
    book.change(0, order_no="somebody1", txn_id="429900000000000000000", query_id="429900000000000000000")
    await book.reconcile()
    return next(each for each in await book.differences() if each.judged == "missing_here")


async def test_one_proposes_and_another_one_approves(book: Daybook) -> None:
    ann, bob = await operator(book, "Ann"), await operator(book, "Bob")
    difference = await unknown_payment(book)
    before = await book.till.balances()

    await propose(book.till.db, ann, difference.difference_id, WHY, book.till.now)
    assert await book.till.balances() == before
    await approve(book.till.db, bob, difference.difference_id, book.till.now)

    assert ("missing_here", "written_off") in await book.classes()
    clearing = f"clearing:{book.channel}"
    assert await book.till.balances() == before | {clearing: before[clearing] + PRICE, "unidentified": -PRICE}
    acts = await book.till.db.fetch("SELECT kind, operator_id FROM operator_acts ORDER BY act_id")
    assert [(act["kind"], act["operator_id"]) for act in acts] == [
        ("reconciliation.write_off_proposed", ann.operator_id),
        ("reconciliation.write_off_approved", bob.operator_id),
    ]


async def test_nobody_approves_what_they_proposed(wechat: Daybook) -> None:
    ann, difference = await operator(wechat, "Ann"), await unknown_payment(wechat)
    await propose(wechat.till.db, ann, difference.difference_id, WHY, wechat.till.now)

    with pytest.raises(SecondPersonNeeded):
        await approve(wechat.till.db, ann, difference.difference_id, wechat.till.now)
    with pytest.raises(CheckViolationError):  # and the database would not have it either
        await wechat.till.db.execute(
            "UPDATE difference_proposals SET decision = 'approved', decided_by = proposed_by, decided_at = proposed_at"
        )

    assert "unidentified" not in await wechat.till.balances()


async def test_only_cashiers_propose_approve_and_decline(wechat: Daybook) -> None:
    watcher, difference = await operator(wechat, "Wen", "watcher", "rules"), await unknown_payment(wechat)

    with pytest.raises(RoleMissing):
        await propose(wechat.till.db, watcher, difference.difference_id, WHY, wechat.till.now)
    with pytest.raises(RoleMissing):
        await approve(wechat.till.db, watcher, difference.difference_id, wechat.till.now)
    with pytest.raises(RoleMissing):
        await decline(wechat.till.db, watcher, difference.difference_id, wechat.till.now)


async def test_without_a_proposal_or_a_reason_or_a_difference_nothing_happens(wechat: Daybook) -> None:
    ann, difference = await operator(wechat, "Ann"), await unknown_payment(wechat)

    for reason in ("", "  三字 ", "x" * 501, "two\nlines"):
        with pytest.raises(ReasonMissing):
            await propose(wechat.till.db, ann, difference.difference_id, reason, wechat.till.now)
    with pytest.raises(NothingProposed):
        await approve(wechat.till.db, ann, difference.difference_id, wechat.till.now)
    with pytest.raises(DifferenceNotFound):
        await propose(wechat.till.db, ann, UUID(int=7), WHY, wechat.till.now)


async def test_a_rejected_or_withdrawn_proposal_may_be_made_again(wechat: Daybook) -> None:
    ann, bob = await operator(wechat, "Ann"), await operator(wechat, "Bob")
    difference = await unknown_payment(wechat)

    for decider in (bob, ann):
        await propose(wechat.till.db, ann, difference.difference_id, WHY, wechat.till.now)
        with pytest.raises(NotToBeWrittenOff):
            await propose(wechat.till.db, bob, difference.difference_id, WHY, wechat.till.now)
        await decline(wechat.till.db, decider, difference.difference_id, wechat.till.now)

    decisions = await wechat.till.db.fetch("SELECT decision FROM difference_proposals ORDER BY proposal_id")
    assert [row["decision"] for row in decisions] == ["rejected", "withdrawn"]
    assert ("missing_here", "open") in await wechat.classes()


async def test_what_was_written_off_is_taken_back_by_two_as_well(book: Daybook) -> None:
    ann, bob = await operator(book, "Ann"), await operator(book, "Bob")
    difference = await unknown_payment(book)
    before = await book.till.balances()

    for _ in range(2):  # written off, taken back, and all of it once more
        for one, other in ((ann, bob), (bob, ann)):
            await propose(book.till.db, one, difference.difference_id, WHY, book.till.now)
            with pytest.raises(SecondPersonNeeded):
                await approve(book.till.db, one, difference.difference_id, book.till.now)
            await approve(book.till.db, other, difference.difference_id, book.till.now)

    assert await book.till.balances() == before
    assert ("missing_here", "open") in await book.classes()


async def test_approving_twice_at_once_books_once(wechat: Daybook) -> None:
    ann = await operator(wechat, "Ann")
    others = [await operator(wechat, name) for name in ("Bob", "Cai", "Dan")]
    difference = await unknown_payment(wechat)
    await propose(wechat.till.db, ann, difference.difference_id, WHY, wechat.till.now)

    ends = await asyncio.gather(
        *(approve(wechat.till.db, each, difference.difference_id, wechat.till.now) for each in others),
        return_exceptions=True,
    )

    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NothingProposed", "NothingProposed"]
    assert (await wechat.till.balances())["unidentified"] == -PRICE


async def test_what_settles_itself_is_not_written_off_any_more(book: Daybook) -> None:
    ann, bob = await operator(book, "Ann"), await operator(book, "Bob")
    await book.pay()
    [late] = book.trades
    book.trades.clear()
    await book.next_day()
    await book.reconcile(b"" if book.channel == "unionpay" else None)
    [difference] = await book.differences()
    await propose(book.till.db, ann, difference.difference_id, WHY, book.till.now)

    book.trades.append(late)
    await book.reconcile()

    assert await book.classes() == []
    with pytest.raises(NothingProposed):
        await approve(book.till.db, bob, difference.difference_id, book.till.now)
    assert await book.till.db.fetchval("SELECT decision FROM difference_proposals") == "void"


async def test_what_reappears_after_it_was_written_off_is_on_the_list_again(book: Daybook) -> None:
    ann, bob = await operator(book, "Ann"), await operator(book, "Bob")
    await book.pay()
    [late] = book.trades
    book.trades.clear()
    await book.next_day()
    await book.reconcile(b"" if book.channel == "unionpay" else None)
    [difference] = await book.differences()
    assert (difference.judged, difference.state, difference.effect_fen) == ("missing_there", "open", -PRICE)
    await propose(book.till.db, ann, difference.difference_id, WHY, book.till.now)
    await approve(book.till.db, bob, difference.difference_id, book.till.now)
    assert (await book.till.balances())["unidentified"] == PRICE

    book.trades.append(late)
    await book.reconcile()
    assert await book.classes() == [("missing_there", "reappeared")]
    await propose(book.till.db, ann, difference.difference_id, "账单已更正", book.till.now)
    await approve(book.till.db, bob, difference.difference_id, book.till.now)

    assert await book.classes() == []
    assert "unidentified" not in await book.till.balances()


async def test_a_revision_that_charges_otherwise_is_written_off_as_fees(wechat: Daybook) -> None:
    ann, bob = await operator(wechat, "Ann"), await operator(wechat, "Bob")
    await wechat.pay()
    await wechat.reconcile()
    wechat.change(0, fee_fen=80)

    await wechat.reconcile()
    [difference] = await wechat.differences()
    told = (difference.judged, difference.told_fen, difference.booked_fen, difference.effect_fen)
    await propose(wechat.till.db, ann, difference.difference_id, WHY, wechat.till.now)
    await approve(wechat.till.db, bob, difference.difference_id, wechat.till.now)
    await wechat.reconcile()

    assert told == ("fee", 80, 72, -8)
    assert await wechat.classes() == [("fee", "written_off")]
    assert (await wechat.till.balances())["channel_fee"] == 80


async def test_an_operator_is_needed_for_every_decision(wechat: Daybook) -> None:
    nobody = OperatorSession(operator_id=OperatorId(UUID(int=1)), name="-", roles=frozenset(), csrf_token="t")

    with pytest.raises(RoleMissing):
        await propose(wechat.till.db, nobody, UUID(int=7), WHY, wechat.till.now)
