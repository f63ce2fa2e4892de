"""A server process killed at every moment at which something comes back to it: told again, the same in the end.

It is a real process, killed by the kernel: a go-between to Postgres and Redis, or the provider itself, ends it when an
answer is on its way, once for each of the answers that the whole thing needs.
"""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.core.sessions import SESSION_COOKIE, create_session
from backend.core.settings import Settings
from backend.payments.models import Channel
from backend.payments.orders import get_order
from backend.payments.records import Order
from backend.payments.refunds import request_refund
from tests.payments.fire.executioner import Executioner
from tests.payments.fire.processes import Nursery, Process
from tests.payments.fire.scaffold import Scaffold, scaffold, tell
from tests.payments.fire.wechat_counter import WechatCounter, wechat_counter
from tests.payments.merchants import merchants
from tests.payments.notices import Notice, payment, refund
from tests.payments.till import PRICE, Till

_FEWEST, _MOST = 10, 100  # answers that any of this needs: less, and nothing was tried
Story = Callable[[Till], Awaitable[tuple[Order, Notice]]]


@pytest.fixture
def executioner() -> Executioner:
    return Executioner()


@pytest.fixture
async def counter(executioner: Executioner) -> AsyncIterator[WechatCounter]:
    async with wechat_counter(executioner.strikes) as opened:
        yield opened


@pytest.fixture
async def gallows(
    till: Till, halls: Nursery, hall_settings: Settings, counter: WechatCounter, executioner: Executioner
) -> AsyncIterator[Scaffold]:
    Path(hall_settings.merchants).write_bytes(merchants(wechat_at=counter.url))
    with tempfile.TemporaryDirectory(prefix="fire-") as sockets:
        async with scaffold(halls, hall_settings, Path(sockets), executioner) as built:
            yield built


async def paying(till: Till) -> tuple[Order, Notice]:
    order = await till.started(Channel.WECHAT)
    return order, payment(order)


async def overpaying(till: Till) -> tuple[Order, Notice]:
    order = await till.started(Channel.ALIPAY)
    await till.db.execute("UPDATE bills SET state = 'withdrawn' WHERE bill_id = $1", order.bill_id)
    return order, payment(order)


async def refunding(till: Till) -> tuple[Order, Notice]:
    order = await till.started(Channel.UNIONPAY)
    await till.pay(order)
    number = await request_refund(till.db, till.keyring, order.subject_id, order.order_no, PRICE, "退费", till.now)
    return order, refund(order, number, PRICE, PRICE)


@pytest.mark.slow
@pytest.mark.parametrize("story", [paying, overpaying, refunding])
async def test_killed_between_receipt_and_acknowledgement(till: Till, gallows: Scaffold, story: Story) -> None:
    order, notice = await story(till)
    assert (await tell(gallows.survivor, notice)).status_code == 200
    expected, answers, died = await figures(till, order), 0, True
    while died:
        order, notice = await story(till)
        died = await gallows.dies(answers, lambda process, notice=notice: tell(process, notice))  # type: ignore[misc]

        assert (await tell(gallows.survivor, notice)).status_code == 200

        assert await figures(till, order) == expected, answers
        answers += 1
        assert answers < _MOST
    assert answers > _FEWEST


@pytest.mark.slow
@pytest.mark.parametrize("paid_meanwhile", [False, True])
async def test_killed_while_an_attempt_is_made(
    till: Till, gallows: Scaffold, counter: WechatCounter, paid_meanwhile: bool
) -> None:
    """Committed, the provider called, its answer noted: asked for again under the same key it is one attempt."""
    owner = await till.resident()
    resident, answers, died = await signed_in(till, owner), 0, True
    while died:
        _, bill_id = await till.bill(owner)
        died = await gallows.dies(answers, lambda process, bill_id=bill_id: pay(process, resident, bill_id))  # type: ignore[misc]
        if paid_meanwhile:
            await tell_of_all(till, gallows.survivor, counter, bill_id)

        answer = await pay(gallows.survivor, resident, bill_id)

        order = await only_order(till, bill_id)
        assert (answer.status_code, answer.json()["order_no"]) == (201, order.order_no), answers
        assert answer.json()["creation"] is not None or order.state == "paid"
        assert (await tell(gallows.survivor, payment(order))).status_code == 200
        order = await till.order(order)
        assert (order.state, order.paid_fen, await till.bill_state(order)) == ("paid", PRICE, "settled")
        assert len(set(counter.asked[order.order_no])) <= 1
        answers += 1
        assert answers < _MOST
    assert answers > _FEWEST
    assert len(counter.asked) == answers  # the provider has heard of one order for each bill


async def signed_in(till: Till, owner: UUID) -> dict[str, str]:
    """Headers of a resident's requests."""
    cookie, session = await create_session(till.redis, owner, "林*雯", datetime.now(UTC))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}", "X-CSRF-Token": session.csrf_token}


async def pay(process: Process, resident: dict[str, str], bill_id: UUID) -> httpx.Response:
    """Under one key, however often."""
    async with httpx.AsyncClient(base_url=process.url, headers=resident, timeout=30) as phone:
        return await phone.post(
            f"/api/bills/{bill_id}/payments", json={"channel": "wechat"}, headers={"Idempotency-Key": bill_id.hex}
        )


async def tell_of_all(till: Till, process: Process, counter: WechatCounter, bill_id: UUID) -> None:
    """The resident pays whatever WeChat knows of, and WeChat tells."""
    for order_no in await till.db.fetch("SELECT order_no FROM payment_orders WHERE bill_id = $1", bill_id):
        if order_no["order_no"] in counter.asked:
            assert (await tell(process, payment(await only_order(till, bill_id)))).status_code == 200


async def only_order(till: Till, bill_id: UUID) -> Order:
    rows = await till.db.fetch("SELECT subject_id, order_no FROM payment_orders WHERE bill_id = $1", bill_id)
    assert len(rows) == 1
    return await get_order(till.db, rows[0]["subject_id"], rows[0]["order_no"])


async def figures(till: Till, order: Order) -> tuple[Any, ...]:
    found = await till.order(order)
    row = await till.db.fetchrow(
        """SELECT (SELECT count(*) FROM events WHERE payload->>'order_no' = $1) AS facts,
                  (SELECT count(*) FROM ledger_entries WHERE order_no = $1) AS entries,
                  (SELECT count(*) FROM payment_history WHERE order_no = $1) AS moves,
                  (SELECT count(*) FROM payment_refunds WHERE order_no = $1) AS refunds,
                  (SELECT count(*) FROM receipts WHERE order_no = $1) AS receipts,
                  (SELECT count(*) FROM payment_callbacks WHERE verdict <> 'applied') AS unsettled""",
        order.order_no,
    )
    assert row is not None
    paid = (found.state, found.paid_fen, found.reserved_fen, found.refunded_fen)
    return (*paid, await till.bill_state(order), *row)
