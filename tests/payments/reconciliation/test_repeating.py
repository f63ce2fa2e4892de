"""Killed half-way, run again, run by two at once, given another file: every day ends as if it had been done once."""

import asyncio
import time
from typing import Any

from backend.payments.models import Channel
from backend.payments.reconciliation.daily import import_bill
from backend.payments.reconciliation.keeping import read_file
from backend.payments.reconciliation.models import DayState, Origin, Outcome
from backend.payments.reconciliation.queries.files import list_files
from tests.payments.reconciliation.daybook import DAY, Daybook, Trade
from tests.payments.till import Till


async def mixed_day(book: Daybook) -> None:
    """Something of everything: matched, to be repaired, unknown, and missing there."""
    await book.ordinary_day()
    for _ in range(3):
        await book.pay(known=False)
    paid = await book.pay()
    await book.give_back(paid, 100, known=False)
    book.trades.append(
        Trade(number=90, fen=4200, order_no="somebody1", txn_id="4299", query_id="4299", received_fen=4200)
    )
    del book.trades[0]


async def state_of(book: Daybook) -> dict[str, Any]:
    """All that a run leaves behind, but for ids and times."""
    db = book.till.db
    return {
        "classes": await book.classes(),
        "balances": await book.till.balances(),
        "entries": await db.fetchval("SELECT count(*) FROM ledger_entries"),
        "lines": await db.fetchval("SELECT count(*) FROM statement_lines"),
        "differences": await db.fetchval("SELECT count(*) FROM statement_differences"),
        "settled": await db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'"),
        "files": await db.fetchval("SELECT count(*) FROM statements"),
        "picture": await db.fetchval("SELECT picture::text FROM reconciled_days WHERE day = $1", DAY),
    }


EXPECTED = [("missing_here", "open"), ("missing_there", "waiting"), *[("missing_here", "repaired")] * 4]


async def test_the_same_file_again_changes_nothing(book: Daybook) -> None:
    await mixed_day(book)
    raw = book.bill()
    await book.reconcile(raw)
    before = await state_of(book)

    again = await book.reconcile(raw)

    assert (again.is_new, again.revision) == (False, 1)
    assert await state_of(book) == before
    assert before["classes"] == EXPECTED


async def test_several_at_once_do_it_once(book: Daybook) -> None:
    await mixed_day(book)
    raw = book.bill()

    outcomes = await asyncio.gather(*(book.reconcile(raw) for _ in range(4)))

    assert sorted(outcome.is_new for outcome in outcomes) == [False, False, False, True]
    after = await state_of(book)
    assert after["classes"] == EXPECTED
    assert (after["files"], after["settled"]) == (1, 8)
    await book.reconcile(raw)
    assert await state_of(book) == after


async def test_stopped_anywhere_and_begun_again_it_ends_the_same(till: Till) -> None:
    book = Daybook(till, Channel.ALIPAY)
    await mixed_day(book)
    raw, stops, wait_s = book.bill(), 0, 0.002
    while not await stopped_after(book, raw, wait_s):
        stops, wait_s = stops + 1, wait_s + 0.004

    await book.reconcile(raw)

    after = await state_of(book)
    assert stops > 3
    assert after["classes"] == EXPECTED
    assert (after["files"], after["settled"], after["entries"]) == (1, 8, 12)


async def stopped_after(book: Daybook, raw: bytes, seconds: float) -> bool:
    """Cancels a run in the middle of whatever it waits for; True where it was faster."""
    run: asyncio.Task[Outcome] = asyncio.create_task(
        import_bill(book.till.db, book.till.keyring, book.provider, DAY, raw, Origin.IMPORTED, book.till.now)
    )
    began = time.perf_counter()
    while not run.done() and time.perf_counter() - began < seconds:  # noqa: ASYNC110 - step by step
        await asyncio.sleep(0)
    run.cancel()
    ended = await asyncio.gather(run, return_exceptions=True)
    return not isinstance(ended[0], BaseException)


async def test_another_file_is_a_revision_and_both_are_kept(book: Daybook) -> None:
    await book.ordinary_day()
    first = book.bill()
    await book.reconcile(first)
    book.trades.append(
        Trade(number=90, fen=4200, order_no="somebody1", txn_id="4299", query_id="4299", received_fen=4200)
    )

    second = await book.reconcile()

    assert (second.revision, second.is_new) == (2, True)
    assert await book.classes() == [("missing_here", "open")]
    kept = await list_files(book.till.db, book.key)
    assert [file.revision for file in kept] == [2, 1]
    assert await read_file(book.till.db, book.till.keyring, kept[1].statement_id) == first
    assert await book.till.db.fetchval("SELECT count(*) FROM statement_lines") == 7

    book.trades.pop()
    book.change(0, fee_fen=71)  # a third file: the row is gone, another one charges less
    third = await book.reconcile()

    assert third.revision == 3
    assert await book.classes() == [("fee", "open")]
    [difference] = await book.differences()
    assert (difference.told_fen, difference.booked_fen, difference.effect_fen) == (4 * 72 - 1, 4 * 72, 1)

    again = await book.reconcile(first)  # an old one changes nothing
    assert (again.revision, again.is_new) == (1, False)
    assert await book.classes() == [("fee", "open")]


async def test_a_revision_that_does_not_add_up_leaves_the_day_as_it_was(wechat: Daybook) -> None:
    await wechat.ordinary_day()
    await wechat.reconcile()
    before = await state_of(wechat)

    outcome = await wechat.reconcile(b"rubbish")

    assert outcome.state is DayState.DONE
    assert outcome.problem is not None
    after = await state_of(wechat)
    assert after == before | {"files": 2}


async def test_what_a_second_revision_lacks_is_missing_there(book: Daybook) -> None:
    await book.ordinary_day()
    await book.reconcile()
    await book.next_day()
    del book.trades[0]

    await book.reconcile()

    assert ("missing_there", "open") in await book.classes()
