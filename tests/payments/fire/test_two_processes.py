"""Fifty deliveries of one notice at once, on two server processes: one row, one effect, all acknowledged."""

import asyncio
import contextlib
from pathlib import Path

import httpx

from backend.catalogue.publishing import publish_pack
from backend.city.pack import SHANGHAI
from backend.core.settings import Settings
from backend.payments.models import Channel
from tests.payments.fire.processes import web_program
from tests.payments.notices import Notice, payment
from tests.payments.till import PRICE, Till

_DELIVERIES = 50
_ACKNOWLEDGED = {
    Channel.WECHAT: b'{"code":"SUCCESS","message":"OK"}',
    Channel.ALIPAY: b"success",
    Channel.UNIONPAY: b"ok",
}


async def test_fifty_at_once_on_two_processes(till: Till, hall_settings: Settings, tmp_path: Path) -> None:
    await publish_pack(till.db, SHANGHAI, till.now)
    async with contextlib.AsyncExitStack() as running:
        programs = [running.enter_async_context(web_program(hall_settings, tmp_path / f"{n}.log")) for n in range(2)]
        urls = [(await program).url for program in programs]
        clients = [await running.enter_async_context(httpx.AsyncClient(base_url=url)) for url in urls]

        for channel in Channel:
            order = await till.started(channel)
            answers = await _deliver(clients, payment(order))

            assert {(answer.status_code, answer.content) for answer in answers} == {(200, _ACKNOWLEDGED[channel])}
            rows = await till.db.fetch("SELECT verdict, tries FROM payment_callbacks WHERE channel = $1", channel)
            assert [tuple(row) for row in rows] == [("applied", 1)]
            booked = "SELECT count(*) FROM ledger_entries WHERE order_no = $1"
            assert await till.db.fetchval(booked, order.order_no) == 1
            moved = "SELECT count(*) FROM payment_history WHERE order_no = $1 AND after = 'paid'"
            assert await till.db.fetchval(moved, order.order_no) == 1
            assert (await till.order(order)).paid_fen == PRICE
            assert await till.bill_state(order) == "settled"
    assert await till.balances() == {f"clearing:{c}": PRICE for c in Channel} | {"receivable": -3 * PRICE}
    assert await till.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'") == 3
    assert await till.db.fetchval("SELECT count(*) FROM receipts") == 3


async def _deliver(clients: list[httpx.AsyncClient], notice: Notice) -> list[httpx.Response]:
    posts = (
        clients[n % 2].post(notice.path, headers=dict(notice.headers), content=notice.body) for n in range(_DELIVERIES)
    )
    return await asyncio.gather(*posts)
