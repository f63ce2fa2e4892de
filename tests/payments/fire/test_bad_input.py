"""Whatever comes to /callbacks over a real connection: refused, never a fault, nothing moved, nothing of it in the log.

Much of it is well signed: only what it says is wrong.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
from msgspec import Struct

from backend.core.settings import Settings
from backend.payments.models import Channel
from backend.payments.providers.protocol import LARGEST_CALLBACK
from backend.payments.records import Order
from tests.payments.fire.processes import Nursery, Process
from tests.payments.notices import Notice, payment
from tests.payments.providers.wechat import gateway as wechat
from tests.payments.till import Till

SECRET = "310101199001010012"
"""In most of what is sent, so that a log that repeats any of it gives itself away."""

OTHERS = {
    Channel.WECHAT: [{"mchid": "1900000110"}, {"appid": "wx9999999999999999"}],
    Channel.ALIPAY: [{"app_id": "2021000000000002"}, {"seller_id": "2088000000000009"}],
    Channel.UNIONPAY: [{"merId": "777290058167152"}],
}
NO_AMOUNTS = {
    Channel.WECHAT: [{"amount": {"total": total, "currency": "CNY"}} for total in (120.0, 12000.5, "12000", -1, None)],
    Channel.ALIPAY: [{"total_amount": text} for text in ("120.000", "1.2e2", "-120.00", "NaN", "", "１２０.00")],
    Channel.UNIONPAY: [{"txnAmt": text} for text in ("120.00", "1.2e4", "-12000", "", "１２０００", "9" * 40)],
}
NOTHING = (b"", b"&", b"=", b"a", b"a=%", b"a=%zz", b"\x00" * 50, b"\xff\xfe", "respMsg=成功".encode("gbk"), b"{}")

CLOSED = [
    *({"nonce": nonce} for nonce in ("", "short", "x" * 11, "x" * 13, "二二二二")),
    *({"ciphertext": text} for text in ("", "%%%", "AAAA")),
    {"associated_data": "x" * 4096},
    {"algorithm": "AEAD_SM4_GCM"},
]


class Gate(Struct):
    """A server, and an order at each provider that waits to be paid."""

    till: Till
    process: Process
    client: httpx.AsyncClient
    orders: Mapping[Channel, Order]

    async def post(self, channel: str, body: bytes, headers: Mapping[str, str] = {}) -> int:
        told = {"User-Agent": SECRET, **headers}
        return (await self.client.post(f"/callbacks/{channel}", content=body, headers=told)).status_code

    async def tell(self, notice: Notice) -> int:
        return await self.post(notice.channel, notice.body, notice.headers)

    async def raw(
        self, *lines: str, body: bytes = b"", path: str = "/callbacks/wechat", cut: bool = False
    ) -> int | None:
        """The status of what is answered to exactly these bytes; None where the server hangs up instead.

        `cut`: nothing more will come, as the server can see.
        """
        address = urlsplit(self.process.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        head = [f"POST {path} HTTP/1.1", "Host: hall.example", f"X-Private: {SECRET}", *lines, "", ""]
        writer.write("\r\n".join(head).encode("latin-1") + body)
        if cut:
            writer.write_eof()
        try:
            status = (await asyncio.wait_for(reader.readline(), 10)).split()
            return int(status[1]) if status else None
        except ConnectionError:
            return None
        finally:
            writer.transport.abort()

    async def is_untouched(self) -> None:
        """Everything is as before, and the server serves."""
        assert [await self.till.order(order) for order in self.orders.values()] == [*self.orders.values()]
        assert await self.till.balances() == {}
        assert await self.till.exceptions() == []
        assert await self.till.db.fetchval("SELECT count(*) FROM payment_callbacks") == 0
        assert await self.till.db.fetchval("SELECT count(*) FROM events WHERE type = 'payments.settled'") == 0
        assert (await self.client.get("/healthz")).status_code == 200


@pytest.fixture
async def gate(till: Till, halls: Nursery, hall_settings: Settings) -> AsyncIterator[Gate]:
    process = await halls.born(hall_settings)
    orders = {channel: await till.started(channel) for channel in Channel}
    async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
        opened = Gate(till, process, client, orders)
        yield opened
        await opened.is_untouched()
    process.kill()
    check_log(process.log, hall_settings, orders.values())


def check_log(log: Path, hall_settings: Settings, orders: Iterable[Order]) -> None:
    """It says that something came and repeats none of it; nor does it tell a key."""
    text, merchants = log.read_text(), json.loads(Path(hall_settings.merchants).read_bytes())
    keys = [merchants["wechat"]["api_v3_key"], merchants["wechat"]["merchant_key_pem"].splitlines()[1]]
    keys += [hall_settings.data_keys, hall_settings.lookup_key, hall_settings.vapid_private_key]
    told = ["o-nobody", "2088000000000002", "6226", *(order.order_no for order in orders)]
    for secret in (SECRET, *keys, *told):
        assert secret not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines
    assert {line["level"] for line in lines} <= {"INFO", "WARNING"}
    assert not [line for line in lines if "error" in line or "trace" in line]


async def test_bodies_that_are_nothing(gate: Gate) -> None:
    for channel, order in gate.orders.items():
        own = payment(order)
        damaged = [own.body[:-1], own.body + b"&", b" " + own.body, SECRET.encode(), b"[" * 60_000, b'{"a":' * 9_000]
        for body in (*NOTHING, *damaged):
            assert await gate.post(channel, body, own.headers) == 400, (channel, body[:40])


async def test_a_body_at_the_address_or_in_the_clothes_of_another_provider(gate: Gate) -> None:
    notices = [payment(order) for order in gate.orders.values()]
    answers = [
        await gate.post(channel, notice.body, notice.headers)
        for channel in Channel
        for notice in notices
        if notice.channel is not channel
    ]
    part = f'--x\r\nContent-Disposition: form-data; name="sign"\r\n\r\n{SECRET}\r\n--x--\r\n'.encode()
    answers.append(await gate.post("alipay", part, {"Content-Type": "multipart/form-data; boundary=x"}))
    answers.append(await gate.post("alipay", json.dumps({"sign": SECRET}).encode()))

    assert answers == [400] * 8


async def test_well_signed_but_of_another_merchant_or_without_an_amount_in_whole_fen(gate: Gate) -> None:
    for channel, order in gate.orders.items():
        for changes in OTHERS[channel] + NO_AMOUNTS[channel]:
            assert await gate.tell(payment(order, **changes)) == 400, (channel, changes)


async def test_forms_with_a_key_twice_in_gbk_or_with_a_signature_that_is_none(gate: Gate) -> None:
    for channel, sign in ((Channel.ALIPAY, "sign"), (Channel.UNIONPAY, "signature")):
        own = payment(gate.orders[channel])
        fields = own.body.decode().split("&")
        unsigned = [field for field in fields if not field.startswith(f"{sign}=")]
        forms = [[*fields, each] for each in fields]
        forms += [[*unsigned, f"{sign}={value}"] for value in ("", "%%%", "====", "AAA", quote("密" * 9), "A" * 344)]
        forms += [
            [*fields, urlencode({"remark": "居住证"}, encoding="gbk")],
            [*fields, *(f"x{n}=1" for n in range(200))],
        ]
        for form in forms:
            assert await gate.post(channel, "&".join(form).encode(), own.headers) == 400, (channel, form[-1])


async def test_a_well_signed_resource_that_does_not_open(gate: Gate) -> None:
    for resource in CLOSED:
        body = wechat.notice(wechat.TRANSACTION, resource=resource)
        assert await gate.post("wechat", body, wechat.signed(body, datetime.now(UTC))) == 400, resource


async def test_times_and_keys_outside_what_is_believed(gate: Gate) -> None:
    body, now = payment(gate.orders[Channel.WECHAT]).body, datetime.now(UTC)
    headers: list[dict[str, Any]] = [wechat.signed(body, now, age_s=age) for age in (-400, 300, 86_400)]
    headers += [wechat.signed(body, now, serial="PUB_KEY_ID_9999"), wechat.signed(body, now, signer="wechat merchant")]
    good = wechat.signed(body, now)
    headers += [good | {"Wechatpay-Signature": value} for value in ("%%%", "AAA", "WECHATPAY/SIGNTEST/AAAA", SECRET)]
    headers += [good | {"Wechatpay-Timestamp": value} for value in ("0", "-1", "1e9", "9" * 30, "now")]
    headers += [{name: value for name, value in good.items() if name != left_out} for left_out in list(good)[:4]]

    for each in headers:
        assert await gate.post("wechat", body, each) == 400, each


async def test_headers_that_come_twice_or_by_the_thousand(gate: Gate) -> None:
    own = payment(gate.orders[Channel.WECHAT])
    lines = [f"{name}: {value}" for name, value in own.headers.items()] + [f"Content-Length: {len(own.body)}"]
    twice = [
        await gate.raw(*lines, f"wechatpay-{name}: {SECRET}", body=own.body)
        for name in ("serial", "SIGNATURE", "Nonce")
    ]
    many = [await gate.raw(*lines, *(f"x-{n}: {SECRET}" for n in range(10_000)), body=own.body)]
    many += [await gate.raw(*lines, f"x-long: {'x' * 1_000_000}", body=own.body)]
    odd = [await gate.raw(*lines, f"Wechatpay-Nonce: \xe9{SECRET}", body=own.body)]

    assert twice == [400] * 3
    assert odd == [400]
    assert {status if status is None else status // 100 for status in many} <= {4, None}


async def test_bodies_too_large_or_not_as_long_as_they_say(gate: Gate) -> None:
    """What is far too large, or no HTTP, may find nobody listening any more; it is no fault of ours either way."""
    chunked, piece = "Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (60_000, b"x" * 60_000)
    answers = [
        await gate.raw("Content-Length: 5000000", body=b"x" * 5_000_000),
        await gate.raw(chunked, body=piece * 20 + b"0\r\n\r\n"),
        await gate.raw("Content-Length: 5000", body=SECRET.encode(), cut=True),
        await gate.raw(chunked, body=b"zz\r\n", cut=True),
        await gate.raw("Content-Length: -1", cut=True),
        await gate.raw("Content-Length: 5", "Content-Length: 7", body=b"12345", cut=True),
    ]

    assert await gate.post("alipay", b"x" * (LARGEST_CALLBACK + 1)) == 413
    assert {status if status is None else status // 100 for status in answers} <= {4, None}, answers


async def test_addresses_that_are_none(gate: Gate) -> None:
    for path in ("paypal", "WECHAT", "wechat/x", "", f"%2e%2e/{SECRET}", "wechat%00", "//wechat"):
        assert await gate.raw("Content-Length: 2", body=b"{}", path=f"/callbacks/{path}") in {400, 404, 405}, path
