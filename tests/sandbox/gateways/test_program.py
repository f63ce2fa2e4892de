"""A provider as the program that `suishenban gateway` runs, over real connections, and killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from backend.core import processes
from backend.payments.models import ObservedState, OrderNo
from backend.payments.money import Fen
from backend.payments.providers.alipay.adapter import Alipay
from backend.payments.providers.alipay.config import AlipayConfig
from backend.payments.providers.protocol import Creation, NewOrder, Provider, Scene
from backend.payments.providers.unionpay.adapter import Unionpay
from backend.payments.providers.unionpay.config import UnionpayConfig
from backend.payments.providers.wechat.adapter import WechatPay
from backend.payments.providers.wechat.config import WechatConfig
from backend.payments.providers.wire import open_client
from backend.sandbox.gateways.onboarding import onboard
from tests.journeys.hall import free_port
from tests.sandbox.gateways.merchant import merchant

ORDER_NO = OrderNo("PAY0000000000001")


@contextlib.contextmanager
def program(name: str, data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "backend.cli", "gateway", name, "--port", str(port), "--data", str(data)]
    with (data / "gateway.log").open("ab") as log:
        started = processes.spawn([*command, "--time-scale", "150"], output=log)
    try:
        await_answer(f"http://localhost:{port}/healthz", data / "gateway.log")
        yield started
    finally:
        processes.stop(started, signal.SIGTERM)


def await_answer(url: str, log: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(log.read_text())


def hall_of(name: str, section: dict[str, Any], notify_url: str, http: httpx.AsyncClient) -> Provider:
    match name:
        case "wechat":
            return WechatPay(msgspec.convert(section | {"notify_url": notify_url}, WechatConfig), http)
        case "alipay":
            return Alipay(msgspec.convert(section | {"notify_url": notify_url}, AlipayConfig), http)
    return Unionpay(msgspec.convert(section | {"back_url": notify_url}, UnionpayConfig), http)


async def to_the_cashier(created: Creation, http: httpx.AsyncClient) -> str:
    """As a resident's phone goes there."""
    headers = {"Referer": "http://127.0.0.1/", "Accept": "text/html"}
    method = "GET" if created.form is None else "POST"
    let_in = await http.request(method, str(created.url), data=created.form, headers=headers)
    return let_in.headers["location"]


@pytest.mark.parametrize("name", ["wechat", "alipay", "unionpay"])
async def test_books_and_owed_notices_outlive_a_kill(name: str, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://localhost:{port}"
    kept = onboard(tmp_path / "sandbox", dict.fromkeys(("wechat", "alipay", "unionpay"), url))
    now = datetime.now(UTC)
    order = NewOrder(
        order_no=ORDER_NO,
        amount_fen=Fen(1999),
        subject="居住证签注费",
        scene=Scene.WEB,
        ordered_at=now,
        expires_at=now + timedelta(minutes=30),
        return_url="http://127.0.0.1/payments/1",
        payer_ip="203.0.113.7",
    )
    async with merchant((500, b"")) as told, open_client() as http:
        hall = hall_of(name, msgspec.json.decode(kept.read_bytes())[name], told.url, http)
        with program(name, tmp_path, port) as first:
            created = await hall.create(order, now)
            await http.post(url + await to_the_cashier(created, http))
            await told.waits_for(1)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        before = len(told.deliveries)
        with program(name, tmp_path, port):
            asked = await hall.query(ORDER_NO, now, datetime.now(UTC))
            again = (await told.waits_for(before + 1))[-1]

    read = hall.read_callback(again.headers, again.body, datetime.now(UTC))
    assert asked.state is ObservedState.PAID
    assert read.observation == asked
