"""We are away for half an hour, and UnionPay gives up after twelve minutes: all is settled all the same."""

from pathlib import Path

from tests.payments.fire.outage import outage
from tests.payments.till import PRICE, Till

_PAID, _UNPAID = 40, 4


async def test_everything_paid_while_we_were_away_is_settled_by_asking(till: Till, tmp_path: Path) -> None:
    aftermath = await outage(till, tmp_path, paid=_PAID, unpaid=_UNPAID)
    print(f"\n{aftermath}")

    assert aftermath.tries == 5 * _PAID
    assert len(aftermath.settled) == _PAID
    assert aftermath.queries <= 2 * (_PAID + _UNPAID)
    states = await till.db.fetch("SELECT state, count(*) AS n FROM payment_orders GROUP BY state ORDER BY state")
    assert [tuple(row) for row in states] == [("paid", _PAID), ("pending", _UNPAID)]
    assert await till.balances() == {"clearing:unionpay": _PAID * PRICE, "receivable": -_PAID * PRICE}
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks") == 0
