"""Rows of days long settled go, a file at a time; what is not settled stays; a day asked for again is read again."""

from datetime import timedelta

from backend.payments.reconciliation.daily import reconcile_due
from backend.payments.reconciliation.forgetting import forget_rows
from backend.payments.reconciliation.keeping import read_file
from tests.payments.reconciliation.daybook import DAY, Daybook

LONG = timedelta(days=98)


async def rows(book: Daybook) -> int:
    count: int = await book.till.db.fetchval("SELECT count(*) FROM statement_lines")
    return count


async def forget(book: Daybook) -> int:
    """How many files lost their rows."""
    files = 0
    while await forget_rows(book.till.db, book.till.now):
        files += 1
    return files


async def test_rows_of_a_settled_day_go_and_its_file_stays(book: Daybook) -> None:
    await book.ordinary_day()
    raw = book.bill()
    await book.reconcile(raw)
    assert await forget(book) == 0, "they can still be asked for"

    book.till.clock.at += LONG

    assert (await forget(book), await rows(book)) == (1, 0)
    file = await book.till.db.fetchval("SELECT statement_id FROM statements")
    assert await read_file(book.till.db, book.till.keyring, file) == raw


async def test_a_day_asked_for_again_is_read_again_and_finds_nothing_new(book: Daybook) -> None:
    await book.ordinary_day()
    before = await book.reconcile()
    kept, classes, balances = await rows(book), await book.classes(), await book.till.balances()
    book.till.clock.at += LONG
    await forget(book)

    again = await book.reconcile()

    assert again.picture == before.picture
    assert (await rows(book), await book.classes(), await book.till.balances()) == (kept, classes, balances)
    assert (await forget(book), await rows(book)) == (1, 0)


async def test_a_day_with_something_open_keeps_its_rows(book: Daybook) -> None:
    await book.ordinary_day()
    book.change(0, fen=1, received_fen=1)
    await book.reconcile()
    book.till.clock.at += LONG

    assert (await forget(book), await rows(book) > 0) == (0, True)


async def test_it_goes_one_file_a_run_oldest_first(wechat: Daybook) -> None:
    for offset in (0, -1):
        await wechat.pay()
        await wechat.reconcile(day=DAY + timedelta(days=offset))
        await wechat.till.db.execute("UPDATE statement_differences SET state = 'gone', settled_at = first_seen_at")
    wechat.till.clock.at += LONG

    assert await forget_rows(wechat.till.db, wechat.till.now)

    days = await wechat.till.db.fetch("SELECT DISTINCT day FROM statement_lines")
    assert [row["day"] for row in days] == [DAY]


async def test_the_daily_work_does_it(wechat: Daybook) -> None:
    await wechat.ordinary_day()
    await wechat.reconcile()
    wechat.till.clock.at += LONG

    while await reconcile_due(wechat.till.db, wechat.till.keyring, {}, wechat.till.now):
        pass

    assert await rows(wechat) == 0
