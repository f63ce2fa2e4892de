"""The process dies at any statement between a callback's receipt and its acknowledgement: told again, same balances."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from backend.core.db import Database, connect
from backend.payments.callbacks import receive
from backend.payments.intake import Intake
from backend.payments.models import Channel, Observation
from backend.payments.money import Fen
from backend.payments.providers.protocol import Callback
from backend.payments.records import Order
from backend.payments.refunds import request_refund
from tests.payments.till import PRICE, Till, given_back, told


class Died(BaseException):
    """As by kill -9: nothing of the process runs any more."""


class Mortal:
    """A connection that is gone at its n-th statement, with everything that was not committed."""

    def __init__(self, connection: Any, life: list[int]) -> None:
        self._connection, self._life = connection, life

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*args: Any) -> Any:
            self._life[0] -= 1
            if self._life[0] < 0:
                self._connection.terminate()
                raise Died
            return await getattr(self._connection, name)(*args)

        return call


class MortalDatabase(Database):
    def __init__(self, db: Database, statements: int, *, after_commit: bool = False) -> None:
        super().__init__(db.pool)
        self.life, self._after_commit = [statements], after_commit

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[Any]:  # type: ignore[override]
        if self.life[0] < 0:
            raise Died
        async with super().transaction(**options) as tx:
            yield Mortal(tx, self.life)
        if self._after_commit:
            raise Died


async def deliver(till: Till, db: Database, seen: Observation, key: str) -> bytes:
    body = msgspec.json.encode(Callback(key, seen, "serial"))
    return (await receive(Intake(db, till.keyring), till.providers[seen.channel], {}, body, till.now)).body


async def paying(till: Till) -> tuple[Order, Observation]:
    order = await till.started()
    return order, told(Channel.WECHAT, order.order_no)


async def overpaying(till: Till) -> tuple[Order, Observation]:
    order, seen = await paying(till)
    await till.db.execute("UPDATE bills SET state = 'withdrawn' WHERE bill_id = $1", order.bill_id)
    return order, seen


async def refunding(till: Till) -> tuple[Order, Observation]:
    order, seen = await paying(till)
    await till.apply(seen)
    number = await request_refund(till.db, till.keyring, order.subject_id, order.order_no, Fen(PRICE), "退费", till.now)
    return order, given_back(order, number, PRICE)


async def figures(till: Till, order: Order) -> tuple[Any, ...]:
    found = await till.order(order)
    facts = await till.db.fetchval("SELECT count(*) FROM events WHERE payload->>'order_no' = $1", order.order_no)
    rows = await till.db.fetchval("SELECT count(*) FROM ledger_entries WHERE order_no = $1", order.order_no)
    return found.state, found.paid_fen, found.reserved_fen, found.refunded_fen, facts, rows


@pytest.mark.parametrize("story", [paying, overpaying, refunding])
async def test_death_at_every_statement(till: Till, database_url: str, story: Any) -> None:
    order, seen = await story(till)
    await deliver(till, till.db, seen, "undisturbed")
    expected, deaths = await figures(till, order), 0
    doomed = await connect(database_url, max_size=2)
    try:
        for statements in range(40):
            order, seen = await story(till)
            try:
                await deliver(till, MortalDatabase(doomed, statements), seen, f"N-{statements}")
            except (Died, asyncpg.InterfaceError):
                deaths += 1
            assert await deliver(till, till.db, seen, f"N-{statements}") == b"success"
            assert await figures(till, order) == expected
            if deaths <= statements:
                break
    finally:
        await doomed.close()
    assert deaths >= 8
    assert await till.broken() == []


@pytest.mark.parametrize("story", [paying, overpaying, refunding])
async def test_death_between_commit_and_acknowledgement(till: Till, story: Any) -> None:
    order, seen = await story(till)
    with pytest.raises(Died):
        await deliver(till, MortalDatabase(till.db, 1000, after_commit=True), seen, "N")
    before = await figures(till, order)

    assert await deliver(till, till.db, seen, "N") == b"success"
    assert await figures(till, order) == before
