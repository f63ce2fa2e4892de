"""The short message says that there is news, and nothing else; the gateway is asked like any service."""

import json
import re
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from backend.core.crypto import Keyring
from notifications.channels.sms import Sms, sms_text
from notifications.counters import REFUSED
from notifications.errors import StopLinkNotFound
from notifications.models import ChannelName, Locale
from notifications.preferences import set_channel
from notifications.queries.claims import Claimed
from notifications.stop_links import make_code, read_code
from notifications.topics import TOPICS
from notifications.webpush.transport import AiohttpTransport
from tests.notifications.town import PUBLIC_URL, Town


class Gateway:
    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.status = 200

    async def receive(self, request: web.Request) -> web.Response:
        self.received.append(json.loads(await request.read()))
        return web.json_response({"reason": f"cannot reach {self.received[-1]['to']}"}, status=self.status)


@pytest.fixture
async def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def sms(gateway: Gateway, town: Town, keyring: Keyring) -> AsyncIterator[Sms]:
    app = web.Application()
    app.router.add_post("/messages", gateway.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()

    async def phone_of(recipient_id: UUID) -> str | None:
        return None if recipient_id.int == 0 else "13800000000"

    async def link_of(delivery: Claimed) -> str:
        sign = partial(keyring.lookup, "stop-link")
        code = await make_code(town.db, sign, delivery.recipient_id, delivery.message_id, town.clock.now())
        return f"{PUBLIC_URL}/s/{code}"

    async with AiohttpTransport() as transport:
        yield Sms(transport, f"http://127.0.0.1:{runner.addresses[0][1]}/messages", phone_of, link_of)
    await runner.cleanup()


async def tell(town: Town, sms: Sms, me: UUID) -> tuple[str, str | None]:
    await set_channel(town.db, me, "licence-expiry", ChannelName.SMS, enabled=True, now=town.clock.now())
    message = await town.tell_one(me)
    await town.sender(sms=sms).run_once()
    return await town.state(message)


async def test_whoever_asked_for_it_gets_a_short_message(town: Town, sms: Sms, gateway: Gateway) -> None:
    assert await tell(town, sms, uuid4()) == ("sent", None)

    (received,) = gateway.received
    assert received["to"] == "13800000000"
    words, link = received["text"].split("：")
    assert words == "您有一项证照服务提醒，查看或不再提醒"
    assert re.fullmatch(r"https://city\.example/s/[A-Za-z0-9_-]{12}", link)


async def test_the_address_in_it_leads_to_this_message(town: Town, sms: Sms, gateway: Gateway) -> None:
    me = uuid4()
    await tell(town, sms, me)

    (received,) = gateway.received
    found = await read_code(town.db, received["text"][-12:])

    assert found.recipient_id == me


@pytest.mark.parametrize("code", ["", "AAAAAAAAAAAA", "x" * 5000])
async def test_an_address_that_was_never_given_leads_nowhere(town: Town, code: str) -> None:
    with pytest.raises(StopLinkNotFound):
        await read_code(town.db, code)


async def test_a_repeated_message_has_the_same_id(town: Town, sms: Sms, gateway: Gateway) -> None:
    gateway.status = 503
    await tell(town, sms, uuid4())
    await town.pass_time(minutes=1)
    gateway.status = 202
    await town.sender(sms=sms).run_once()

    first, second = gateway.received
    assert first == second


async def test_without_a_number_there_is_no_message(town: Town, sms: Sms, gateway: Gateway) -> None:
    assert await tell(town, sms, UUID(int=0)) == ("failed", "no phone number")
    assert gateway.received == []


async def test_a_gateway_that_is_not_there_is_an_operators_matter(town: Town, sms: Sms, gateway: Gateway) -> None:
    gateway.status = 404
    alarms = REFUSED.labels("sms")._value.get()

    assert await tell(town, sms, uuid4()) == ("queued", "cannot reach …")
    assert REFUSED.labels("sms")._value.get() == alarms + 1


@pytest.mark.parametrize("topic", TOPICS)
def test_it_fits_one_chinese_short_message(topic: str) -> None:
    assert len(sms_text(topic, Locale.ZH, "https://suishenban.sh.gov.cn/s/" + "x" * 12)) <= 70
