"""What operators watch without looking at the page."""

from backend.ops import routes
from backend.payments.models import Channel
from backend.payments.reconciliation.figures import OpenDifferences, get_reconciliation_figures
from tests.hall import Hall
from tests.ops.test_metrics import scrape
from tests.payments.reconciliation.daybook import Daybook
from tests.payments.till import Till


async def test_open_differences_and_the_last_day_are_told(till: Till) -> None:
    book = Daybook(till, Channel.UNIONPAY)
    await book.ordinary_day()
    del book.trades[0]
    await book.reconcile()
    waiting = await get_reconciliation_figures(till.db, till.now)

    await book.next_day()
    found = await get_reconciliation_figures(till.db, till.now)
    hall = Hall(routes.HANDLERS, db=till.db, redis=till.redis, clock=till.clock, keyring=till.keyring, city=till.city)
    samples = await scrape(hall)

    assert (waiting.behind_days, waiting.open) == ([("unionpay", 1)], [])
    assert found.behind_days == [("unionpay", 1)]
    assert found.open == [OpenDifferences("unionpay", "missing_there", 1, 2)]
    labels = (("channel", "unionpay"), ("class", "missing_there"))
    assert samples["reconciliation_differences_open", labels] == 1
    assert samples["reconciliation_difference_age_days", labels] == 2
    assert samples["reconciliation_behind_days", (("channel", "unionpay"),)] == 1
