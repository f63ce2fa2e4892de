"""POST /callbacks: stored with its effect before it is acknowledged, once however many come at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import msgspec
import pytest

from backend.core.db import Database, connect
from backend.payments import routes
from backend.payments.keeping import GIVEN_UP_AFTER, retry_waiting
from backend.payments.models import Channel, Observation
from backend.payments.providers.protocol import LARGEST_CALLBACK, Callback
from tests.hall import Browser, Hall
from tests.payments.till import PRICE, Till, given_back, told


def hall_on(db: Database, till: Till) -> Hall:
    return Hall(
        routes.HANDLERS,
        db=db,
        redis=till.redis,
        clock=till.clock,
        keyring=till.keyring,
        city=till.city,
        providers=till.providers,
    )


@pytest.fixture
async def gateway(till: Till) -> AsyncIterator[Browser]:
    async with hall_on(till.db, till).browser() as browser:
        yield browser


def notice(seen: Observation, key: str = "N-1") -> bytes:
    return msgspec.json.encode(Callback(key, seen, "serial"))


async def deliver(gateway: Browser, body: bytes, channel: str = "wechat") -> httpx.Response:
    return await gateway.post(f"/callbacks/{channel}", content=body, headers={"Wechatpay-Serial": "S", "Cookie": "no"})


async def test_a_callback_is_kept_applied_and_acknowledged_in_the_providers_words(till: Till, gateway: Browser) -> None:
    order = await till.started()
    body = notice(told(Channel.WECHAT, order.order_no))

    answer = await deliver(gateway, body)

    assert (answer.status_code, answer.content) == (200, b"success")
    row = await till.db.fetchrow("SELECT body, headers::text AS headers, verdict, serial FROM payment_callbacks")
    assert row is not None
    assert (row["body"], row["verdict"], row["serial"]) == (body, "applied", "serial")
    assert "wechatpay-serial" in row["headers"]
    assert "cookie" not in row["headers"]
    assert (await till.order(order)).state == "paid"


async def test_fifty_at_once_on_two_processes_are_one_row_and_one_effect(till: Till, database_url: str) -> None:
    order = await till.started()
    body = notice(told(Channel.WECHAT, order.order_no))
    pools = [await connect(database_url, max_size=8) for _ in range(2)]
    browsers = [hall_on(pool, till).browser() for pool in pools]

    answers = await asyncio.gather(*(deliver(browsers[n % 2], body) for n in range(50)))

    for browser, pool in zip(browsers, pools, strict=True):
        await browser.aclose()
        await pool.close()
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"success")}
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks WHERE verdict = 'applied'") == 1
    assert await till.db.fetchval("SELECT sum(tries) FROM payment_callbacks") == 1
    assert await till.db.fetchval("SELECT count(*) FROM ledger_entries") == 1
    assert await till.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'") == 1
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}


async def test_fifty_notices_of_one_payment_are_one_effect(till: Till, gateway: Browser) -> None:
    """As Alipay does it: each delivery may come under an event key of its own."""
    order = await till.started()
    seen = told(Channel.WECHAT, order.order_no)

    answers = await asyncio.gather(*(deliver(gateway, notice(seen, f"N-{n}")) for n in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks") == 50
    assert await till.balances() == {"clearing:wechat": PRICE, "receivable": -PRICE}


async def test_an_unknown_order_is_kept_not_acknowledged_and_settles_once_it_is_known(
    till: Till, gateway: Browser
) -> None:
    """The callback overtakes the commit of its order."""
    order = await till.started()
    await till.db.execute("DELETE FROM payment_history")
    await till.db.execute("UPDATE payment_orders SET order_no = 'elsewhere00'")
    body = notice(told(Channel.WECHAT, order.order_no))

    early = await deliver(gateway, body)
    await till.db.execute("UPDATE payment_orders SET order_no = $1", order.order_no)
    late = await deliver(gateway, body)

    assert (early.status_code, early.content) == (503, b"fail")
    assert (late.status_code, late.content) == (200, b"success")
    assert (await till.order(order)).state == "paid"
    assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "applied"


async def test_what_waits_is_tried_again_here_too(till: Till, gateway: Browser) -> None:
    order = await till.started()
    refund = given_back(order, "EXT00000001", 500)
    assert (await deliver(gateway, notice(refund, "refund first"))).status_code == 503
    await deliver(gateway, notice(told(Channel.WECHAT, order.order_no), "then the payment"))

    till.clock.at += timedelta(minutes=1)
    await retry_waiting(till.db, till.keyring, till.now)

    assert (await till.order(order)).refunded_fen == 500
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks WHERE handled_at IS NULL") == 0


async def test_an_order_that_never_comes_is_listed_in_the_end(till: Till, gateway: Browser) -> None:
    await deliver(gateway, notice(told(Channel.WECHAT, "somebodyElses0001")))

    for _ in range(40):
        till.clock.at += GIVEN_UP_AFTER / 30
        await retry_waiting(till.db, till.keyring, till.now)

    assert await till.exceptions() == ["unknown_order"]
    assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "exception"


async def test_refused_callbacks_leave_a_count_and_nothing_else(
    till: Till, gateway: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    secret = b"forged 310101199001010012"

    answers = [await deliver(gateway, secret) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {400}
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks") == 0
    rows = await till.db.fetch("SELECT channel, reason, count, bytes FROM payment_callbacks_refused")
    assert [tuple(row) for row in rows] == [("wechat", "signature", 3, len(secret))]
    assert "310101" not in caplog.text


async def test_an_unknown_key_makes_the_adapter_look_for_new_ones(till: Till, gateway: Browser) -> None:
    await deliver(gateway, b"unknown key")

    assert till.providers[Channel.WECHAT].refreshed == 1


async def test_an_oversized_body_is_413(till: Till, gateway: Browser) -> None:
    answer = await deliver(gateway, b"x" * (LARGEST_CALLBACK + 1))

    assert answer.status_code == 413
    assert await till.db.fetchval("SELECT count(*) FROM payment_callbacks") == 0


@pytest.mark.parametrize("channel", ["paypal", "WECHAT", "wechat/x"])
async def test_unknown_channels_are_not_found(gateway: Browser, channel: str) -> None:
    assert (await deliver(gateway, b"{}", channel)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_callbacks_are_posted(gateway: Browser, method: str) -> None:
    assert (await gateway.request(method, "/callbacks/wechat")).status_code == 405


async def test_what_does_not_fit_is_stored_and_acknowledged_for_operators_to_see(till: Till, gateway: Browser) -> None:
    order = await till.started()

    answer = await deliver(gateway, notice(told(Channel.WECHAT, order.order_no, amount_fen=1)))

    assert answer.status_code == 200
    assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "exception"
    assert await till.exceptions() == ["wrong_amount"]


async def test_a_failing_effect_keeps_the_callback_and_does_not_acknowledge(till: Till, gateway: Browser) -> None:
    order = await till.started()
    body = notice(told(Channel.WECHAT, order.order_no))
    await till.db.execute("ALTER TABLE ledger_entries RENAME TO ledger_away")

    broken = await deliver(gateway, body)
    till.clock.at += timedelta(minutes=1)
    await retry_waiting(till.db, till.keyring, till.now)
    await till.db.execute("ALTER TABLE ledger_away RENAME TO ledger_entries")
    till.clock.at += timedelta(minutes=1)
    await retry_waiting(till.db, till.keyring, till.now)

    assert broken.status_code == 500
    assert (await till.order(order)).state == "paid"
    assert await till.db.fetchval("SELECT verdict FROM payment_callbacks") == "applied"
